"""`nightlight inbox`: the clinic's hands. What takes long to import is imported by the command that needs it."""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot import clock
from bot.errors import NightlightError
from bot.handoff import names
from bot.scheduling.transitions import STATES, state
from bot.settings import settings
from bot.terminal import command, say

app = typer.Typer(no_args_is_help=True, help="What waits for a person: see it, take it, say what became of it.")

Who = Annotated[str, typer.Option("--as", metavar="NAME", help="Who you are. Default: NIGHTLIGHT_OPERATOR.")]
Reference = Annotated[str, typer.Argument(help="Like K7M-4QP; k7m4qp will do.")]


@app.command("list")
@command
def list_(
    who: Who = "", closed: Annotated[bool, typer.Option("--closed", help="What is closed, instead.")] = False
) -> None:
    """What waits: urgent first, then what has waited longest. Names nobody."""
    from bot.commands.tables import table
    from bot.handoff import staff

    _operator(who)
    items = staff.waiting(closed)
    for line in table(items, clock.now(), _zone()) if items else ["Nothing is closed." if closed else "Nothing waits."]:
        typer.echo(line)
    if untold := staff.untold():
        say(f"Notices that did not arrive, so the contact may not know: {', '.join(untold)}")


@app.command()
@command
def show(reference: Reference, who: Who = "") -> None:
    """All of one hand-off, with what she wrote. Mind who sees the screen."""
    from bot.commands.tables import sheet
    from bot.handoff import staff

    for line in sheet(staff.show(_operator(who), reference), clock.now(), _zone()):
        typer.echo(line)


@app.command()
@command
def take(reference: Reference, who: Who = "") -> None:
    """You have it in hand; nobody else is told of it any more."""
    from bot.handoff import staff

    say(f"You have {staff.take(_operator(who), reference)}.")


@app.command()
@command
def note(
    reference: Reference,
    text: Annotated[str, typer.Argument(help="The note; - reads it from standard input.")],
    who: Who = "",
) -> None:
    """Write a note beside it."""
    from bot.handoff import staff

    operator = _operator(who)
    words = (sys.stdin.read() if text == "-" else text).strip()
    if not words:
        raise NightlightError("There is nothing in the note.")
    say(f"Noted beside {staff.note(operator, reference, words)}.")


@app.command("set")
@command
def set_(
    reference: Reference,
    to: Annotated[str, typer.Argument(metavar="STATE", help=" · ".join(STATES))],
    visit: Annotated[
        str, typer.Option("--for", metavar='"YYYY-MM-DD HH:MM"', help="When the visit is, by the clinic's clock.")
    ] = "",
    who: Who = "",
) -> None:
    """Say what has become of an appointment request. She reads it when she asks."""
    from bot.handoff import staff

    moment = _moment(visit) if visit else None
    written, before = staff.set_state(_operator(who), reference, state(to), moment)
    say(f"{written} is {state(to)} now; it was {before}.")


@app.command()
@command
def close(reference: Reference, who: Who = "") -> None:
    """It is dealt with."""
    from bot.handoff import staff

    say(f"{staff.close(_operator(who), reference)} is closed.")


@app.command()
@command
def reopen(reference: Reference, who: Who = "") -> None:
    """It waits again; its contacts are told anew."""
    from bot.handoff import staff

    say(f"{staff.reopen(_operator(who), reference)} waits again.")


@app.command()
@command
def export(
    ics: Annotated[bool, typer.Option("--ics", help="As a calendar file (RFC 5545).")] = False,
    output: Annotated[Path | None, typer.Option("--output", help="The file; default: standard output.")] = None,
    who: Who = "",
) -> None:
    """The confirmed visits from today on, with a title that says nothing of why."""
    from bot.handoff import staff
    from bot.scheduling.calendar import calendar

    if not ics:
        raise NightlightError("Say as what: --ics is the one that there is.")
    now = clock.now().astimezone(_zone())
    found = staff.visits(_operator(who), now.replace(hour=0, minute=0, second=0, microsecond=0))
    if output is None:
        sys.stdout.buffer.write(calendar(found))
    else:
        output.write_bytes(calendar(found))
    say(f"Confirmed visits: {len(found)}")


def _operator(who: str) -> str:
    return names.operator(who or settings().operator)


def _zone() -> ZoneInfo:
    from bot.clinic import clinic

    return ZoneInfo(clinic().time_zone)


def _moment(said: str) -> datetime:
    """The moment that the clinic's clock shows as `said`. Raises `NightlightError` if it is none, or past."""
    moment = clock.read_moment(said, _zone().key)
    if moment < clock.now() - timedelta(minutes=1):
        raise NightlightError(f"{said} is past.")
    return moment
