"""Her answers as she reads them, in the placeholders of the words."""

import unicodedata
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.clinic import Clinic
from bot.scheduling.draft import Draft
from bot.scheduling.phones import shown as as_spoken
from bot.scheduling.request import PartOfDay
from bot.scheduling.status import AppointmentStatus
from bot.scheduling.words import book
from bot.texting.gsm import not_gsm

SMS = "sms"
MOST = {"her_name": 24, "best_time": 20, "place": 24, "coverage": 20, "her_words": 150}  # characters, by SMS


def facts(draft: Draft, clinic: Clinic, channel: str) -> dict[str, str]:
    """What the words may name of `draft`, for `channel`."""
    terms = book().terms
    found = {
        "her_name": draft.name or "",
        "her_phone": as_spoken(draft.phone, clinic.country) if draft.phone else "",
        "reach": terms[draft.reach_by] if draft.reach_by else "",
        "best_time": draft.best_time or terms["any_time"],
        "place": draft.place or "",
        "when": _when(draft, channel),
        "coverage": draft.coverage or terms["not_given"],
    }
    return for_channel(found, channel)


def status_facts(status: AppointmentStatus, clinic: Clinic, channel: str) -> dict[str, str]:
    """What the words may name of a request that was stored."""
    zone = ZoneInfo(clinic.time_zone)
    visit = status.confirmed_for.astimezone(zone) if status.confirmed_for else None
    found = {
        "reference": status.reference,
        "since": _day(status.requested_at.astimezone(zone).date(), channel),
        "place": status.place,
        "visit": f"{_day(visit.date(), channel)}, {_clock(visit)}" if visit else "",
    }
    return for_channel(found, channel)


def for_channel(found: dict[str, str], channel: str) -> dict[str, str]:
    """`found` as it is, or, by SMS, in letters that a text message holds and not too long for it."""
    if channel != SMS:
        return found
    return {name: _clipped(_gsm(value), MOST.get(name)) for name, value in found.items()}


def _when(draft: Draft, channel: str) -> str:
    terms = book().terms
    day = _day(draft.day, channel) if draft.day else terms["any_day"]
    part = terms[draft.part_of_day or PartOfDay.ANY]
    words = f" (“{draft.time_words}”)" if draft.time_words and channel != SMS else ""
    return f"{day}, {part}{words}"


def _day(day: date, channel: str) -> str:
    return f"{day:%a, %b} {day.day}" if channel == SMS else f"{day:%A, %B} {day.day}"


def _clock(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M %p}"


def _gsm(value: str) -> str:
    """`value` without what would turn the whole text message into short segments."""
    for strange in not_gsm(value):
        plain = unicodedata.normalize("NFKD", strange).encode("ascii", "ignore").decode()
        value = value.replace(strange, plain or "?")
    return value


def _clipped(value: str, most: int | None) -> str:
    return value if most is None or len(value) <= most else f"{value[: most - 3].rstrip()}..."
