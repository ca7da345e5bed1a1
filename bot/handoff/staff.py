"""What the clinic's staff do with hand-offs. Each look at personal data and each change is an audit row too,
in the same transaction: there is never one without the other.

`who` is an operator's name (`bot.handoff.names.operator`). Everything raises `StorageUnavailable`, and
`NightlightError` where there is no such hand-off.
"""

from dataclasses import dataclass, field
from datetime import datetime

from bot.clock import Now, now
from bot.handoff import desk
from bot.scheduling.calendar import Visit
from bot.scheduling.request import AppointmentRequest
from bot.scheduling.status import State
from bot.storage import appointments, audit, erasure, hand_offs
from bot.storage.hand_offs import WrongTransition
from bot.storage.models import Appointment, HandOff
from bot.storage.sessions import Session, transaction


@dataclass(frozen=True)
class Item:
    """A hand-off as the list shows it: nothing that says who she is or what she wrote.

    `state` is an appointment request's; `until` is when somebody took it, None while it waits.
    """

    reference: str
    kind: str
    reason: str
    urgency: int
    status: str
    state: str | None
    since: datetime
    until: datetime | None
    taken_by: str | None


@dataclass(frozen=True)
class Line:
    """Something written: when, by whom, and what."""

    at: datetime
    who: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Details:
    """All of a hand-off. `request` is None where there is none, or where it was erased.

    `number` is the one (E.164) from which she texts, None where she does not.
    """

    item: Item
    channel: str
    person: str | None
    number: str | None = field(repr=False)
    messages: tuple[Line, ...]
    request: AppointmentRequest | None = field(repr=False)
    confirmed_for: datetime | None
    notes: tuple[Line, ...]
    erased_at: datetime | None


def waiting(closed: bool = False) -> list[Item]:
    """What nobody has closed (or what is closed): the most urgent first, then what has waited longest.

    No row of the audit: nothing in it is personal.
    """
    with transaction() as session:
        found = hand_offs.waiting(session, closed)
        requests = appointments.of_hand_offs(session, [hand_off.id for hand_off in found])
        return [_item(hand_off, requests.get(hand_off.id)) for hand_off in found]


def untold() -> list[str]:
    """The references of what waits and of which a notice was given up: its contact may not know of it."""
    with transaction() as session:
        return hand_offs.untold(session)


def show(who: str, reference: str, at: Now = now) -> Details:
    """All that is known of a hand-off, for the eyes of `who`. Raises `WrongKey` if it cannot be read."""
    with transaction() as session:
        hand_off = hand_offs.by_reference(session, reference)
        details = _details(session, hand_off)
        audit.append(session, who, "showed", hand_off.reference, at())
        return details


def take(who: str, reference: str, at: Now = now) -> str:
    """`who` has it in hand from now on; nobody else is told of it any more. Returns the reference.

    Raises `WrongTransition` unless it is open: the text says who has it.
    """
    with transaction() as session:
        hand_off = hand_offs.take(session, reference, who, at())
        audit.append(session, who, "took", hand_off.reference, at())
        return hand_off.reference


def note(who: str, reference: str, text: str, at: Now = now) -> str:
    """Keeps a note of `who` beside it. Returns the reference."""
    with transaction() as session:
        hand_off = hand_offs.by_reference(session, reference)
        hand_offs.add_note(session, hand_off, who, text, at())
        audit.append(session, who, "noted", hand_off.reference, at())
        return hand_off.reference


def set_state(
    who: str, reference: str, state: State, confirmed_for: datetime | None = None, at: Now = now
) -> tuple[str, str]:
    """Says what has become of an appointment request; a confirmed one has the time of its visit.

    Returns the reference and the state before. Raises `WrongState` if it cannot go there.
    """
    with transaction() as session:
        written, before = appointments.move(session, reference, state, at(), confirmed_for)
        audit.append(session, who, f"set {state}, was {before}", written, at())
        return written, before


def close(who: str, reference: str, at: Now = now) -> str:
    """It is dealt with. What its mother wanted erased meanwhile is erased now. Returns the reference.

    Raises `WrongTransition` unless somebody has taken it, and for a request of which nobody has said what became
    of it.
    """
    with transaction() as session:
        hand_off = hand_offs.close(session, reference, at())
        _refuse_unanswered(session, hand_off)
        audit.append(session, who, "closed", hand_off.reference, at())
        if hand_off.erase_on_close:
            erasure.erase(session, hand_off, at())
        return hand_off.reference


def reopen(who: str, reference: str, at: Now = now) -> str:
    """It waits again, and its contacts are told anew. Returns the reference.

    Raises `WrongTransition` if it is open already, or was erased.
    """
    with transaction() as session:
        hand_off = hand_offs.by_reference(session, reference)
        if hand_off.erased_at:
            raise WrongTransition(f"What stood in {hand_off.reference} was erased; there is nothing to open.")
        hand_offs.reopen(session, hand_off, at())
        audit.append(session, who, "reopened", hand_off.reference, at())
        desk.notify(session, hand_off, hand_off.notified_level + 1, at)
        return hand_off.reference


def visits(who: str, since: datetime, at: Now = now) -> list[Visit]:
    """The confirmed visits from `since` on, for a calendar outside."""
    with transaction() as session:
        found = appointments.confirmed_from(session, since)
        for _, reference in found:
            audit.append(session, who, "exported", reference, at())
        return [
            Visit(reference, a.confirmed_for, a.place, a.changes, a.changed_at)
            for a, reference in found
            if a.confirmed_for
        ]


def _refuse_unanswered(session: Session, hand_off: HandOff) -> None:
    request = appointments.of_hand_offs(session, [hand_off.id]).get(hand_off.id)
    if request and request.state == "requested":
        raise WrongTransition(
            f"Nobody has said what became of {hand_off.reference}: she would read that it still waits. "
            f"Say it first: nightlight inbox set {hand_off.reference} contacted (or confirmed, declined, cancelled)."
        )


def _item(hand_off: HandOff, request: Appointment | None) -> Item:
    return Item(
        reference=hand_off.reference,
        kind=hand_off.kind,
        reason=hand_off.reason,
        urgency=hand_off.urgency,
        status=hand_off.status,
        state=request.state if request else None,
        since=hand_offs.waits_since(hand_off),
        until=hand_off.taken_at,
        taken_by=hand_off.taken_by,
    )


def _details(session: Session, hand_off: HandOff) -> Details:
    request = appointments.of_hand_offs(session, [hand_off.id]).get(hand_off.id)
    return Details(
        item=_item(hand_off, request),
        channel=hand_off.channel,
        person=hand_off.person,
        number=hand_offs.number_of(session, hand_off),
        messages=tuple(Line(m.raised_at, "she", m.text) for m in hand_offs.messages(session, hand_off.id)),
        request=appointments.request_of(session, hand_off.id),
        confirmed_for=request.confirmed_for if request else None,
        notes=tuple(Line(n.at, n.author, n.text) for n in hand_offs.notes(session, hand_off.id)),
        erased_at=hand_off.erased_at,
    )
