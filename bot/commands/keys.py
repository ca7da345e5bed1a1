"""`nightlight keys`: what everything personal is encrypted with."""

import typer

from bot.terminal import command, say

app = typer.Typer(no_args_is_help=True, help="The keys that everything personal is encrypted with.")


@app.command()
@command
def rotate() -> None:
    """Encrypt everything anew with the first key, so that an old one can be taken away.

    May be broken off and begun again, and run beside everything else.
    """
    from bot.handoff.spool import spool
    from bot.storage import rotation

    written = unreadable = 0
    for batch in rotation.rotate():
        written, unreadable = written + batch.written, unreadable + batch.unreadable
        say(f"  {batch.table}: {batch.seen} rows, up to {batch.last}")
    lines, bad = spool().rotate()
    typer.echo(f"{written} rows were encrypted anew; {lines} lines of the spool have the first key.")
    if unreadable or bad:
        say(f"No key can read {unreadable} rows and {bad} lines of the spool. They were left as they are.")
        raise typer.Exit(1)
    say("Nothing needs the keys behind the first one any more. Backups do, as long as you keep them.")
