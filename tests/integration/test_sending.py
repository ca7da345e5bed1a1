"""Several senders and a Twilio that fails in every way: each text is taken once, in order, and danger first."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from zlib import crc32

import pytest

from bot.clock import now
from bot.enrolment import register
from bot.storage import texts, threads
from bot.storage.models import Purpose, TextMessage
from bot.storage.sessions import transaction
from bot.texting import callbacks, sender
from enrolled import enrolled
from running import wait_until
from support import rows
from twilio_stand_in import BROKEN, DROP, REPORTS, TAKE, TAKE_AND_DROP, Refusal, Twilio, twilio

Configure = Callable[..., None]
NUMBERS = [f"+1214555{n:04}" for n in range(100, 124)]
EACH = 5  # texts to a number
AT_ONCE = Refusal(429, 20429, {"Retry-After": "0"})


def moody(to: str, body: str, number: int) -> str | Refusal:
    """Fails one text of three at its first attempt, one of six at its second too, each in its own way."""
    fate = crc32(f"{to} {body}".encode()) % 12
    if number <= (fate < 4) + (fate < 2):
        return (BROKEN, DROP, TAKE_AND_DROP, AT_ONCE)[fate % 4]
    return TAKE


@pytest.fixture
def stand_in(database: str, configure: Configure, monkeypatch: pytest.MonkeyPatch) -> Iterator[Twilio]:
    monkeypatch.setattr(texts, "FIRST_PAUSE", timedelta(seconds=0.2))
    with twilio() as started:
        public = {"NIGHTLIGHT_PUBLIC_URL": "https://nightlight.cedar-lane.example"}
        configure(**started.variables, **public, NIGHTLIGHT_DELIVERY_TIMEOUT="5")
        yield started


@contextmanager
def senders(number: int) -> Iterator[None]:
    stop = threading.Event()
    running = [threading.Thread(target=sender.run, args=(stop,)) for _ in range(number)]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in running:
            thread.join()


def put_in(number: str, *bodies: str, purpose: Purpose = Purpose.REPLY) -> None:
    with transaction() as session:
        thread = threads.of_stranger(session, number, now())
        key = f"{number[1:]}-{bodies[0].replace(' ', '')}"
        texts.queue(session, thread, key, purpose, bodies, now())


def nothing_waits() -> bool:
    return not any(row.state == "waiting" for row in rows(TextMessage))


def test_each_text_is_taken_once_and_those_of_a_person_in_order(stand_in: Twilio) -> None:
    stand_in.mood = moody
    for number in NUMBERS:
        put_in(number, *(f"text {n}" for n in range(EACH)))
    with senders(2):
        wait_until(nothing_waits, "all texts have left")
    for number in NUMBERS:
        assert stand_in.to(number) == [f"text {n}" for n in range(EACH)]
    assert len(stand_in.came) > len(NUMBERS) * EACH  # it did fail
    for sent in stand_in.sent:
        for status in reversed(REPORTS):
            callbacks.note(sent.sid, status, None, None)
    assert {row.state for row in rows(TextMessage)} == {"delivered"}


def test_nobody_waits_for_the_others(stand_in: Twilio) -> None:
    """Sixteen mothers, each send takes a while: they are answered together, not one after the other."""
    stand_in.delay = 0.5
    for number in NUMBERS[:16]:
        put_in(number, "hello")
    start = time.monotonic()
    with senders(1):
        wait_until(nothing_waits, "all texts have left")
    assert time.monotonic() - start < 16 * 0.5


def test_the_crisis_lines_leave_before_what_waits(stand_in: Twilio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "HANDS", 1)
    for number in NUMBERS:
        put_in(number, "an answer")
    put_in(NUMBERS[-1], "call or text 988", purpose=Purpose.DANGER)
    put_in("+12145550999", "call or text 988", purpose=Purpose.DANGER)
    with senders(1):
        wait_until(nothing_waits, "all texts have left")
    assert stand_in.sent[0].to == "+12145550999"
    assert stand_in.to(NUMBERS[-1]) == ["an answer", "call or text 988"]


def test_who_opts_out_while_texts_are_on_their_way_is_sent_nothing_after_it(stand_in: Twilio) -> None:
    stand_in.delay = 0.05
    for number in NUMBERS:
        enrolment = enrolled(phone=number)
        with transaction() as session:
            thread = threads.of_enrolment(session, enrolment, now())
            texts.queue(session, thread, number[1:], Purpose.REPLY, [f"text {n}" for n in range(EACH)], now())
    with senders(2):
        wait_until(lambda: len(stand_in.sent) > len(NUMBERS), "some texts have left")
        for number in NUMBERS[::2]:
            register.stop(number, "stop", None)
        stopped = {number: len(stand_in.to(number)) for number in NUMBERS[::2]}
        wait_until(nothing_waits, "all texts have left")
    for number in NUMBERS[1::2]:
        assert len(stand_in.to(number)) == EACH
    # What a hand held when she wrote may still arrive.
    assert all(len(stand_in.to(number)) <= before + 1 for number, before in stopped.items())
    assert any(row.state == "withheld" for row in rows(TextMessage))
