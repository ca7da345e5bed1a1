"""`nightlight retention`: nothing is kept longer than the settings say."""

import typer

from bot.terminal import command


@command
def retain() -> None:
    """Delete what is older than the settings allow. The worker does it once a day."""
    from bot.privacy import retention

    for kind, number in retention.retain().items():
        typer.echo(f"{number:6d}  {kind}")
