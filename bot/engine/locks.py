"""The order of the turns of one conversation, in one engine."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore


class OrderedTurns(LockStore):
    """One turn of a conversation at a time, in the order in which they came.

    Rasa's own store asks once a second whether the turn before is over: she would wait that second
    each time she writes twice in a row.
    """

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: Counter[str] = Counter()

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 0
    ) -> AsyncIterator[None]:
        """Waits until the turns before are over. Raises `LockError` after `lock_lifetime` seconds.

        `wait_time_in_seconds` is Rasa's, and not needed: nothing is asked again and again.
        """
        held = self._locks.setdefault(conversation_id, asyncio.Lock())
        self._users[conversation_id] += 1
        try:
            await self._acquire(held, lock_lifetime)
            try:
                yield
            finally:
                held.release()
        finally:
            self._users[conversation_id] -= 1
            if not self._users[conversation_id]:
                del self._users[conversation_id], self._locks[conversation_id]

    @staticmethod
    async def _acquire(held: asyncio.Lock, patience: float) -> None:
        try:
            await asyncio.wait_for(held.acquire(), patience)
        except TimeoutError:
            raise LockError(f"The turn before took longer than {patience} s.") from None
