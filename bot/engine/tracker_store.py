"""Rasa's tracker store: the same database as everything else, the events encrypted."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.constants import UTTER_PREFIX
from rasa.shared.core.constants import DEFAULT_ACTION_NAMES
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.events import Event as RasaEvent
from rasa.shared.core.trackers import DialogueStateTracker

from bot.clock import now
from bot.engine.memory import Event, Held, Memory, events_of
from bot.errors import NightlightError
from bot.storage import conversations
from bot.storage.conversations import Batch
from bot.storage.sessions import Conflict, Session, StorageUnavailable, stay_connected, transaction

PATIENCE = 0.5  # seconds that a turn waits for the database
REST = 5.0  # seconds for which a database that was down is left alone
FRESH = 30.0  # seconds for which the copy in memory counts without a question to the database
ERASED = "erased"  # the slot that action_erase_my_data sets

log = logging.getLogger(__name__)


class Resting(StorageUnavailable):
    """The database was down a moment ago, and is not asked."""


class EncryptedTrackerStore(TrackerStore):  # type: ignore[misc]
    """Conversations in the database, one encrypted row a turn, and a copy in memory of those that go on.

    A turn that did nothing but speak is over when she has her answer: it is written behind. The next turn of the
    conversation waits for that, as does a turn that ran an action of ours, whose work must not be done again.

    While the database is down, one turn waits `PATIENCE`, and those of the next `REST` seconds wait for nothing. The
    conversation goes on from the copy in memory; one that is not in memory begins anew. What is said meanwhile is
    merged back: it is written, in its order, with the first turn of the same conversation that finds the database
    up. Without such a turn it is forgotten when the engine ends, or when more than `MAX_HELD` others come.

    The database has the last word: a turn on a conversation that was deleted or written elsewhere is not stored,
    and the next one begins with what is there. The copy in memory counts unasked for `FRESH` seconds.
    Nothing but `forget` raises where database or keys fail.
    """

    def __init__(self, domain: Domain | None = None, memory: Memory | None = None) -> None:
        super().__init__(domain)
        self._memory = memory or Memory()
        self._down_until = 0.0
        self._late: set[asyncio.Future[Any]] = set()
        self._writing: dict[str, asyncio.Task[None]] = {}

    def latest_message(self, conversation_id: str) -> UserUttered | None:
        """What she wrote last, if that conversation is in memory."""
        held = self._memory.get(conversation_id)
        return held.tracker.latest_message if held and held.tracker else None

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The last session of that conversation; None if there is none."""
        held = await self._held(sender_id)
        if not held.is_live:  # read anew, or left half way by a turn that failed
            held.tracker = self._tracker(sender_id, events_of(held.session))
        return held.tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All sessions of that conversation; the last one alone while the database is down."""
        held = await self._held(conversation_id)
        try:
            stored = await self._ask(lambda session: conversations.whole(session, conversation_id))
        except NightlightError as error:
            _say("read", error)
            return self._tracker(conversation_id, events_of(held.session))
        return self._tracker(conversation_id, events_of([*stored, *held.waiting]))

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Stores what this turn has added; where all else of the conversation was erased in it, deletes that too."""
        her = tracker.sender_id
        if tracker.get_slot(ERASED):
            await self.forget(her)
            return
        held = self._memory.get(her) or Held()
        added = list(islice(tracker.events, held.count, None))
        held.add([event.as_dict() for event in added])
        held.tracker = tracker
        self._memory.put(her, held)
        if held.waiting:
            writing = self._writing[her] = asyncio.ensure_future(self._write(her, held))
            writing.add_done_callback(lambda done: self._written(her, done))
            if _did_work(added):
                await writing

    async def _write(self, conversation_id: str, held: Held) -> None:
        end, waiting = held.end, held.waiting
        try:
            stored = await self._ask(lambda session: _write(session, conversation_id, end, waiting))
        except Conflict:
            log.info("tracker store: a conversation was deleted or written elsewhere during a turn")
            self._memory.forget(conversation_id)
        except NightlightError as error:
            _say("written", error)
        else:
            held.written(stored, len(waiting))

    def _written(self, conversation_id: str, done: asyncio.Task[None]) -> None:
        if self._writing.get(conversation_id) is done:
            del self._writing[conversation_id]

    async def settle(self) -> None:
        """Returns when everything that is being written is, or cannot be."""
        await asyncio.gather(*self._writing.values())

    async def forget(self, conversation_id: str) -> None:
        """Deletes that conversation. If the database does not, raises `NightlightError`; do it again then."""
        if writing := self._writing.get(conversation_id):
            await writing
        self._memory.forget(conversation_id)
        if self._late:  # a write that was given up must not come after the deletion
            await asyncio.wait(self._late)
        await asyncio.to_thread(_forget, conversation_id)

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations."""
        try:
            return self._memory.ids() | set(await self._ask(conversations.ids))
        except NightlightError as error:
            _say("listed", error)
            return self._memory.ids()

    async def _held(self, conversation_id: str) -> Held:
        if writing := self._writing.get(conversation_id):
            await writing
        held = self._memory.get(conversation_id)
        if held and held.agreed_within(FRESH):
            return self._memory.put(conversation_id, held)
        try:
            if held and not held.agrees(await self._ask(lambda session: conversations.end(session, conversation_id))):
                held = None
            held = held or await self._ask(lambda session: _read(session, conversation_id))
        except NightlightError as error:
            _say("read", error)
        return self._memory.put(conversation_id, held or Held())

    async def _ask(self, work: Callable[[Session], Any]) -> Any:
        """The result of `work` in a thread: the turns of others go on meanwhile."""
        if time.monotonic() < self._down_until:
            raise Resting("The database was down a moment ago.")
        asked = asyncio.ensure_future(asyncio.to_thread(_in_transaction, work))
        try:
            if not (await asyncio.wait({asked}, timeout=PATIENCE))[0]:
                self._await_later(asked)
                raise StorageUnavailable(f"The database took longer than {PATIENCE} s.")
            return asked.result()
        except Conflict:
            raise
        except StorageUnavailable:
            self._down_until = time.monotonic() + REST
            raise

    def _await_later(self, asked: asyncio.Future[Any]) -> None:
        self._late.add(asked)
        asked.add_done_callback(self._late.discard)
        asked.add_done_callback(lambda done: done.cancelled() or done.exception())  # it is known that it failed

    def _tracker(self, conversation_id: str, events: list[Event]) -> DialogueStateTracker | None:
        return DialogueStateTracker.from_dict(conversation_id, events, self.domain.slots) if events else None


def _did_work(events: Iterable[RasaEvent]) -> bool:
    """Whether one of `events` is an action of ours, which may have stored something."""
    ran = (event.action_name or "" for event in events if isinstance(event, ActionExecuted))
    return any(not name.startswith(UTTER_PREFIX) and name not in DEFAULT_ACTION_NAMES for name in ran)


def _in_transaction(work: Callable[[Session], Any]) -> Any:
    stay_connected()
    # Nobody acts on these rows: a power cut may take the last moments of a talk, and she waits for no disk.
    with transaction(durable=False) as session:
        return work(session)


def _read(session: Session, conversation_id: str) -> Held:
    end = conversations.end(session, conversation_id)
    return Held(end, conversations.last_session(session, conversation_id), agreed_at=time.monotonic())


def _write(session: Session, conversation_id: str, known_end: int | None, batches: list[Batch]) -> int:
    end = conversations.end(session, conversation_id)
    if known_end not in (None, end):
        raise Conflict("The conversation is not what it was when it was read.")
    return conversations.append(session, conversation_id, end, batches, now())


def _forget(conversation_id: str) -> None:
    with transaction() as session:
        conversations.forget(session, conversation_id)


def _say(done: str, error: NightlightError) -> None:
    if not isinstance(error, Resting):
        log.warning("tracker store: a conversation could not be %s: %s", done, error)
