"""Texts and Twilio: taken, refused, in doubt; nothing is sent twice, and what follows from an error is done."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import permutations

import pytest

from bot.clock import now
from bot.enrolment import register
from bot.enrolment.states import State
from bot.settings import settings
from bot.storage import opt_outs, texts, threads
from bot.storage.models import (
    Enrolment,
    EnrolmentChange,
    HandOff,
    HandOffMessage,
    OutboxEntry,
    Purpose,
    TextMessage,
    TextState,
)
from bot.storage.sessions import transaction
from bot.texting import callbacks, sender
from bot.texting.carriers import twilio as carrier
from bot.texting.carriers.registry import can_text
from bot.texting.carriers.registry import carrier as chosen
from bot.texting.states import furthest
from enrolled import enrolled
from support import HER_PHONE, NIGHT, files, later, rows
from twilio_stand_in import (
    BROKEN,
    BUSY,
    DROP,
    HANG,
    NUMBER,
    REPORTS,
    TAKE,
    TAKE_AND_DROP,
    TAKE_AND_HANG,
    Refusal,
    Twilio,
    twilio,
)

Configure = Callable[..., None]
PUBLIC = "https://nightlight.cedar-lane.example"


@pytest.fixture
def stand_in(database: str, configure: Configure) -> Iterator[Twilio]:
    """Twilio, as far as the program can tell."""
    with twilio() as started:
        configure(**started.variables, NIGHTLIGHT_PUBLIC_URL=PUBLIC, NIGHTLIGHT_DELIVERY_TIMEOUT="1")
        yield started


def put_in(*bodies: str, purpose: Purpose = Purpose.REPLY, **changes: object) -> Enrolment:
    enrolment = enrolled(**changes)  # type: ignore[arg-type]
    with transaction() as session:
        texts.queue(session, threads.of_enrolment(session, enrolment, NIGHT), "SMin", purpose, bodies, NIGHT)
    return enrolment


def states() -> list[str]:
    return [row.state for row in rows(TextMessage)]


def does(stand_in: Twilio, *moods: str | Refusal) -> None:
    """The stand-in does `moods`, one after the other, and takes what comes then."""
    left = iter(moods)
    stand_in.mood = lambda to, body, number: next(left, TAKE)


def test_a_text_leaves_with_all_that_twilio_is_to_know(stand_in: Twilio) -> None:
    put_in("hello")
    assert sender.send_all(later()) == 1
    [sent] = stand_in.sent
    assert sent.form == {
        "To": HER_PHONE,
        "From": NUMBER,
        "Body": "hello",
        "StatusCallback": f"{PUBLIC}/webhooks/sms/status?text=SMin-0",
    }
    [row] = rows(TextMessage)
    assert (row.state, row.sid, row.in_hand, row.unclear_since) == ("queued", sent.sid, False, None)


def test_a_messaging_service_takes_the_place_of_the_number(stand_in: Twilio, configure: Configure) -> None:
    configure(TWILIO_FROM="", TWILIO_MESSAGING_SERVICE_SID="MG0")
    put_in("hello")
    sender.send_all(later())
    assert "From" not in stand_in.sent[0].form
    assert stand_in.sent[0].form["MessagingServiceSid"] == "MG0"


@pytest.mark.parametrize("mood", [BUSY, BROKEN, DROP, HANG, Refusal(401, 20003), Refusal(503, None)])
def test_what_may_pass_is_tried_again_in_order(stand_in: Twilio, mood: str | Refusal) -> None:
    put_in("first", "second")
    does(stand_in, mood)
    assert sender.send_all(later()) == 1
    assert states() == ["waiting", "waiting"]
    assert sender.send_all(later(minutes=1)) == 2
    assert stand_in.to(HER_PHONE) == ["first", "second"]
    assert states() == ["queued", "queued"]


def test_what_twilio_asks_to_wait_is_waited(stand_in: Twilio) -> None:
    put_in("hello")
    does(stand_in, Refusal(429, 20429, {"Retry-After": "120"}))
    sender.send_all(later())
    assert rows(TextMessage)[0].next_attempt_at == NIGHT + timedelta(seconds=120)
    assert sender.send_all(later(seconds=119)) == 0
    assert sender.send_all(later(seconds=120)) == 1


@pytest.mark.parametrize("mood", [TAKE_AND_HANG, TAKE_AND_DROP])
def test_what_twilio_took_without_saying_so_is_found_and_not_sent_again(stand_in: Twilio, mood: str) -> None:
    put_in("first", "second")
    does(stand_in, mood)
    sender.send_all(later())
    assert states() == ["waiting", "waiting"]
    assert sender.send_all(later(minutes=1)) == 2
    assert stand_in.to(HER_PHONE) == ["first", "second"]
    assert {row.sid for row in rows(TextMessage)} == {sent.sid for sent in stand_in.sent}


def test_a_text_that_reads_like_an_earlier_one_is_not_taken_for_it(stand_in: Twilio) -> None:
    put_in("the same", "the same")
    does(stand_in, TAKE, HANG)
    sender.send_all(later())
    sender.send_all(later(minutes=1))
    assert stand_in.to(HER_PHONE) == ["the same", "the same"]
    assert len({row.sid for row in rows(TextMessage)}) == 2


def test_a_report_tells_that_a_text_in_doubt_was_taken(stand_in: Twilio) -> None:
    put_in("hello")
    does(stand_in, TAKE_AND_DROP)
    sender.send_all(later())
    callbacks.note(stand_in.sent[0].sid, "sent", None, "SMin-0", later())
    assert states() == ["sent"]
    assert sender.send_all(later(minutes=5)) == 0


def test_a_text_that_is_never_taken_is_given_up(stand_in: Twilio) -> None:
    put_in("hello")
    stand_in.mood = lambda to, body, number: BROKEN
    for hour in range(texts.MAX_ATTEMPTS):
        sender.send_all(later(hours=hour))
    assert states() == ["given_up"]
    assert sender.send_all(later(days=1)) == 0


def test_who_opted_out_at_the_carrier_has_opted_out(stand_in: Twilio) -> None:
    put_in("first", "second")
    stand_in.unsubscribed.add(HER_PHONE)
    assert sender.send_all(later()) == 1
    assert states() == ["given_up", "withheld"]
    assert rows(Enrolment)[0].state == State.OPTED_OUT
    with transaction() as session:
        assert opt_outs.stands(session, HER_PHONE)
    assert [(row.before, row.after, row.cause) for row in rows(EnrolmentChange)][-1] == (
        "active",
        "opted_out",
        "carrier",
    )


@pytest.mark.parametrize("code", [21211, 21614])
def test_a_number_that_cannot_be_texted_ends_the_enrolment_and_staff_hear_of_it(stand_in: Twilio, code: int) -> None:
    put_in("first", "second")
    does(stand_in, Refusal(400, code))
    sender.send_all(later())
    assert states() == ["given_up", "withheld"]
    [enrolment] = rows(Enrolment)
    assert enrolment.state == State.ENDED
    [hand_off] = rows(HandOff)
    assert (hand_off.kind, hand_off.person) == ("care_message", enrolment.reference)


def test_a_phone_that_is_not_reached_ends_nothing_and_staff_hear_of_it_once(stand_in: Twilio) -> None:
    put_in("first", "second")
    sender.send_all(later())
    for sent in stand_in.sent:
        callbacks.note(sent.sid, "undelivered", 30006, None, later())
    assert rows(Enrolment)[0].state == State.ACTIVE
    assert [row.reason for row in rows(HandOff)] == ["texts_do_not_reach_her"]


def test_where_the_clinics_own_number_is_refused_we_start_nothing_and_staff_hear_of_it_once(stand_in: Twilio) -> None:
    put_in("one")
    with transaction() as session:
        other = enrolled(phone="+12145550188")
        texts.queue(session, threads.of_enrolment(session, other, NIGHT), "SMx", Purpose.REPLY, ["two"], NIGHT)
    sender.send_all(later())
    for sent in stand_in.sent:
        callbacks.note(sent.sid, "undelivered", 30034, None, later())
    assert {row.state for row in rows(Enrolment)} == {"paused"}
    assert [row.reason for row in rows(HandOff)] == ["clinic_number_refused"]


def test_an_error_of_one_text_ends_nothing_else(stand_in: Twilio) -> None:
    put_in("first", "second")
    does(stand_in, Refusal(400, 21617))
    sender.send_all(later())
    assert states() == ["given_up", "queued"]
    assert rows(Enrolment)[0].state == State.ACTIVE


@pytest.mark.parametrize("order", [*permutations(REPORTS)][::5])
def test_reports_in_any_order_and_twice_keep_the_furthest_state(stand_in: Twilio, order: tuple[str, ...]) -> None:
    put_in("hello")
    sender.send_all(later())
    for status in (*order, *order):
        callbacks.note(stand_in.sent[0].sid, status, None, "SMin-0", later())
    assert states() == ["delivered"]


def test_a_report_of_what_nobody_knows_changes_nothing(stand_in: Twilio) -> None:
    put_in("hello")
    sender.send_all(later())
    callbacks.note("SMother", "failed", 30003, "SMother-0", later())
    callbacks.note("SMsecond", "failed", 30003, "SMin-0", later())
    callbacks.note(stand_in.sent[0].sid, "dancing", None, None, later())
    assert states() == ["queued"]


@pytest.mark.parametrize("status", ["undelivered", "failed"])
def test_crisis_lines_that_do_not_arrive_are_told_to_staff_once(stand_in: Twilio, status: str) -> None:
    enrolment = put_in("call or text 988", purpose=Purpose.DANGER)
    sender.send_all(later())
    for _ in range(3):
        callbacks.note(stand_in.sent[0].sid, status, 30003, "SMin-0", later())
    [hand_off] = rows(HandOff)
    assert (hand_off.kind, hand_off.reason, hand_off.urgency) == ("crisis", "crisis_lines_undelivered", 2)
    assert (hand_off.person, hand_off.channel) == (enrolment.reference, "sms")
    assert len(rows(HandOffMessage)) == len(rows(OutboxEntry)) == 1


def test_crisis_lines_that_the_carrier_never_takes_are_told_to_staff(stand_in: Twilio) -> None:
    put_in("call or text 988", purpose=Purpose.DANGER)
    stand_in.unsubscribed.add(HER_PHONE)
    sender.send_all(later())
    assert [row.reason for row in rows(HandOff)] == ["crisis_lines_undelivered"]
    assert rows(Enrolment)[0].state == State.OPTED_OUT


@pytest.mark.parametrize(
    ("purpose", "state", "leaves"),
    [
        (Purpose.REPLY, State.ACTIVE, True),
        (Purpose.REPLY, State.PAUSED, True),
        (Purpose.STARTED, State.PAUSED, False),
        (Purpose.STARTED, State.INVITED, False),
        (Purpose.INVITATION, State.ACTIVE, False),
        (Purpose.INVITATION, State.INVITED, True),
    ],
)
def test_what_may_not_leave_in_a_state_is_withheld(
    stand_in: Twilio, purpose: Purpose, state: State, leaves: bool
) -> None:
    put_in("hello", purpose=purpose, state=state)
    sender.send_all(later(hours=12))
    assert bool(stand_in.sent) is leaves
    assert states() == ["queued" if leaves else "withheld"]


@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.FAREWELL])
def test_who_opted_out_is_sent_nothing_whatever_was_put_in(stand_in: Twilio, purpose: Purpose) -> None:
    with transaction() as session:
        opt_outs.add(session, HER_PHONE, "sms", "stop", NIGHT)
    put_in("hello", purpose=purpose)
    sender.send_all(later(hours=12))
    assert stand_in.came == []
    assert states() == ["withheld"]


def test_crisis_lines_that_an_opt_out_holds_back_are_told_to_staff(stand_in: Twilio) -> None:
    put_in("call or text 988", purpose=Purpose.DANGER)
    register.stop(HER_PHONE, "stop", None, later())
    assert sender.send_all(later()) == 0
    assert states() == ["withheld"]
    assert [row.reason for row in rows(HandOff)] == ["crisis_lines_undelivered"]


def test_what_we_start_waits_for_her_morning(stand_in: Twilio) -> None:
    put_in("your visit is tomorrow", purpose=Purpose.STARTED)
    assert sender.send_all(later()) == 0
    assert rows(TextMessage)[0].attempts == 0
    morning = NIGHT.replace(hour=15, minute=0)  # 9 am in Chicago
    assert sender.send_all(lambda: morning - timedelta(seconds=1)) == 0
    assert sender.send_all(lambda: morning) == 1


def test_what_makes_no_sense_any_more_is_not_sent(stand_in: Twilio) -> None:
    enrolment = enrolled()
    with transaction() as session:
        thread = threads.of_enrolment(session, enrolment, NIGHT)
        texts.queue(session, thread, "due", Purpose.REPLY, ["late"], NIGHT, send_by=NIGHT + timedelta(hours=1))
    assert sender.send_all(later(hours=1)) == 0
    assert states() == ["withheld"]


def test_without_twilio_texts_are_files_that_only_we_can_read(database: str, configure: Configure) -> None:
    put_in("hello")
    assert sender.send_all(later()) == 1
    folder = settings().var / "sms"
    [(name, text)] = files(folder).items()
    assert name == "SMin-0.json"
    assert "hello" in text
    assert (folder / name).stat().st_mode & 0o077 == 0
    configure(NIGHTLIGHT_ENVIRONMENT="production")
    assert not can_text()
    with pytest.raises(Exception, match="TWILIO_ACCOUNT_SID"):
        chosen()


def test_nothing_of_hers_is_in_the_log(stand_in: Twilio, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="bot")
    put_in("BLUEBONNET")
    does(stand_in, BROKEN, TAKE_AND_DROP, Refusal(400, 21211))
    for minute in range(3):
        sender.send_all(later(minutes=minute))
    assert caplog.text
    assert "BLUEBONNET" not in caplog.text
    assert "5550173" not in caplog.text


def test_the_lease_is_longer_than_looking_for_a_text_and_sending_it() -> None:
    longest = next(m.le for m in type(settings()).model_fields["delivery_timeout"].metadata if hasattr(m, "le"))
    assert timedelta(seconds=2 * longest) < texts.LEASE


def test_a_text_that_is_due_soon_is_not_kept_by_twilio_for_long(stand_in: Twilio) -> None:
    enrolment = enrolled()
    with transaction() as session:
        thread = threads.of_enrolment(session, enrolment, NIGHT)
        texts.queue(session, thread, "due", Purpose.REPLY, ["soon"], NIGHT, send_by=now() + timedelta(seconds=600))
    sender.send_all(now)
    assert 590 <= int(stand_in.sent[0].form["ValidityPeriod"]) <= 600
    assert carrier.LONGEST_VALIDITY == 14_400


def test_a_state_is_never_left_for_an_earlier_one() -> None:
    assert furthest(TextState.DELIVERED, TextState.FAILED) is TextState.DELIVERED
    assert furthest(TextState.WAITING, TextState.QUEUED) is TextState.QUEUED
