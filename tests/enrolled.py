"""Mothers that are enrolled, for tests of several kinds. Imported as `enrolled`."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from bot.clinic import ModelOfCare
from bot.enrolment.person import Consent, Newcomer
from bot.enrolment.states import Cause, State
from bot.storage import enrolments, threads
from bot.storage.models import Enrolment
from bot.storage.sessions import transaction
from support import HER_PHONE, NIGHT

HER_NAME = "Rosalind Kettering"
CONSENT = "Yes, you may text me about my visits."
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Adak",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "Pacific/Guam",
    "America/St_Johns",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))


def newcomer(**changes: Any) -> Newcomer:
    """Somebody to enrol, with `changes`."""
    fields: dict[str, Any] = {
        "name": HER_NAME,
        "phone": HER_PHONE,
        "time_zone": "America/Chicago",
        "consent": Consent("Ann Fowler, front desk", NIGHT - timedelta(days=1), CONSENT),
        "model_of_care": ModelOfCare.IN_CLINIC,
    }
    return Newcomer(**{**fields, **changes})


def enrolled(state: State = State.ACTIVE, **changes: Any) -> Enrolment:
    """A mother who is enrolled, in that state."""
    with transaction() as session:
        enrolment = enrolments.add(session, newcomer(**changes), Cause.CLINIC, NIGHT)
        if state is not State.INVITED:
            enrolments.move(session, enrolment, State.ACTIVE, Cause.ANSWER, "1", NIGHT)
        if state not in (State.INVITED, State.ACTIVE):
            enrolments.move(session, enrolment, state, Cause.CLINIC, "", NIGHT)
        threads.of_enrolment(session, enrolment, NIGHT)
    return enrolment
