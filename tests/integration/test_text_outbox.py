"""Texts leave in order, at least once, and danger first."""

from datetime import datetime, timedelta

import pytest

from bot.enrolment import register
from bot.enrolment.states import State
from bot.storage import opt_outs, texts, threads
from bot.storage.models import Enrolment, Purpose, TextMessage, TextState, TextThread
from bot.storage.sessions import Conflict, transaction
from bot.texting import replies
from bot.texting.outgoing import Outgoing, Untaken
from bot.texting.render import Said
from enrolled import enrolled
from support import HER_PHONE, NIGHT, at_once, later, rows


def thread(enrolment: Enrolment) -> TextThread:
    with transaction() as session:
        return threads.of_enrolment(session, enrolment, NIGHT)


def put_in(of: TextThread, key: str, *bodies: str, purpose: Purpose = Purpose.REPLY) -> None:
    with transaction() as session:
        texts.queue(session, of, key, purpose, bodies, NIGHT)


def claim(at: datetime = NIGHT) -> Outgoing | None:
    with transaction() as session:
        return texts.claim(session, at)


def taken(claimed: Outgoing, at: datetime = NIGHT) -> None:
    with transaction() as session:
        texts.mark_taken(session, claimed.id, f"SM{claimed.id}", at)


def failed(claimed: Outgoing, at: datetime = NIGHT, **how: object) -> TextState | None:
    with transaction() as session:
        return texts.mark_untaken(session, claimed, Untaken("no", **how), at)  # type: ignore[arg-type]


def test_the_next_text_waits_until_the_one_before_is_taken(database: str) -> None:
    hers, others = thread(enrolled()), thread(enrolled(phone="+12145550188"))
    put_in(hers, "m-1", "first", "second")
    put_in(others, "m-2", "elsewhere")
    first, elsewhere = claim(), claim()
    assert first
    assert elsewhere
    assert (first.body, elsewhere.body) == ("first", "elsewhere")
    assert (first.phone, elsewhere.phone) == (HER_PHONE, "+12145550188")
    assert claim() is None
    taken(first)
    second = claim()
    assert second
    assert second.body == "second"


def test_the_next_text_waits_while_the_one_before_is_to_be_tried_again(database: str) -> None:
    put_in(thread(enrolled()), "m-1", "first", "second")
    first = claim()
    assert first
    assert failed(first) is TextState.WAITING
    assert claim() is None
    again = claim(NIGHT + timedelta(seconds=5))
    assert again
    assert again.body == "first"
    assert failed(again, permanent=True, code=21211) is TextState.GIVEN_UP
    second = claim()
    assert second
    assert second.body == "second"


def test_the_crisis_lines_do_not_wait_for_what_failed(database: str) -> None:
    hers = thread(enrolled())
    put_in(hers, "m-1", "first")
    first = claim()
    assert first
    failed(first)
    put_in(hers, "m-2", "call 988", purpose=Purpose.DANGER)
    danger = claim()
    assert danger
    assert danger.body == "call 988"


def test_a_reply_does_not_wait_for_what_we_started(database: str) -> None:
    hers = thread(enrolled())
    put_in(hers, "due-1", "your visit is tomorrow", purpose=Purpose.STARTED)
    put_in(hers, "m-1", "reply")
    with transaction() as session:
        started = texts.claim(session, NIGHT)
        assert started
        assert started.purpose is Purpose.STARTED
        texts.put_off(session, started, NIGHT + timedelta(hours=6))
    reply = claim()
    assert reply
    assert reply.body == "reply"
    assert claim(NIGHT + timedelta(hours=6, minutes=2)).body == "reply"  # type: ignore[union-attr]


def test_what_a_dead_worker_had_in_hand_comes_up_again_and_is_unclear(database: str) -> None:
    put_in(thread(enrolled()), "m-1", "first")
    assert claim()
    assert claim(NIGHT + texts.LEASE - timedelta(seconds=1)) is None
    again = claim(NIGHT + texts.LEASE)
    assert again
    assert (again.attempts, again.unclear_since) == (2, NIGHT)


def test_the_same_answer_is_put_in_once(database: str) -> None:
    enrolment = enrolled()
    conversation_id = thread(enrolment).conversation_id
    replies.reply(conversation_id, "SM1", [Said("one"), Said("two")], later())
    with pytest.raises(Conflict):
        replies.reply(conversation_id, "SM1", [Said("one"), Said("two")], later())
    with transaction() as session:
        assert [text.body for text in texts.of_key(session, "SM1")] == ["one", "two"]


def test_two_answers_at_once_are_not_mixed(database: str) -> None:
    conversation_id = thread(enrolled()).conversation_id

    def answer(number: int) -> None:
        replies.reply(conversation_id, f"SM{number}", [Said(f"{number} a"), Said(f"{number} b")], later())

    at_once(answer, 8)
    keys = [row.idempotency_key.split("-")[0] for row in rows(TextMessage)]
    assert all(one == other for one, other in zip(keys[::2], keys[1::2], strict=True))


@pytest.mark.parametrize("workers", [4])
def test_no_text_is_in_two_hands(database: str, workers: int) -> None:
    for number in range(workers):
        put_in(thread(enrolled(phone=f"+1214555017{number}")), f"m-{number}", "hello")
    found = [claimed.key for claimed in at_once(lambda _: claim(), workers) if claimed]
    assert len(found) == len(set(found))


def test_who_opts_out_has_nothing_that_waits_and_one_farewell(database: str) -> None:
    hers = thread(enrolled())
    put_in(hers, "m-1", "waits")
    assert register.stop(HER_PHONE, "stop", "SM9", later())
    assert not register.stop(HER_PHONE, "STOP", "SM10", later())
    assert [(row.purpose, row.state) for row in rows(TextMessage)] == [
        ("reply", "withheld"),
        ("farewell", "waiting"),
    ]
    assert rows(Enrolment)[0].state == State.OPTED_OUT
    with transaction() as session:
        assert opt_outs.stands(session, HER_PHONE)
        assert not opt_outs.stands(session, "+12145550188")
    assert register.start(HER_PHONE, "START", None, later()) is State.OPTED_OUT
    with transaction() as session:
        assert not opt_outs.stands(session, HER_PHONE)
    assert rows(Enrolment)[0].state == State.ACTIVE
