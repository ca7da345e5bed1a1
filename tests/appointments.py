"""What tests of the appointment form share. Imported as `appointments`."""

from datetime import UTC, date, datetime
from itertools import count

from bot.clinic import Clinic
from bot.scheduling.answers import Setting
from bot.scheduling.conversation import Message, Turn, begin, step
from bot.scheduling.draft import Draft

WEDNESDAY = datetime(2026, 3, 4, 15, tzinfo=UTC)  # nine in the morning at the clinic
TODAY = date(2026, 3, 4)
IN_CLINIC = Clinic.load("in-clinic")
AT_HOME = Clinic.load("at-home")
_ids = count(1)


def setting(clinic: Clinic = IN_CLINIC, now: datetime = WEDNESDAY, message_id: str | None = None) -> Setting:
    """The clinic on that Wednesday, for a new message."""
    return Setting(clinic, now, message_id or f"m-{next(_ids)}")


def talk(*texts: str, clinic: Clinic = IN_CLINIC, draft: Draft | None = None) -> Turn:
    """The form after `texts`, the first of which begins it; `>place:Allen` is a button."""
    turn = begin(draft or Draft(), texts[0], setting(clinic))
    for text in texts[1:]:
        assert turn.question, "the form has ended"
        message = Message(choice=text[1:]) if text.startswith(">") else Message(text)
        turn = step(turn.draft, turn.question, message, setting(clinic))
    return turn


QUESTIONS = ("name", "phone", "reach_by", "best_time", "place", "day", "coverage", "agreed_at", "confirmed")
TO_SUMMARY = (
    "i want to book",
    "jo",
    "214 555 0123",
    "text",
    "after 3",
    "the frisco one",
    "next tuesday after 2",
    "aetna ppo",
    "yes",
)
