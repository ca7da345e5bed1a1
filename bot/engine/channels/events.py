"""Server-sent events: what is said in a conversation, to every page that has it open."""

import asyncio
import json
import logging

from sanic.request import Request

from bot import clock
from bot.engine.channels.conversation import Conversation
from bot.engine.channels.conversations import Conversations
from bot.engine.channels.messages import Json
from bot.engine.channels.problems import refused
from bot.engine.channels.tokens import Ticket
from bot.errors import NightlightError
from bot.faq.channel import Refusal

HEARTBEAT = 15.0  # seconds after which a line without meaning is sent: proxies cut what is silent
LOOK = 2.0  # seconds between two looks for what other processes have added
MOST_EACH = 8  # streams of one conversation
MOST = 2_000  # streams in all
RETRY = 15.0  # seconds after which who was one too many may try again
TYPE = "text/event-stream; charset=utf-8"
# The second is for nginx, which would keep the events until they fill a buffer.
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

log = logging.getLogger(__name__)


class Events:
    """The open streams. While there is one, a light look at the database finds what other processes have added."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations
        self._streams: set[asyncio.Event] = set()
        self._looking: asyncio.Task[None] | None = None
        self._is_closing = False

    def close(self) -> None:
        """End all streams: the server stops, and waits for nobody who only listens."""
        self._is_closing = True
        for news in self._streams:
            news.set()

    async def stream(self, request: Request, conversation: Conversation, ticket: Ticket, after: int) -> None:
        """Send what is said after the number `after`, until she leaves, or the conversation or its token ends.

        Raises `Problem` if there are too many streams already.
        """
        if conversation.watchers >= MOST_EACH:
            raise refused(Refusal.LIMITED, retry_after=RETRY)
        if len(self._streams) >= MOST or self._is_closing:
            raise refused(Refusal.CROWDED, retry_after=RETRY)
        with conversation.watched() as news:
            self._streams.add(news)
            self._look()
            try:
                await self._send(request, conversation, ticket, after, news)
            finally:
                self._streams.discard(news)

    async def _send(
        self, request: Request, conversation: Conversation, ticket: Ticket, seq: int, news: asyncio.Event
    ) -> None:
        response = await request.respond(content_type=TYPE, headers=_HEADERS)
        await response.send(": welcome\n\n")
        while not (conversation.has_ended or self._is_closing) and clock.now() < ticket.expires_at:
            news.clear()
            for message in conversation.after(seq):
                await response.send(_event(message))
                seq = message["seq"]
            try:
                await asyncio.wait_for(news.wait(), HEARTBEAT)
            except TimeoutError:
                await response.send(": still here\n\n")
        await response.eof()

    def _look(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(self._look_on())

    async def _look_on(self) -> None:
        while self._streams and not self._is_closing:
            try:
                await self._conversations.catch_up_watched()
            except NightlightError as error:
                log.debug("web channel: no look for what is new: %s", error)
            except Exception as error:  # noqa: BLE001  what the care team writes is looked for again
                log.error("web channel: a look for what is new failed: %s", type(error).__name__)
            await asyncio.sleep(LOOK)


def _event(message: Json) -> str:
    return f"id: {message['seq']}\nevent: message\ndata: {json.dumps(message, ensure_ascii=False)}\n\n"
