"""Each text is answered once and in its order, over repetitions, restarts and failures; in danger, whatever is down."""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import clock
from bot.engine.channels.answering import Answering
from bot.engine.channels.gate import Gate
from bot.engine.channels.outbound import ANSWER, Outbound, TypedOutput
from bot.engine.channels.texts import Texts
from bot.engine.channels.without_database import WithoutDatabase
from bot.enrolment.states import State
from bot.handoff.alert import CrisisAlert
from bot.safety.words import crisis_words
from bot.storage import inbound_texts, sessions
from bot.storage.models import InboundText, TextMessage
from bot.storage.sessions import StorageUnavailable, transaction
from bot.texting import inbox, sender
from bot.texting.carriers.file import to_file
from bot.texting.outgoing import Outgoing
from bot.texting.received import Received
from enrolled import enrolled
from support import HER_PHONE, files, rows

OTHER_PHONE = "+12145550188"
DANGER = "i want to die"
PATIENCE = 30.0  # seconds


class Echo:
    """An engine that says what it was told, sometimes slowly; `had` is each turn that it took."""

    ready = True

    def __init__(self, slowest: float = 0.0) -> None:
        self.had: list[tuple[str, str]] = []
        self.forgotten: list[str] = []
        self.fails = False
        self._slowest = slowest

    async def turn(self, conversation_id: str, text: str, output: TypedOutput, message_id: str) -> None:
        await asyncio.sleep(random.uniform(0, self._slowest))
        if self.fails:
            raise RuntimeError(text)
        self.had.append((message_id, text))
        output.say(Outbound(ANSWER, f"you said {text}", "utter_faq_cost"))

    async def turn_again(self, conversation_id: str, text: str, output: TypedOutput, message_id: str) -> None:
        if all(had != message_id for had, _ in self.had):
            await self.turn(conversation_id, text, output, message_id)
            return
        output.say(Outbound(ANSWER, f"you said {text}", "utter_faq_cost"))

    async def in_form(self, conversation_id: str) -> bool:
        return False

    def forget(self, conversation_id: str) -> None:
        self.forgotten.append(conversation_id)


class Side:
    """The bot's side of the channel without a server: what came in and what the carrier was given directly."""

    def __init__(self, engine: Any, timeout: float = 5.0) -> None:
        self.engine = engine
        self.alerts: list[CrisisAlert] = []
        self.given: list[Outgoing] = []
        self.refuses = False
        self._gate = gate = Gate(engine, timeout, self.alerts.append)
        gate.watch_late(self._late)
        self.answering = Answering(engine, gate, self.alerts.append, True, lambda: None)
        self.texts = Texts(
            engine, self.answering, WithoutDatabase(gate, self.alerts.append, self.answering, self._give)
        )

    def _late(self, inbound: Any, late: list[Outbound]) -> None:
        if owed := self._gate.owed(inbound.conversation_id):
            self.texts.keep_task(asyncio.ensure_future(self.answering.say_late(inbound, owed)))

    def _give(self, outgoing: Outgoing) -> str:
        if self.refuses:
            raise OSError("no carrier")
        self.given.append(outgoing)
        return to_file(outgoing)

    async def done(self) -> None:
        """Returns once nothing waits."""
        async with asyncio.timeout(PATIENCE):
            while self.texts._tasks or any(line.waiting or line.uses for line in self.texts._lines.values()):
                await asyncio.sleep(0.01)


def text(body: str, phone: str = HER_PHONE, at: datetime | None = None) -> Received:
    return Received(f"SM{secrets.token_hex(16)}", phone, body, at or clock.now())


