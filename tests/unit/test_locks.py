"""The turns of one conversation follow each other, and nobody waits longer than that takes."""

import asyncio
import time

import pytest
from rasa.core.lock_store import LockError

from bot.engine.locks import OrderedTurns


async def test_who_writes_twice_in_a_row_is_answered_in_order_and_at_once():
    turns, done = OrderedTurns(), []

    async def turn(number: int) -> None:
        async with turns.lock("web-1"):
            await asyncio.sleep(0.01)
            done.append(number)

    started = time.monotonic()
    await asyncio.gather(*(turn(number) for number in range(5)))
    assert done == [0, 1, 2, 3, 4]
    assert time.monotonic() - started < 1


async def test_others_do_not_wait_for_her():
    turns = OrderedTurns()
    async with turns.lock("web-1"), asyncio.timeout(5), turns.lock("web-2"):
        pass


async def test_a_turn_that_never_ends_is_given_up_and_the_next_is_free_when_it_does():
    turns = OrderedTurns()
    async with turns.lock("web-1"):
        with pytest.raises(LockError):
            async with turns.lock("web-1", lock_lifetime=0.05):
                pass
    async with asyncio.timeout(5), turns.lock("web-1"):
        pass


async def test_a_turn_that_fails_holds_nobody_up():
    turns = OrderedTurns()
    with pytest.raises(RuntimeError):
        async with turns.lock("web-1"):
            raise RuntimeError
    async with asyncio.timeout(5), turns.lock("web-1"):
        pass
    assert not turns._locks
