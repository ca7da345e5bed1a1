"""`nightlight audit`: who looked at what and who changed what."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.handoff.reference import as_written
from bot.terminal import command, say

app = typer.Typer(no_args_is_help=True, help="Who looked at what and who changed what.")


@app.command()
@command
def verify(
    anchor: Annotated[
        str, typer.Option(help="An end that you noted earlier, like 12:9f86d081884c7d65; it must still be there.")
    ] = "",
) -> None:
    """Look at every entry: was one changed, added or removed, the last included?"""
    from bot.storage import audit

    found = audit.verify(anchor or None)
    if found.broken:
        say(f"The audit is broken. {found.broken}")
        raise typer.Exit(1)
    typer.echo(f"The audit holds: {found.entries} entries" + (f", its end is {found.anchor}" if found.anchor else ""))


@app.command("list")
@command
def list_(
    reference: Annotated[str, typer.Option(help="Only of this hand-off.")] = "",
    limit: Annotated[int, typer.Option(help="How many.")] = 50,
) -> None:
    """The last entries, newest first."""
    from bot.clinic import clinic
    from bot.commands import tables
    from bot.storage import audit
    from bot.storage.sessions import transaction

    zone = ZoneInfo(clinic().time_zone)
    with transaction() as session:
        for entry in audit.latest(session, limit, as_written(reference) if reference else None):
            when = tables.clock(entry.at, zone)
            typer.echo(f"{entry.number:6d}  {when}  {entry.reference or '-':7}  {entry.who}: {entry.what}")