def run(side: Side, work: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await work()
        await side.done()

    asyncio.run(whole())


def left(phone: str = HER_PHONE) -> list[str]:
    """The bodies of what is in the outbox for a number, in order."""
    with transaction() as session:
        found = session.execute(select(TextMessage).order_by(TextMessage.id)).scalars()
        return [message.body for message in found if _phone_of(session, message) == phone]


def _phone_of(session: Any, message: TextMessage) -> str:
    from bot.storage.models import TextThread

    return str(session.get(TextThread, message.thread_id).phone)


@pytest.fixture(autouse=True)
def built() -> None:
    crisis_words()


@pytest.fixture
def side(database: str) -> Side:
    enrolled()
    return Side(Echo(slowest=0.02))


# --- once


def test_a_text_that_comes_again_is_answered_once(side: Side) -> None:
    one = text("hello")

    async def work() -> None:
        await side.texts.receive(one)
        await side.done()
        await side.texts.receive(one)

    run(side, work)
    assert left() == ["you said hello"]
    assert len(side.engine.had) == 1


def test_a_text_that_comes_twice_at_the_same_moment_is_answered_once(side: Side) -> None:
    one = text("hello")

    async def work() -> None:
        await asyncio.gather(*(side.texts.receive(one) for _ in range(8)))

    run(side, work)
    assert left() == ["you said hello"]


def test_a_text_that_two_processes_get_is_answered_once(side: Side) -> None:
    other, one = Side(Echo()), text("hello")

    async def work() -> None:
        await asyncio.gather(side.texts.receive(one), other.texts.receive(one))
        await other.done()

    run(side, work)
    assert left() == ["you said hello"]


def test_her_number_and_words_go_once_it_is_answered(side: Side) -> None:
    run(side, lambda: side.texts.receive(text("hello")))
    [kept] = rows(InboundText)
    assert (kept.phone, kept.body) == ("", "")
    assert kept.answered_at


def test_what_was_answered_long_ago_is_deleted_and_what_waits_is_not(database: str) -> None:
    old = datetime(2026, 1, 1, tzinfo=UTC)
    answered, waits = text("a", at=old), text("b", at=old)
    with transaction() as session:
        inbound_texts.keep(session, answered)
        inbound_texts.keep(session, waits)
        inbound_texts.answered(session, answered.sid, old)
        assert inbound_texts.purge(session, old + timedelta(days=30)) == 1
    assert inbox.waiting() == [waits.sid]


# --- in order


def test_the_texts_of_one_person_are_answered_in_their_order(side: Side) -> None:
    enrolled(phone=OTHER_PHONE)
    side.engine._slowest = 0.05
    sent = [text(f"number {n} of mine", phone) for n in range(12) for phone in (HER_PHONE, OTHER_PHONE)]

    async def work() -> None:
        arriving = []
        for received in sent:
            arriving.append(asyncio.ensure_future(side.texts.receive(received)))
            await asyncio.sleep(0)
        await asyncio.gather(*arriving)

    run(side, work)
    for phone in (HER_PHONE, OTHER_PHONE):
        assert left(phone) == [f"you said number {n} of mine" for n in range(12)]


def test_one_persons_slow_answer_holds_up_nobody_else(side: Side) -> None:
    enrolled(phone=OTHER_PHONE)
    turn = side.engine.turn
    free = asyncio.Event()

    async def slow(conversation_id: str, body: str, *rest: Any) -> None:
        if body == "slow":
            await free.wait()
        await turn(conversation_id, body, *rest)

    side.engine.turn = slow

    async def work() -> None:
        await side.texts.receive(text("slow"))
        await side.texts.receive(text("quick", OTHER_PHONE))
        async with asyncio.timeout(PATIENCE):
            while left(OTHER_PHONE) != ["you said quick"]:
                await asyncio.sleep(0.01)
        assert left() == []
        free.set()

    run(side, work)
    assert left() == ["you said slow"]


# --- over restarts


def test_what_was_not_answered_before_a_restart_is_answered_after_it(side: Side) -> None:
    sent = [text(f"number {n} of mine") for n in range(3)]
    for received in sent:
        inbox.keep(received)
    again = Side(Echo())
    run(again, again.texts.start)
    assert left() == [f"you said number {n} of mine" for n in range(3)]
    assert inbox.waiting() == []


def test_a_turn_that_was_taken_before_a_restart_is_not_taken_again(side: Side) -> None:
    one = text("hello")
    inbox.keep(one)
    again = Side(Echo())
    again.engine.had.append((one.sid, "hello"))
    run(again, again.texts.start)
    assert left() == ["you said hello"]
    assert len(again.engine.had) == 1


def test_an_answer_that_was_put_in_before_a_restart_is_not_put_in_again(side: Side) -> None:
    one = text("hello")
    run(side, lambda: side.texts.receive(one))
    with transaction() as session:  # as if the process had died between the two
        kept = session.execute(select(InboundText)).scalar_one()
        kept.answered_at, kept.phone, kept.body = None, one.phone, one.body
    again = Side(Echo())
    run(again, again.texts.start)
    assert left() == ["you said hello"]
    assert inbox.waiting() == []


def test_a_text_that_comes_again_while_the_rest_is_taken_up_is_answered_once(side: Side) -> None:
    one = text("hello")
    inbox.keep(one)
    again = Side(Echo())

    async def work() -> None:
        await again.texts.start()
        await again.texts.receive(one)

    run(again, work)
    assert left() == ["you said hello"]


# --- danger


def test_danger_in_two_texts_is_danger(side: Side) -> None:
    async def work() -> None:
        await side.texts.receive(text("i just want to"))
        await side.texts.receive(text("kill myself"))

    run(side, work)
    assert [alert.text for alert in side.alerts] == ["i just want to kill myself"] or side.alerts[
        0
    ].text == "kill myself"
    assert any("988" in body for body in left())


def test_two_texts_that_are_no_danger_together_stay_two(side: Side) -> None:
    async def work() -> None:
        await side.texts.receive(text("i just want to"))
        await side.texts.receive(text("sleep for a week"))

    run(side, work)
    assert left() == ["you said i just want to", "you said sleep for a week"]


def test_danger_is_answered_while_the_engine_fails(side: Side) -> None:
    side.engine.fails = True

    async def work() -> None:
        await side.texts.receive(text(DANGER))
        await side.texts.receive(text("hello"))

    run(side, work)
    first, second = left()
    assert "988" in first[:153]
    assert "cannot answer just now" in second
    assert [alert.kind for alert in side.alerts] == ["crisis_self_harm"]


def test_words_of_danger_that_come_late_leave_when_they_are_there(database: str) -> None:
    class Late(Echo):
        async def turn(self, conversation_id: str, body: str, output: TypedOutput, message_id: str) -> None:
            await asyncio.sleep(0.6)
            output.say(Outbound("danger", "Please call 911 or 988.", "utter_crisis_psychosis"))

    enrolled()
    side = Side(Late(), timeout=0.2)

    async def work() -> None:
        await side.texts.receive(text("the walls are whispering"))
        async with asyncio.timeout(PATIENCE):
            while len(left()) < 2:
                await asyncio.sleep(0.05)

    run(side, work)
    assert "cannot answer just now" in left()[0]
    assert left()[1] == "Please call 911 or 988."


# --- the database is down


@pytest.fixture
def outage(side: Side, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bool], None]]:
    """Takes the database away, and brings it back."""
    make = sessions._engine

    def switch(down: bool) -> None:
        def broken(address: str) -> Any:
            raise StorageUnavailable("down")

        monkeypatch.setattr(sessions, "_engine", broken if down else make)

    yield switch
    switch(False)


