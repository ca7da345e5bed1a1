"""What the clinic's staff do with enrolments. Each look at personal data and each change is an audit row too, in the
same transaction, as in `bot.handoff.staff`.

`who` is an operator's name (`bot.handoff.names.operator`). Everything raises `StorageUnavailable`, and
`NightlightError` where there is no such enrolment or it cannot be.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.clinic import ModelOfCare, clinic
from bot.clock import Now, now
from bot.enrolment.numbers import masked
from bot.enrolment.person import Consent, Member, Newcomer
from bot.enrolment.register import begin, end_of, withhold
from bot.enrolment.states import Cause, State
from bot.errors import NightlightError
from bot.storage import audit, enrolments, opt_outs, texts, threads
from bot.storage.models import Enrolment
from bot.storage.sessions import Session, transaction
from bot.texting.allowed import OURS
from bot.texting.carriers.registry import carrier
from bot.texting.schedule import zone_of_visits


class Refused(NightlightError):
    """Somebody cannot be enrolled as things are; the text says why, without her number."""


@dataclass(frozen=True)
class Listed:
    """An enrolment as the list shows it: `number` is its end, `sessions` how many there are; nothing says who."""

    member: Member
    number: str
    sessions: int


@dataclass(frozen=True)
class Step:
    """One change of state: when, from where to where, why, and by which words."""

    at: datetime
    before: str | None
    after: str
    cause: str
    words: str = field(repr=False)


@dataclass(frozen=True)
class Sheet:
    """All of an enrolment. `lost` are the texts that did not arrive: when, why sent, state, the carrier's error."""

    member: Member
    name: str = field(repr=False)
    phone: str = field(repr=False)
    model_of_care: ModelOfCare
    consent: Consent
    sessions: tuple[datetime, ...]
    history: tuple[Step, ...]
    lost: tuple[tuple[datetime, str, str, int | None], ...]
    opted_out_since: datetime | None


def enrol(who: str, newcomer: Newcomer, replace: bool = False, at: Now = now) -> str:
    """Enrols `newcomer` and invites her, once. Returns the reference.

    `replace` says that her number belonged to another person until now: that enrolment ends. Raises `Refused` if the
    number is enrolled and `replace` is not said, or if it wants no texts.
    """
    [reference] = enrol_all(who, [newcomer], replace, at)
    return reference


def enrol_all(who: str, newcomers: Sequence[Newcomer], replace: bool = False, at: Now = now) -> list[str]:
    """Enrols all of them or none; see `enrol`. Raises `NotAll` with what is wrong with whom, by their places."""
    carrier()  # raises where no text can leave: an invitation that never comes would look like a no
    with transaction() as session:
        if wrong := _problems(session, newcomers, replace):
            raise NotAll(wrong)
        return [_enrol(session, who, newcomer, at) for newcomer in newcomers]


def problems(newcomers: Sequence[Newcomer], replace: bool = False) -> dict[int, str]:
    """Which of `newcomers` cannot be enrolled as things are, and why, by their places from 0."""
    with transaction() as session:
        return _problems(session, newcomers, replace)


class NotAll(Refused):
    """Some of those that were to be enrolled cannot be; `wrong` says why by their places, from 0."""

    def __init__(self, wrong: dict[int, str]) -> None:
        super().__init__(" ".join(wrong.values()))
        self.wrong = wrong


def listed(ended: bool = False) -> list[Listed]:
    """Who is enrolled (or was), oldest first. No row of the audit: nothing in it says who."""
    with transaction() as session:
        found = enrolments.everyone(session, ended)
        counts = enrolments.session_counts(session, found)
        return [Listed(enrolments.member(e), masked(e.phone), counts[e.id]) for e in found]


def names(who: str, ended: bool = False, at: Now = now) -> dict[str, str]:
    """Their names by reference, for the eyes of `who`."""
    with transaction() as session:
        audit.append(session, who, "listed the names of enrolments", None, at())
        return {enrolment.reference: enrolment.name for enrolment in enrolments.everyone(session, ended)}


def show(who: str, reference: str, at: Now = now) -> Sheet:
    """All that is known of an enrolment, for the eyes of `who`. Raises `WrongKey` if it cannot be read."""
    with transaction() as session:
        enrolment = enrolments.by_reference(session, reference)
        audit.append(session, who, "showed an enrolment", enrolment.reference, at())
        return _sheet(session, enrolment)


def end(who: str, reference: str, words: str = "", at: Now = now) -> str:
    """She is not enrolled any more; nothing that waits is sent. Returns the reference."""
    return _move(who, reference, State.ENDED, words, at)


def pause(who: str, reference: str, words: str = "", at: Now = now) -> str:
    """She is answered as before; nothing is started. Returns the reference."""
    return _move(who, reference, State.PAUSED, words, at)


