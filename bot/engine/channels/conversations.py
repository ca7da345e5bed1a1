"""The web conversations that are open: in memory, and behind that in the database."""

import asyncio
import logging
import secrets
from collections import OrderedDict

from bot.engine.channels.archive import Archive
from bot.engine.channels.conversation import MAX_TRANSCRIPT, Conversation
from bot.errors import NightlightError
from bot.storage import transcripts
from bot.storage.transcripts import Stored

MAX_OPEN = 5_000
MAX_ENDED = 20_000

log = logging.getLogger(__name__)


class Conversations:
    """The conversations by id. The longest untouched ones leave memory first; they are read again when she comes back.

    While the database is down, one that is not in memory begins anew under its id, and what was said before is read
    when the database is back.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._open: OrderedDict[str, Conversation] = OrderedDict()
        self._ended: OrderedDict[str, None] = OrderedDict()  # their tokens are good for a while, they are not
        self._reading: dict[str, asyncio.Task[Conversation | None]] = {}

    def begin(self) -> Conversation:
        """A new conversation with an id that cannot be guessed."""
        return self._put(Conversation(secrets.token_urlsafe(18)))

    async def find(self, conversation_id: str) -> Conversation | None:
        """That conversation; None if there is none any more."""
        if conversation_id in self._ended:
            return None
        found = self._open.get(conversation_id)
        if found:
            self._open.move_to_end(conversation_id)
            if not found.is_whole:
                await self._complete(found)
            return found
        # Of several who ask at once, one reads.
        if conversation_id not in self._reading:
            reading = asyncio.ensure_future(self._read(conversation_id))
            reading.add_done_callback(lambda _: self._reading.pop(conversation_id, None))
            self._reading[conversation_id] = reading
        return await asyncio.shield(self._reading[conversation_id])

    def in_memory(self, conversation_id: str) -> Conversation | None:
        """That conversation, if it is at hand."""
        return self._open.get(conversation_id)

    def end(self, conversation: Conversation) -> None:
        """Forget it, and take its token no more."""
        conversation.end()
        self._open.pop(conversation.id, None)
        self._ended[conversation.id] = None
        while len(self._ended) > MAX_ENDED:
            self._ended.popitem(last=False)

    async def catch_up(self, conversation: Conversation) -> None:
        """Take in what another process has added to this conversation, if the database says so in time."""
        try:
            if not conversation.is_whole:
                await self._complete(conversation)
            await self._join({conversation.id: conversation})
        except NightlightError as error:
            log.debug("web channel: nothing could be looked up: %s", error)

    async def catch_up_watched(self) -> None:
        """The same for all that somebody watches, by one look. Raises `NightlightError` if there was none."""
        watched = {one.id: one for one in self._open.values() if one.watchers}
        for conversation in watched.values():
            if not conversation.is_whole:
                await self._complete(conversation)
        await self._join(watched)

    async def _join(self, conversations: dict[str, Conversation]) -> None:
        found = await self._archive.ask(transcripts.incoming)
        rows = [row for row, conversation_id in found if conversation_id in conversations]
        if rows:
            for stored in await self._archive.ask(lambda session: transcripts.read(session, rows)):
                self._number(conversations[stored.conversation_id], [stored])

    def _number(self, conversation: Conversation, incoming: list[Stored]) -> None:
        for row, seq in conversation.join(incoming):
            self._archive.number(row, conversation.id, seq)

    async def _read(self, conversation_id: str) -> Conversation | None:
        try:
            stored = await self._stored(conversation_id)
        except NightlightError as error:
            log.warning("web channel: a conversation could not be read, and goes on without its beginning: %s", error)
            return self._put(Conversation(conversation_id, is_whole=False))
        if not stored or conversation_id in self._ended:
            return None
        conversation = Conversation(conversation_id)
        self._restore(conversation, stored)
        return self._put(conversation)

    async def _complete(self, conversation: Conversation) -> None:
        """Read what could not be read when she came back."""
        try:
            stored = await self._stored(conversation.id)
        except NightlightError:
            return
        if not conversation.is_whole:  # nobody else was faster
            self._restore(conversation, stored)

    async def _stored(self, conversation_id: str) -> list[Stored]:
        found: list[Stored] = await self._archive.ask(
            lambda session: transcripts.last(session, conversation_id, MAX_TRANSCRIPT)
        )
        return found

    def _restore(self, conversation: Conversation, stored: list[Stored]) -> None:
        for row, seq in conversation.restore(stored):
            self._archive.number(row, conversation.id, seq)

    def _put(self, conversation: Conversation) -> Conversation:
        self._open[conversation.id] = conversation
        if len(self._open) > MAX_OPEN:
            # Not one that somebody is in: it would be read anew, and be there twice.
            idle = (c for c in self._open.values() if not c.watchers and not c.lock.locked() and c is not conversation)
            if oldest := next(idle, None):
                del self._open[oldest.id]
        return conversation
