"""An enrolment as it is asked for, and as the rest of the program knows it."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.clinic import ModelOfCare
from bot.enrolment.states import State

LANGUAGES = ("en",)  # those that data/ has words in


@dataclass(frozen=True)
class Consent:
    """Who agreed (she herself, or who of staff heard it), when, and to which words."""

    by: str = field(repr=False)
    at: datetime
    words: str = field(repr=False)


@dataclass(frozen=True)
class Newcomer:
    """Whom to enrol: `phone` is E.164, `time_zone` an IANA name, `sessions` are moments with their zone."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    time_zone: str
    consent: Consent
    model_of_care: ModelOfCare
    language: str = "en"
    sessions: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Member:
    """An enrolment as it stands, without anything that says who she is.

    `reference` is what alerts and hand-offs name as their `person`.
    """

    reference: str
    conversation_id: str
    state: State
    time_zone: str
    language: str
    enrolled_at: datetime
    changed_at: datetime