def resume(who: str, reference: str, words: str = "", at: Now = now) -> str:
    """What was paused goes on. Who opted out comes back by her own START alone. Returns the reference."""
    with transaction() as session:
        enrolment = enrolments.by_reference(session, reference)
        if enrolment.state != State.PAUSED:
            raise NightlightError(f"{enrolment.reference} is {enrolment.state}; only what is paused can be resumed.")
        _step(session, who, enrolment, State.ACTIVE, words, at)
        return enrolment.reference


def resume_refused(who: str, at: Now = now) -> list[str]:
    """What the carrier paused by refusing the clinic's own number goes on, now that it is mended. The references."""
    with transaction() as session:
        found = [e for e in enrolments.everyone(session) if _was_refused(session, e)]
        for enrolment in found:
            _step(session, who, enrolment, State.ACTIVE, "", at)
        return [enrolment.reference for enrolment in found]


def add_session(who: str, reference: str, starts_at: datetime, at: Now = now) -> str:
    """Puts in a session that begins at that moment. Returns the reference."""
    with transaction() as session:
        enrolment = enrolments.by_reference(session, reference)
        if enrolment.state == State.ENDED:
            raise NightlightError(f"{enrolment.reference} has ended.")
        enrolments.add_session(session, enrolment, starts_at)
        audit.append(session, who, "added a session", enrolment.reference, at())
        return enrolment.reference


def remove_session(who: str, reference: str, starts_at: datetime, at: Now = now) -> str:
    """Takes a session out. Returns the reference. Raises `NightlightError` if there is none at that moment."""
    with transaction() as session:
        enrolment = enrolments.by_reference(session, reference)
        if not enrolments.remove_session(session, enrolment, starts_at):
            raise NightlightError(f"{enrolment.reference} has no session at that time.")
        audit.append(session, who, "removed a session", enrolment.reference, at())
        return enrolment.reference


def visit_zone(reference: str) -> str:
    """The time zone that the times of her sessions are said by."""
    with transaction() as session:
        enrolment = enrolments.by_reference(session, reference)
        return zone_of_visits(clinic(), ModelOfCare(enrolment.model_of_care), enrolment.time_zone).key


def _problems(session: Session, newcomers: Sequence[Newcomer], replace: bool) -> dict[int, str]:
    found = {place: _why_not(session, newcomer, replace) for place, newcomer in enumerate(newcomers)}
    return {place: why for place, why in found.items() if why}


def _why_not(session: Session, newcomer: Newcomer, replace: bool) -> str | None:
    if since := opt_outs.since(session, newcomer.phone):
        return f"This number has wanted no texts since {since:%Y-%m-%d}. She can text START to the clinic's number."
    found = enrolments.of_phone(session, newcomer.phone)
    if found and not replace:
        return (
            f"This number is enrolled already, as {found.reference}. If it belongs to another person now, say so: "
            "--replace ends that enrolment and begins a new one."
        )
    return None


def _enrol(session: Session, who: str, newcomer: Newcomer, at: Now) -> str:
    former = enrolments.of_phone(session, newcomer.phone)
    if former:
        end_of(session, former, Cause.ANOTHER_PERSON, "", at)
        audit.append(session, who, "ended an enrolment: the number is another person's", former.reference, at())
    enrolment = begin(session, newcomer, at)
    audit.append(session, who, "enrolled", enrolment.reference, at())
    return enrolment.reference


def _move(who: str, reference: str, to: State, words: str, at: Now) -> str:
    with transaction() as session:
        enrolment = enrolments.by_reference(session, reference)
        _step(session, who, enrolment, to, words, at)
        return enrolment.reference


def _step(session: Session, who: str, enrolment: Enrolment, to: State, words: str, at: Now) -> None:
    before = enrolment.state
    if to is State.ENDED:
        end_of(session, enrolment, Cause.CLINIC, words, at)
    else:
        enrolments.move(session, enrolment, to, Cause.CLINIC, words, at())
    if to is State.PAUSED:
        withhold(session, enrolment, OURS, at)
    audit.append(session, who, f"set an enrolment {to}, was {before}", enrolment.reference, at())


def _was_refused(session: Session, enrolment: Enrolment) -> bool:
    return enrolment.state == State.PAUSED and enrolments.history(session, enrolment)[-1].cause == Cause.SENDER


def _sheet(session: Session, enrolment: Enrolment) -> Sheet:
    steps = (Step(c.at, c.before, c.after, c.cause, c.words) for c in enrolments.history(session, enrolment))
    lost = texts.lost(session, threads.id_of_enrolment(session, enrolment))
    return Sheet(
        member=enrolments.member(enrolment),
        name=enrolment.name,
        phone=enrolment.phone,
        model_of_care=ModelOfCare(enrolment.model_of_care),
        consent=Consent(enrolment.agreed_by, enrolment.agreed_at, enrolment.agreed_words),
        sessions=tuple(found.starts_at for found in enrolments.sessions(session, enrolment)),
        history=tuple(steps),
        lost=tuple((text.created_at, text.purpose, text.state, text.error_code) for text in lost),
        opted_out_since=opt_outs.since(session, enrolment.phone) if enrolment.phone else None,
    )
