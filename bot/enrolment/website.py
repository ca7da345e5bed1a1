"""Enrolling on the website: she gives her number, gets a code by text, and gives it back.

Whoever asks learns nothing of who is enrolled or wants no texts: the answer is the same. How often codes are sent is
bounded, for each number and for all, and so is how often one may be tried.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import available_timezones

from bot.clinic import clinic
from bot.clock import Now, now
from bot.enrolment.numbers import mobile
from bot.enrolment.person import LANGUAGES, Consent, Newcomer
from bot.enrolment.register import end_of, welcome
from bot.enrolment.states import Cause, State
from bot.errors import NightlightError
from bot.privacy.keys import keyed_hash, keyed_hashes
from bot.storage import codes, enrolments, opt_outs, texts, threads
from bot.storage.models import Enrolment, EnrolmentCode, Purpose, TextThread
from bot.storage.sessions import Session, transaction
from bot.texting.book import words
from bot.texting.carriers.registry import can_text

DIGITS = 6
LIFE = timedelta(minutes=10)
MAX_TRIES = 5
TOKEN_BYTES = 18
MAX_NAME = 80
BY_HERSELF = "herself, on the website"
# How many codes may be asked for in a time: for one number, and for all of them, since each costs the clinic money
# and somebody a text that she may not have asked for.
OF_A_NUMBER = ((timedelta(hours=1), 3), (timedelta(days=1), 5))
OF_ALL = ((timedelta(hours=1), 60), (timedelta(days=1), 300))


class Why(StrEnum):
    """Why somebody is not enrolled."""

    NAME = "name"
    PHONE = "phone"
    TIME_ZONE = "time_zone"
    OTHER_TEXT = "agreed_text_id"  # the clinic has changed the words meanwhile: show them anew
    TOO_MANY = "too_many"
    CODE = "code"  # it is wrong, too old or used, or was tried too often
    UNAVAILABLE = "unavailable"


class NotEnrolled(NightlightError):
    """What was asked for is not done; `why` is for the page, `wait` how long until it may be asked again."""

    def __init__(self, why: Why, detail: str, wait: timedelta | None = None) -> None:
        super().__init__(detail)
        self.why, self.wait = why, wait


@dataclass(frozen=True)
class Agreement:
    """The words to which she agrees, and the id by which she says that she has read these and no others."""

    id: str
    text: str


@dataclass(frozen=True)
class Asked:
    """A code is on its way: what the page names it by, and until when it is good."""

    id: str
    expires_at: datetime


@dataclass(frozen=True)
class Wish:
    """What the page sends."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    time_zone: str
    agreed_text_id: str


def agreement() -> Agreement:
    """The words to be shown now."""
    text = words("consent")
    return Agreement(hashlib.sha256(text.encode()).hexdigest()[:16], text)


def ask(wish: Wish, at: Now = now) -> Asked:
    """Sends a code to the number of `wish`, unless that wants no texts; the answer is the same.

    Raises `NotEnrolled`, `StorageUnavailable`.
    """
    if not can_text():
        raise NotEnrolled(Why.UNAVAILABLE, "Texts cannot be sent at the moment.")
    name, phone = _checked(wish)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    asked = Asked(secrets.token_urlsafe(TOKEN_BYTES), at() + LIFE)
    with transaction() as session:
        _refuse_too_many(session, phone, at())
        kept = EnrolmentCode(
            token=asked.id,
            code_hash=_hash(asked.id, code),
            name=name,
            phone=phone,
            time_zone=wish.time_zone,
            agreed_words=agreement().text,
            asked_at=at(),
            expires_at=asked.expires_at,
        )
        codes.add(session, kept)
        if not opt_outs.stands(session, phone):
            _send(session, phone, code, kept, at)
    return asked


