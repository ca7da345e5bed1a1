"""Whatever fails behind the gate, who is in danger reads the lines, and the alert is in the queue once."""

import asyncio
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.channels.gate import Gate, Inbound
from bot.engine.channels.outbound import DANGER, NOTICE, Outbound, TypedOutput
from bot.engine.turns import EngineDown
from bot.handoff.alert import CrisisAlert
from bot.handoff.spool import spool
from bot.handoff.worker import tick
from bot.safety.screen import screen
from bot.safety.words import crisis_words
from bot.storage.models import HandOff
from support import rows

TIMEOUT = 0.3
HARMLESS = st.text(alphabet=st.characters(whitelist_categories=["Zs"], whitelist_characters=".,!? "), max_size=20)


@pytest.fixture(autouse=True, scope="module")
def built() -> None:
    """As in the server, which builds both before the first request."""
    screen()
    crisis_words()


class Broken:
    """An engine that raises."""

    async def turn(self, *_: object) -> None:
        raise RuntimeError("she wrote this")


class NotLoaded:
    """An engine without a model."""

    async def turn(self, *_: object) -> None:
        raise EngineDown("not loaded")


class Hanging:
    """An engine that never comes back, its own thread blocked."""

    async def turn(self, *_: object) -> None:
        await asyncio.get_running_loop().run_in_executor(None, threading.Event().wait, 1.5)


class Silent:
    """An engine that says nothing."""

    async def turn(self, *_: object) -> None:
        pass


def ask(engine: object, text: str, message_id: str = "m-1", channel: str = "web") -> list[Outbound]:
    gate = Gate(engine, TIMEOUT, spool().append)
    return asyncio.run(gate.pass_on(Inbound("conversation", message_id, channel, text)))


@pytest.mark.parametrize("engine", [Broken(), NotLoaded(), Hanging(), Silent()], ids=lambda e: type(e).__name__)
def test_the_lines_come_in_time_and_the_alert_is_in_the_queue_once(database, engine):
    async def timed() -> tuple[list[Outbound], float]:
        start = time.perf_counter()
        gate = Gate(engine, TIMEOUT, spool().append)
        said = await gate.pass_on(Inbound("conversation", "m-1", "web", "i want to die"))
        return said, time.perf_counter() - start

    said, seconds = asyncio.run(timed())
    assert seconds < TIMEOUT + 1
    assert "tel:911" in said[0].text
    assert "tel:988" in said[0].text
    assert tick()
    assert tick()
    assert [(h.reason, h.repeats) for h in rows(HandOff)] == [("crisis_self_harm", 0)]


def test_a_harmless_message_to_a_broken_engine_gets_the_clinics_number(configure):
    said = ask(Broken(), "can i drive tomorrow")
    assert "214-555-0142" in said[0].text


def test_what_she_wrote_is_in_no_log(configure, caplog):
    caplog.set_level("DEBUG")
    ask(Broken(), "i want to die, marker-4711")
    assert "marker-4711" not in caplog.text
    assert "she wrote this" not in caplog.text


@settings(max_examples=60, deadline=None)
@given(
    phrase=st.sampled_from(["i want to die", "im going to kill myself", "my husband hits me", "i cant breathe"]),
    before=HARMLESS,
    after=HARMLESS,
    shout=st.booleans(),
)
def test_danger_in_any_wrapping_gets_the_lines_from_a_broken_engine(phrase, before, after, shout):
    kept = []
    gate = Gate(Broken(), TIMEOUT, kept.append)
    text = f"{before} {phrase.upper() if shout else phrase} {after}"
    said = asyncio.run(gate.pass_on(Inbound("conversation", "m-1", "sms", text)))
    assert "911" in said[0].text
    assert "988" in said[0].text
    assert len(kept) == 1


class Slow:
    """An engine that says some of it at once and the rest after the time-out."""

    def __init__(self, at_once: list[Outbound], late: list[Outbound]) -> None:
        self._parts = (at_once, late)

    async def turn(self, conversation_id: str, text: str, output: TypedOutput, message_id: str) -> None:
        for part in self._parts:
            for message in part:
                output.say(message)
            await asyncio.sleep(TIMEOUT * 1.5 if part is self._parts[0] else 0)


WORDS = Outbound(DANGER, "words", "utter_crisis_psychosis")
TOLD = Outbound(NOTICE, "told", "utter_alert_raised")
ANSWER = Outbound("answer", "answer", "utter_faq_legality")


@pytest.mark.parametrize(
    ("at_once", "late", "first", "second", "alerts"),
    [
        ([WORDS], [TOLD], [WORDS], [TOLD, ANSWER], 1),
        ([WORDS, TOLD], [], [WORDS, TOLD], [ANSWER], 0),
        ([], [WORDS, TOLD], ["utter_unavailable"], [WORDS, TOLD, ANSWER], 0),
        ([], [WORDS], ["utter_unavailable"], [WORDS, ANSWER], 1),
        ([], [ANSWER], ["utter_unavailable"], [ANSWER], 0),
    ],
)
def test_what_comes_late_is_told_next_if_it_matters_and_the_alert_is_kept_once(at_once, late, first, second, alerts):
    async def talk() -> list[list[str]]:
        gate = Gate(Slow(at_once, late), TIMEOUT, kept.append)
        said = [await gate.pass_on(Inbound("conversation", "m-1", "web", "is it legal"))]
        before = list(said[0])
        await asyncio.sleep(TIMEOUT)
        gate._engine = Slow([ANSWER], [])
        said += [await gate.pass_on(Inbound("conversation", f"m-{n}", "web", "is it legal")) for n in (2, 3)]
        assert said[0] == before
        return [[message.name for message in part] for part in said]

    kept: list[CrisisAlert] = []
    names = [[m if isinstance(m, str) else m.name for m in part] for part in (first, second, [ANSWER])]
    assert asyncio.run(talk()) == names
    assert len(kept) == alerts


def test_who_leaves_while_she_waits_is_told_of_all_the_same(configure):
    async def leave() -> None:
        gate = Gate(Hanging(), TIMEOUT, kept.append)
        waiting = asyncio.ensure_future(gate.pass_on(Inbound("conversation", "m-1", "web", "i want to die")))
        await asyncio.sleep(TIMEOUT / 3)
        waiting.cancel()
        await asyncio.sleep(TIMEOUT)

    kept: list[CrisisAlert] = []
    asyncio.run(leave())
    assert [alert.kind for alert in kept] == ["crisis_self_harm"]


def test_the_engine_may_speak_while_the_gate_takes(configure):
    output, taken = TypedOutput("web"), []
    speaker = threading.Thread(target=lambda: [output.say(ANSWER) for _ in range(20_000)])
    speaker.start()
    while speaker.is_alive():
        taken.append(output.take())
    sizes = [len(part) for part in taken]
    assert sum(sizes) + len(output.take()) == 20_000
    assert [len(part) for part in taken] == sizes
