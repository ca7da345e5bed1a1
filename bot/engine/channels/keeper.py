"""Keeps the texts that come in: all that came while the disk was waited for are kept together, so few wait long."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from bot.texting import inbox
from bot.texting.received import Received


class Keeper:
    """Keeps one batch after the other, in the order in which the texts came."""

    def __init__(self) -> None:
        # A thread of its own: the carrier does not wait behind what is being answered.
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="keeper")
        self._asked: list[tuple[Received, asyncio.Future[bool]]] = []
        self._task: asyncio.Task[None] | None = None

    async def keep(self, received: Received) -> bool:
        """Whether `received`, which is kept now, is new. Raises `StorageUnavailable`."""
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._asked.append((received, kept))
        if self._task is None:
            self._task = asyncio.ensure_future(self._work())
        return await kept

    async def _work(self) -> None:
        while self._asked:
            batch, self._asked = self._asked, []
            try:
                found = await asyncio.get_running_loop().run_in_executor(
                    self._hand, inbox.keep_all, [received for received, _ in batch]
                )
            except Exception as error:  # noqa: BLE001  who waits for it is told
                for _, kept in batch:
                    _set(kept, error)
            else:
                for (_, kept), is_new in zip(batch, found, strict=True):
                    _set(kept, is_new)
        self._task = None


def _set(kept: asyncio.Future[bool], result: bool | Exception) -> None:
    if kept.done():  # who waited for it has gone
        return
    if isinstance(result, Exception):
        kept.set_exception(result)
    else:
        kept.set_result(result)
