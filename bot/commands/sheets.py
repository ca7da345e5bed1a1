"""Enrolments as staff read them in a terminal: plain text, times in the clinic's time zone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.commands.tables import aligned, clock, printable
from bot.enrolment.staff import Listed, Sheet, Step

HEADINGS = ("reference", "state", "since", "number", "sessions", "time zone", "name")


def rows_of(found: Sequence[Listed], names: Mapping[str, str], zone: ZoneInfo) -> list[str]:
    """The list, aligned, with its headings; with names where they are given."""
    headings = HEADINGS if names else HEADINGS[:-1]
    return aligned([headings, *(_row(one, names, zone)[: len(headings)] for one in found)])


def sheet(of: Sheet, zone: ZoneInfo, visit: ZoneInfo) -> Iterator[str]:
    """All of one enrolment, line by line; her sessions by the clock that she is told them by."""
    said = {
        "reference": of.member.reference,
        "state": f"{of.member.state} since {clock(of.member.changed_at, zone)}",
        "name": of.name,
        "phone": of.phone,
        "time zone": of.member.time_zone,
        "language": of.member.language,
        "model of care": of.model_of_care.value,
        "agreed": f"{clock(of.consent.at, zone)}, by {of.consent.by}",
        "to the words": of.consent.words,
    }
    for heading, value in said.items():
        yield f"{heading}: {printable(value)}".rstrip()
    if of.opted_out_since:
        yield f"wants no texts since: {clock(of.opted_out_since, zone)}"
    yield from _section("sessions", [clock(moment, visit) for moment in of.sessions])
    yield from _section("history", [_step(step, zone) for step in of.history])
    yield from _section("texts that did not arrive", [_lost(lost, zone) for lost in of.lost])


def _row(of: Listed, names: Mapping[str, str], zone: ZoneInfo) -> tuple[str, ...]:
    member = of.member
    since = clock(member.changed_at, zone)
    name = printable(names.get(member.reference, ""))
    return member.reference, member.state.value, since, of.number, str(of.sessions), member.time_zone, name


def _step(step: Step, zone: ZoneInfo) -> str:
    words = f' ("{printable(step.words)}")' if step.words else ""
    return f"{clock(step.at, zone)}  {step.before or '-'} -> {step.after}: {step.cause.replace('_', ' ')}{words}"


def _lost(lost: tuple[datetime, str, str, int | None], zone: ZoneInfo) -> str:
    at, purpose, state, code = lost
    return f"{clock(at, zone)}  {purpose}: {state.replace('_', ' ')}" + (f", carrier's error {code}" if code else "")


def _section(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"{heading}:"
    yield from (f"  {line}" for line in lines)
