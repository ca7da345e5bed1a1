"""Hand-offs as staff read them in a terminal: plain text, times in the clinic's time zone."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.handoff.staff import Details, Item, Line
from bot.scheduling.request import AppointmentRequest
from bot.storage.models import Urgency

HEADINGS = ("reference", "urgency", "what", "status", "waited", "since", "taken by")
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def waited(time: timedelta) -> str:
    """A length of time in words, in its two or so largest units."""
    seconds = max(int(time.total_seconds()), 0)
    if seconds < MINUTE:
        return "less than a minute"
    if seconds < HOUR:
        return _count(seconds // MINUTE, "minute")
    if seconds < DAY:
        minutes = seconds % HOUR // MINUTE
        return _count(seconds // HOUR, "hour") + (f" {_count(minutes, 'minute')}" if minutes else "")
    return _count(seconds // DAY, "day")


def table(items: Sequence[Item], now: datetime, zone: ZoneInfo) -> list[str]:
    """The list, aligned, with its headings."""
    return aligned([HEADINGS, *(_row(item, now, zone) for item in items)])


def aligned(rows: Sequence[Sequence[object]]) -> list[str]:
    """`rows`, all of one length, in columns: words begin under each other, numbers end so."""
    widths = [max(len(str(cell)) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(_wide(*cell) for cell in zip(row, widths, strict=True)).rstrip() for row in rows]


def _wide(cell: object, width: int) -> str:
    return str(cell).rjust(width) if isinstance(cell, int) else str(cell).ljust(width)


def sheet(details: Details, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """All of one hand-off, line by line."""
    yield from table([details.item], now, zone)
    yield f"channel: {details.channel}"
    if details.person:
        yield f"enrolment: {details.person}"
    if details.number:
        yield f"texts from: {details.number}"
    if details.erased_at:
        yield f"erased at her wish: {clock(details.erased_at, zone)}"
    if details.confirmed_for:
        yield f"confirmed for: {clock(details.confirmed_for, zone)}"
    if details.request:
        yield from _request(details.request, zone)
    yield from _written("she wrote", details.messages, zone)
    yield from _written("notes", details.notes, zone)


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as the clinic's own clock shows it."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def printable(text: str) -> str:
    """`text` without what would move the cursor or change the terminal; line breaks stay."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def _row(item: Item, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        item.reference,
        Urgency(item.urgency).name.lower(),
        _what(item),
        item.status,
        waited((item.until or now) - item.since),
        clock(item.since, zone),
        item.taken_by or "",
    )


def _what(item: Item) -> str:
    if item.state:
        return f"appointment, {item.state}"
    reason = item.reason.replace("_", " ")
    return reason if reason.startswith(item.kind.replace("_", " ")) else f"{item.kind}: {reason}"


def _request(request: AppointmentRequest, zone: ZoneInfo) -> Iterator[str]:
    said = {
        "name": request.name,
        "phone": request.phone,
        "reach by": request.reach_by.value,
        "best time": request.best_time,
        "place": request.place,
        "day": f"{request.day:%A} {request.day}" if request.day else "any",
        "part of day": request.part_of_day.value,
        "in her words": request.time_words,
        "coverage": request.coverage,
        "agreed to be called": clock(request.agreed_at, zone),
    }
    for heading, value in said.items():
        yield f"{heading}: {printable(value)}".rstrip()


def _written(heading: str, lines: Sequence[Line], zone: ZoneInfo) -> Iterator[str]:
    if lines:
        yield f"{heading}:"
    for line in lines:
        yield f"  {clock(line.at, zone)}  {line.who}"
        yield from (f"    {part}" for part in printable(line.text).splitlines())


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" + ("" if number == 1 else "s")
