"""Confirmed visits as a calendar file (RFC 5545) that says nothing of why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar, Event

TITLE = "Appointment"
MADE_BY = "-//Nightlight//Appointments//EN"


@dataclass(frozen=True)
class Visit:
    """A confirmed visit: `starts` has its zone; `changes` counts, so that a calendar keeps the last version."""

    reference: str
    starts: datetime
    place: str
    changes: int
    changed_at: datetime


def calendar(visits: Iterable[Visit]) -> bytes:
    """The calendar of `visits`. No name, no number, not the clinic's name, and no length, for nobody knows it."""
    made = Calendar()
    made.add("prodid", MADE_BY)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    for visit in visits:
        made.add_component(_event(visit))
    return bytes(made.to_ical())


def _event(visit: Visit) -> Event:
    event = Event()
    event.add("uid", f"{visit.reference}@nightlight")
    event.add("dtstamp", visit.changed_at.astimezone(UTC))
    event.add("last-modified", visit.changed_at.astimezone(UTC))
    event.add("sequence", visit.changes)
    event.add("dtstart", visit.starts.astimezone(UTC))
    event.add("summary", TITLE)
    event.add("description", visit.reference)
    if visit.place:
        event.add("location", visit.place)
    event.add("status", "CONFIRMED")
    event.add("class", "PRIVATE")
    return event
