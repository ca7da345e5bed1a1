"""Where a crisis alert becomes work in the clinic's hands."""

from bot.clinic import clinic
from bot.clock import Now, now
from bot.handoff.alert import CrisisAlert
from bot.handoff.transports.registry import transports_for
from bot.storage import hand_offs, outbox
from bot.storage.models import HandOff
from bot.storage.sessions import Conflict, Session, transaction


def record(alert: CrisisAlert, at: Now = now) -> str:
    """Stores `alert` and the notice to the first urgent contact, both or neither.

    Returns the reference of its hand-off; the same alert again returns the same. Takes some
    seconds where the database is slow, so not for an event loop. Raises `StorageUnavailable` if
    it is not stored, another `NightlightError` if the keys or the clinic file are wrong: either way
    the alert then belongs in the spool.
    """
    try:
        return _record(alert, at)
    except Conflict:
        # Somebody recorded the same at the same time; now it can be seen.
        return _record(alert, at)


def _record(alert: CrisisAlert, at: Now) -> str:
    with transaction() as session:
        hand_off = hand_offs.raise_crisis(session, alert)
        if not hand_off.notified_level:
            notify(session, hand_off, 1, at)
        return hand_off.reference


def notify(session: Session, hand_off: HandOff, level: int, at: Now) -> None:
    """Puts in the notices of that level: the first contact for 1, the next for 2, after the last the first again."""
    contacts = clinic().urgent_contacts
    contact = contacts[(level - 1) % len(contacts)]
    for transport in transports_for(hand_off.kind):
        outbox.queue(session, hand_off, transport, (contact.role, contact.email), level, at())
