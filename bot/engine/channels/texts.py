"""The texts that come in, from the moment they are proved until they are answered: once each, one person's in order.

Kept first, so that a restart loses none and a repetition is known; then the carrier has its answer, and the rest is
done behind. Where the database is down, danger is answered without it, by the carrier directly.
"""

import asyncio
import logging
import time
import traceback
from collections import deque
from dataclasses import dataclass, field

from bot.engine.channels.answering import Answering
from bot.engine.channels.keeper import Keeper
from bot.engine.channels.without_database import WithoutDatabase
from bot.engine.turns import Engine
from bot.errors import NightlightError
from bot.safety.screen import screen
from bot.safety.verdict import Level
from bot.storage.sessions import StorageUnavailable
from bot.texting import inbox
from bot.texting.received import Received
from bot.understanding.text import clean

PARTS = 20.0  # seconds within which two texts may be one message
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds, until the database is tried again
ENGINE_PATIENCE = 60.0  # seconds that a text waits for the model after a start
MOST_WAITING = 10_000
AT_ONCE = 4  # texts that are answered at the same time; danger waits for none of them
MOST_FAILURES = 4  # after which a text is left until the next start; danger in it is answered all the same

log = logging.getLogger(__name__)


class Full(Exception):
    """Too much waits in memory, the database being down: the carrier should bring it to another address."""


@dataclass
class _Entry:
    received: Received
    kept: bool
    again: bool = False
    failures: int = 0


@dataclass
class _Line:
    """The texts of one number that wait. `lock` keeps the order in which they came."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: deque[_Entry] = field(default_factory=deque)
    worker: asyncio.Task[None] | None = None
    last: str = field(default="", repr=False)
    last_at: float = 0.0
    uses: int = 0


class Texts:
    """Takes the texts of everybody."""

    def __init__(self, engine: Engine, answering: Answering, without_database: WithoutDatabase) -> None:
        self._engine = engine
        self._answering = answering
        self._without_database = without_database
        self._keeper = Keeper()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._lines: dict[str, _Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._began = time.monotonic()
        self._is_open = True

    async def start(self) -> None:
        """Takes up what the process before has left; goes on behind where the database is down."""
        self._began = time.monotonic()
        self._is_open = False
        self.keep_task(asyncio.ensure_future(self._recover()))

    async def receive(self, received: Received) -> None:
        """Keeps `received`, unless it came before; it is answered behind. Raises `Full`."""
        if sum(len(line.waiting) for line in self._lines.values()) >= MOST_WAITING:
            raise Full
        line = self._lines.setdefault(received.phone, _Line())
        line.uses += 1
        try:
            async with line.lock:
                await self._take(line, received)
        finally:
            line.uses -= 1
        self._go_on(received.phone, line)

    async def _take(self, line: _Line, received: Received) -> None:
        if any(entry.received.sid == received.sid for entry in line.waiting):
            return
        try:
            if await self._keeper.keep(received):
                line.waiting.append(_Entry(received, kept=True))
        except StorageUnavailable:
            line.waiting.append(_Entry(received, kept=False))

    async def _recover(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                await self._take_up()
                return
            except StorageUnavailable:
                self._open()  # nobody in danger waits for the database
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _take_up(self) -> None:
        """What waits in the database comes before what has come since: until then nothing is answered."""
        found: dict[str, list[_Entry]] = {}
        for sid in await asyncio.to_thread(inbox.waiting):
            received = await asyncio.to_thread(_readable, sid)
            if received:
                found.setdefault(received.phone, []).append(_Entry(received, kept=True, again=True))
        for phone, entries in found.items():
            line = self._lines.setdefault(phone, _Line())
            known = {entry.received.sid for entry in entries}
            if line.worker is None:
                line.waiting = deque([*entries, *(e for e in line.waiting if e.received.sid not in known)])
            else:  # the database was down, and she was answered already
                mine = {entry.received.sid for entry in line.waiting}
                line.waiting.extend(entry for entry in entries if entry.received.sid not in mine)
        self._open()

    def _open(self) -> None:
        self._is_open = True
        for phone, line in self._lines.items():
            self._go_on(phone, line)

    def _go_on(self, phone: str, line: _Line) -> None:
        if self._is_open and line.worker is None and line.waiting:
            line.worker = asyncio.ensure_future(self._work(phone, line))
            self.keep_task(line.worker)

    async def _work(self, phone: str, line: _Line) -> None:
        try:
            while line.waiting:
                await self._answer(line, line.waiting[0])
                line.waiting.popleft()
        finally:
            line.worker = None
            if not line.waiting and not line.uses and self._lines.get(phone) is line:
                asyncio.get_running_loop().call_later(PARTS, self._close, phone, line)

    def _close(self, phone: str, line: _Line) -> None:
        if line.worker is None and not line.waiting and not line.uses and self._lines.get(phone) is line:
            del self._lines[phone]

    async def _answer(self, line: _Line, entry: _Entry) -> None:
        text = self._whole(line, entry.received)
        await self._wait_for_model(text)
        pause = FIRST_PAUSE
        while not await self._in_turn(entry, text):
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        line.last, line.last_at = entry.received.body, time.monotonic()

    async def _in_turn(self, entry: _Entry, text: str) -> bool:
        """See `_answered`; a few at a time, so that what comes in is kept, and danger answered, without waiting."""
        if screen().read(clean(text)).level != Level.NONE:
            return await self._answered(entry, text)
        async with self._turns:
            return await self._answered(entry, text)

    async def _answered(self, entry: _Entry, text: str) -> bool:
        """Whether `entry` is dealt with; if not, it must be tried again."""
        try:
            if not entry.kept:
                if not await self._keeper.keep(entry.received):
                    return True
                entry.kept = True
            if await self._without_database.settled(entry.received):
                return True
            await self._answering.answer(entry.received, text, entry.again)
            return True
        except StorageUnavailable as error:
            log.warning("texts: %s has to wait: %s", entry.received.sid, error)
            await self._without_database.answer(entry.received, text)
        except Exception as error:  # noqa: BLE001  nothing that fails may keep her next text from its answer
            entry.failures += 1
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} at {place.filename}:{place.lineno}"
            log.error("texts: %s could not be answered: %s", entry.received.sid, where)
            await self._without_database.answer(entry.received, text)
        entry.again = True
        return entry.failures >= MOST_FAILURES

    @staticmethod
    def _whole(line: _Line, received: Received) -> str:
        """Her text, with the one before where only both together are danger."""
        if not line.last or time.monotonic() - line.last_at > PARTS:
            return received.body
        both = f"{line.last} {received.body}"
        alone = max(screen().read(clean(text)).level for text in (line.last, received.body))
        return both if alone == Level.NONE and screen().read(clean(both)).level == Level.DANGER else received.body

    async def _wait_for_model(self, text: str) -> None:
        """Just after a start an ordinary text waits for the model; danger does not."""
        while (
            not self._engine.ready
            and time.monotonic() - self._began < ENGINE_PATIENCE
            and screen().read(clean(text)).level == Level.NONE
        ):
            await asyncio.sleep(0.2)

    def keep_task(self, task: asyncio.Task[None]) -> None:
        """Holds on to `task` until it is done: the loop itself does not."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _readable(sid: str) -> Received | None:
    """The text with that id, if it waits and can be read. Raises `StorageUnavailable`."""
    try:
        return inbox.waits(sid)
    except StorageUnavailable:
        raise
    except NightlightError as error:
        log.error("texts: %s cannot be read, and is not answered: %s", sid, error)
        return None