def test_who_is_in_danger_reads_the_lines_while_the_database_is_down_and_once(
    side: Side, outage: Callable[[bool], None]
) -> None:
    one = text(DANGER)

    async def work() -> None:
        await side.texts.receive(text("hello"))
        await side.done()
        outage(True)
        await side.texts.receive(one)
        await side.texts.receive(one)
        async with asyncio.timeout(PATIENCE):
            while not side.given:
                await asyncio.sleep(0.01)
        assert "988" in side.given[0].body[:153]
        outage(False)

    run(side, work)
    assert len(side.given) == 1
    lines = [message for message in rows(TextMessage) if message.purpose == "danger"]
    assert [(message.state, message.sid) for message in lines] == [("queued", f"FI{side.given[0].key}")]
    assert left()[1] == side.given[0].body
    assert sender.send_all() == 2  # the answer to the first text and what the engine said; the lines have left
    assert inbox.waiting() == []


def test_the_lines_are_tried_until_the_carrier_takes_them(side: Side, outage: Callable[[bool], None]) -> None:
    side.refuses = True

    async def work() -> None:
        outage(True)
        await side.texts.receive(text(DANGER))
        await asyncio.sleep(0.7)
        side.refuses = False
        async with asyncio.timeout(PATIENCE):
            while not side.given:
                await asyncio.sleep(0.01)
        outage(False)

    run(side, work)
    assert len(side.given) == 1


