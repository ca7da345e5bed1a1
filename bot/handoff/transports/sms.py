"""Notices as texts to the people of the clinic: that something waits, and its reference."""

from bot.clinic import clinic
from bot.handoff.transports.notice import Notice, Undelivered
from bot.storage.models.text_message import Purpose
from bot.texting.book import words
from bot.texting.carriers.registry import carrier
from bot.texting.outgoing import Outgoing, Untaken


def to_sms(notice: Notice) -> None:
    """Texts `notice` to its contact. Raises `Undelivered` unless the carrier has taken it."""
    phone = phone_of(notice.role, notice.email)
    if phone is None:
        raise Undelivered("the clinic file has no number of that contact any more")
    body = words("staff_urgent" if notice.urgent else "staff", reference=notice.reference)
    text = Outgoing(0, notice.idempotency_key, 0, None, Purpose.STAFF, phone, body)
    try:
        carrier().send(text)
    except Untaken as error:
        raise Undelivered(str(error), error.retry_after) from error


def phone_of(role: str, email: str) -> str | None:
    """The number of that contact in the clinic file; None if it has none."""
    contacts = [*clinic().urgent_contacts, *clinic().scheduling_contacts]
    return next((c.phone for c in contacts if (c.role, c.email) == (role, email) and c.phone), None)
