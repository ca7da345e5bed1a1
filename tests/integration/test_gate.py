"""Whatever fails behind the gate, who is in danger reads the lines, and the alert is in the queue once."""

import asyncio
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.channels.gate import Gate, Inbound
from bot.engine.channels.outbound import Outbound
from bot.engine.turns import EngineDown
from bot.handoff.spool import spool
from bot.handoff.worker import tick
from bot.storage.models import HandOff
from support import rows

TIMEOUT = 0.3
HARMLESS = st.text(alphabet=st.characters(whitelist_categories=["Zs"], whitelist_characters=".,!? "), max_size=20)


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
