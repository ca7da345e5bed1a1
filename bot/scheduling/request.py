"""An appointment request, as the mother confirmed it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ReachBy(StrEnum):
    """How the clinic may get back to her."""

    CALL = "call"
    TEXT = "text"


class PartOfDay(StrEnum):
    """The part of the day that suits her for a visit."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    ANY = "any"


@dataclass(frozen=True)
class AppointmentRequest:
    """What she asks for; nobody but the clinic's schedulers may make an appointment of it.

    `confirmation_id` is the id of the message by which she confirmed the summary: the same
    one twice is one request. `phone` is E.164. `place` is one of the clinic file's places,
    or, where the model of care is telehealth, one of the states served. `day` is None where
    any day will do, or the soonest. `time_words`, `best_time` and `coverage` are in her words, or empty.
    """

    conversation_id: str
    channel: str
    confirmation_id: str
    name: str
    phone: str
    reach_by: ReachBy
    best_time: str
    place: str
    day: date | None
    part_of_day: PartOfDay
    time_words: str
    coverage: str
    agreed_at: datetime
    person: str | None = None
