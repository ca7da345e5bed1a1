"""The database as the channel uses it: read with little patience, written behind the answer in a thread."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from bot import clock
from bot.engine.channels.backlog import Backlog
from bot.errors import NightlightError
from bot.storage.answers import Cast
from bot.storage.sessions import Conflict, Session, StorageUnavailable, stay_connected, transaction
from bot.storage.transcripts import Turn

PATIENCE = 0.5  # seconds that a request waits for the database
REST = 5.0  # seconds for which a database that was down is left alone
GATHER = 0.25  # seconds in which what is to be written comes together: one transaction for many turns
AT_ONCE = 200  # turns in one transaction: nobody else waits long for it
LAST_WORDS = 3.0  # seconds for the rest, at the end of the process

log = logging.getLogger(__name__)


class Archive:
    """Reads for those who ask, and writes what it is given, soon and in order.

    Nobody waits for the writing. While the database is down it waits here, as much as `Backlog` keeps, and is
    written when it is back. What waits when the process is killed is lost; when it is stopped, it is written.
    """

    def __init__(self) -> None:
        self._backlog = Backlog()
        self._lock = threading.Lock()  # of the backlog
        self._writing = threading.Lock()  # while something is on its way from there to the database
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._down_until = 0.0
        self._is_down = False
        self._thread = threading.Thread(target=self._write_on, name="archive", daemon=True)

    def start(self) -> None:
        """Start writing."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, for `LAST_WORDS` at most, and end."""
        self._stopping.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(LAST_WORDS)

    def keep(self, turn: Turn | None, topics: Iterable[str] = ()) -> None:
        """Store `turn`, if there is one, and count the `topics` that were answered."""
        with self._lock:
            if turn:
                self._backlog.turns.append(turn)
            self._backlog.count(topics, clock.now())
            dropped = self._backlog.shorten()
        self._tell(dropped)

    def number(self, row: int, conversation_id: str, place: int) -> None:
        """Give what another process has added its place in the conversation."""
        with self._lock:
            self._backlog.numbers[row] = (conversation_id, place)
        self._news.set()

    def vote(self, cast: Cast) -> None:
        """Store a vote."""
        with self._lock:
            self._backlog.votes.pop(cast.ballot, None)
            self._backlog.votes[cast.ballot] = cast
            dropped = self._backlog.shorten()
        self._tell(dropped)

    def forget(self, conversation_id: str) -> None:
        """Delete that conversation, as often as it takes; what is given later is written after that."""
        with self._lock:
            self._backlog.forget(conversation_id)
        self._news.set()

    async def erase(self, conversation_id: str, work: Callable[[str], Any]) -> None:
        """Do `work`, which erases that conversation, while nothing is written; what waits of it is dropped then.

        Raises what `work` raises: then nothing is dropped.
        """
        await asyncio.to_thread(self._erase, conversation_id, work)

    def _erase(self, conversation_id: str, work: Callable[[str], Any]) -> None:
        with self._writing:
            work(conversation_id)
            with self._lock:
                self._backlog.drop(conversation_id)

    async def ask(self, work: Callable[[Session], Any]) -> Any:
        """The result of `work`, done in a thread. Raises `NightlightError` if it is not there within `PATIENCE`."""
        if time.monotonic() < self._down_until:
            raise StorageUnavailable("The database was down a moment ago, and is not asked.")
        asked = asyncio.ensure_future(asyncio.to_thread(_in_transaction, work))
        asked.add_done_callback(lambda done: done.cancelled() or done.exception())  # it is known that it failed
        try:
            if not (await asyncio.wait({asked}, timeout=PATIENCE))[0]:
                raise StorageUnavailable(f"The database took longer than {PATIENCE} s.")
            return asked.result()
        except StorageUnavailable:
            self._down_until = time.monotonic() + REST
            raise

    def _tell(self, dropped: int) -> None:
        if dropped:
            log.error("web channel: %s turns or votes were not stored: the database was down for too long", dropped)
        self._news.set()

    def _write_on(self) -> None:
        while not (self._stopping.is_set() and self._is_empty()):
            self._news.wait()
            self._stopping.wait(GATHER)
            self._news.clear()
            if not self._write_all() and self._stopping.wait(REST):
                return  # it had its chance

    def _is_empty(self) -> bool:
        with self._lock:
            return not self._backlog

    def _write_all(self) -> bool:
        """Write what waits; False if the database does not take it."""
        while not self._is_empty():
            with self._writing:
                with self._lock:
                    taken = self._backlog.take(AT_ONCE)
                if not self._write(taken):
                    with self._lock:
                        dropped = self._backlog.put_back(taken)
                    self._tell(dropped)
                    return False
        return True

    def _write(self, taken: Backlog) -> bool:
        try:
            self._write_once(taken)
        except Conflict:
            self._write_apart(taken)
        except NightlightError as error:
            if not self._is_down:
                log.warning("web channel: transcripts wait for the database: %s", error)
            self._is_down = True
            return False
        except Exception as error:  # noqa: BLE001  a thread that has died writes nothing of anybody any more
            log.error("web channel: a part of the transcripts is lost: %s", type(error).__name__)
        self._is_down = False
        return True

    @staticmethod
    def _write_once(taken: Backlog) -> None:
        # Nobody acts on a transcript: a power cut may take the last of it. What is to be gone must be gone.
        with transaction(durable=bool(taken.gone)) as session:
            taken.write(session)

    def _write_apart(self, taken: Backlog) -> None:
        """One thing of many stands in the way: it alone is left out."""
        for part in taken.parts():
            try:
                self._write_once(part)
            except Conflict:
                log.error("web channel: a turn was not stored: its place is taken")
            except NightlightError:
                with self._lock:
                    self._backlog.put_back(part)


def _in_transaction(work: Callable[[Session], Any]) -> Any:
    stay_connected()
    with transaction(durable=False) as session:
        return work(session)