def confirm(asked_id: str, code: str, at: Now = now) -> str:
    """She gives the code back: her enrolment is active from now on, and she is welcomed. Returns its reference.

    Who is enrolled already under that number and name stays it; under another name the number is another person's
    now, and the former enrolment ends. Raises `NotEnrolled`, `StorageUnavailable`.
    """
    with transaction() as session:
        found = codes.by_token(session, asked_id)
        if found is None or not _is_good(found, at()):
            raise NotEnrolled(Why.CODE, "This code is too old. Please ask for a new one.")
        found.tries += 1
        right = _is_right(found, code)
        if right:
            found.used_at = at()
            return _enrol(session, found, at).reference
        left = MAX_TRIES - found.tries
    # After the transaction: the try counts.
    raise NotEnrolled(Why.CODE, "That is not the code." + ("" if left else " Please ask for a new one."))


def _checked(wish: Wish) -> tuple[str, str]:
    name = " ".join(wish.name.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise NotEnrolled(Why.NAME, f"A name has 1 to {MAX_NAME} characters.")
    if wish.time_zone not in available_timezones():
        raise NotEnrolled(Why.TIME_ZONE, "A time zone looks like America/Chicago.")
    if wish.agreed_text_id != agreement().id:
        raise NotEnrolled(Why.OTHER_TEXT, "The words have changed. Please read them again.")
    try:
        return name, mobile(wish.phone, clinic().country)
    except ValueError as error:
        raise NotEnrolled(Why.PHONE, f"Please look at the number: {error}.") from error


def _refuse_too_many(session: Session, phone: str, moment: datetime) -> None:
    for limits, of in ((OF_A_NUMBER, phone), (OF_ALL, None)):
        for time, most in limits:
            if codes.asked_since(session, moment - time, of) >= most:
                raise NotEnrolled(Why.TOO_MANY, "Too many codes were asked for. Please try again later.", time)


def _send(session: Session, phone: str, code: str, kept: EnrolmentCode, at: Now) -> None:
    minutes = str(int(LIFE.total_seconds() // 60))
    body = words("code", code=code, minutes=minutes)
    key = f"code-{secrets.token_hex(8)}"
    texts.queue(session, _thread(session, phone, at), key, Purpose.CODE, [body], at(), kept.expires_at)


def _thread(session: Session, phone: str, at: Now) -> TextThread:
    enrolment = enrolments.of_phone(session, phone)
    if enrolment:
        return threads.of_enrolment(session, enrolment, at())
    return threads.of_stranger(session, phone, at())


def _is_good(code: EnrolmentCode, moment: datetime) -> bool:
    return code.used_at is None and code.tries < MAX_TRIES and moment < code.expires_at


def _is_right(kept: EnrolmentCode, said: str) -> bool:
    digits = "".join(c for c in said if c.isdigit())
    return any(hmac.compare_digest(kept.code_hash, one) for one in keyed_hashes(_hashed(kept.token, digits)))


def _hash(token: str, code: str) -> str:
    return keyed_hash(_hashed(token, code))


def _hashed(token: str, code: str) -> str:
    return f"code {token} {code}"


def _enrol(session: Session, code: EnrolmentCode, at: Now) -> Enrolment:
    former = enrolments.of_phone(session, code.phone)
    if former and _same_name(enrolments.name_of(session, former), code.name):
        if former.state not in (State.ACTIVE, State.ENDED):
            enrolments.move(session, former, State.ACTIVE, Cause.WEBSITE, code.agreed_words, at())
            welcome(session, former, f"welcome-{code.token}", at)
        return former
    if former:
        end_of(session, former, Cause.ANOTHER_PERSON, "", at)
    newcomer = Newcomer(
        name=code.name,
        phone=code.phone,
        time_zone=code.time_zone,
        consent=Consent(BY_HERSELF, code.asked_at, code.agreed_words),
        model_of_care=clinic().model_of_care,
        language=LANGUAGES[0],
    )
    enrolment = enrolments.add(session, newcomer, Cause.WEBSITE, at())
    enrolments.move(session, enrolment, State.ACTIVE, Cause.WEBSITE, code.agreed_words, at())
    welcome(session, enrolment, f"welcome-{code.token}", at)
    return enrolment


def _same_name(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