def test_of_a_number_that_nobody_knows_just_now_staff_get_the_number(
    side: Side, outage: Callable[[bool], None]
) -> None:
    async def work() -> None:
        outage(True)
        await side.texts.receive(text(DANGER))
        async with asyncio.timeout(PATIENCE):
            while not side.given:
                await asyncio.sleep(0.01)
        outage(False)

    run(side, work)
    assert any(HER_PHONE in alert.text for alert in side.alerts)
    assert all(HER_PHONE not in alert.conversation_id for alert in side.alerts)


def test_who_wants_no_texts_gets_none_while_the_database_is_down(side: Side, outage: Callable[[bool], None]) -> None:
    async def work() -> None:
        await side.texts.receive(text("STOP"))
        await side.texts.receive(text("hm"))
        await side.done()
        outage(True)
        await side.texts.receive(text(DANGER))
        async with asyncio.timeout(PATIENCE):
            while not side.alerts:
                await asyncio.sleep(0.01)
        outage(False)

    run(side, work)
    assert side.given == []
    assert left() == []


def test_what_came_while_the_database_was_down_is_answered_when_it_is_back(
    side: Side, outage: Callable[[bool], None]
) -> None:
    async def work() -> None:
        outage(True)
        for n in range(3):
            await side.texts.receive(text(f"number {n} of mine"))
        await asyncio.sleep(0.3)
        outage(False)

    run(side, work)
    assert left() == [f"you said number {n} of mine" for n in range(3)]


def test_a_text_that_cannot_be_answered_does_not_hold_up_the_next(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = side.answering.answer

    async def fails(received: Received, *rest: Any) -> None:
        if received.body == "poison":
            raise RuntimeError("she wrote this")
        await answer(received, *rest)

    monkeypatch.setattr(side.answering, "answer", fails)
    monkeypatch.setattr("bot.engine.channels.texts.LONGEST_PAUSE", 0.05)

    async def work() -> None:
        await side.texts.receive(text("poison"))
        await side.texts.receive(text("hello"))

    run(side, work)
    assert left() == ["you said hello"]


# --- who is not enrolled


def test_a_number_that_is_not_enrolled_is_told_once_a_day_at_most(database: str) -> None:
    side, now = Side(Echo()), clock.now()

    async def work() -> None:
        for hours in (0, 1, 12, 23):
            await side.texts.receive(text("hello", at=now + timedelta(hours=hours)))
            await side.done()
        assert len(left()) == 1
        await side.texts.receive(text("hello", at=now + timedelta(hours=24, minutes=1)))

    run(side, work)
    assert len(left()) == 2
    assert set(side.engine.forgotten) == {side.answering.known(HER_PHONE).conversation_id}


def test_no_conversation_is_named_after_a_number(database: str) -> None:
    side = Side(Echo())

    async def work() -> None:
        await side.texts.receive(text("hello"))

    run(side, work)
    assert HER_PHONE[2:] not in side.answering.known(HER_PHONE).conversation_id


def test_no_number_and_no_words_stand_in_a_log_or_a_repr(side: Side, caplog: pytest.LogCaptureFixture) -> None:
    one = text("marker-4711")
    assert "marker" not in repr(one)
    assert HER_PHONE not in repr(one)
    side.engine.fails = True
    with caplog.at_level("DEBUG"):
        run(side, lambda: side.texts.receive(one))
    assert "marker" not in caplog.text
    assert HER_PHONE not in caplog.text


def test_paused_or_not_the_lines_leave(database: str) -> None:
    enrolled(State.PAUSED)
    side = Side(Echo())
    run(side, lambda: side.texts.receive(text(DANGER)))
    sender.send_all()
    from bot.settings import settings

    assert any("988" in body for body in files(settings().var / "sms").values())
