"""The website's channel: plain HTTP, one signed token a conversation (docs/adr/0012).

POST /webhooks/web/conversations          a new one: id, token, the first messages
POST /webhooks/web/messages               {"id": uuid, "text"} or {"id": uuid, "choice"} -> the bot's messages
GET  /webhooks/web/messages?after=seq     the transcript
GET  /webhooks/web/events                 what is said from now on, as server-sent events
POST /webhooks/web/feedback               {"seq", "helpful"}: whether an answer helped
DELETE /webhooks/web/conversations        erases it
GET  /webhooks/web/openapi.json           all of this, exactly
Errors are application/problem+json.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from bot import clock
from bot.clinic import clinic
from bot.engine.channels import openapi
from bot.engine.channels.archive import Archive
from bot.engine.channels.conversation import Conversation
from bot.engine.channels.conversations import Conversations
from bot.engine.channels.events import Events
from bot.engine.channels.gate import Gate, Inbound
from bot.engine.channels.messages import MAX_BODY, MAX_SEQ, Begin, Feedback, Json, MessageIn
from bot.engine.channels.origins import Origins
from bot.engine.channels.outbound import Outbound
from bot.engine.channels.problems import Problem, answers_problems, refused
from bot.engine.channels.rates import Hit, Rates
from bot.engine.channels.tokens import LIFE, Ticket, Tokens
from bot.engine.turns import Engine
from bot.errors import NightlightError
from bot.faq.channel import Refusal
from bot.privacy.erasure import erase
from bot.safety.screen import screen
from bot.safety.verdict import Level
from bot.storage.answers import Cast, ballot
from bot.understanding.text import clean

NAME = "web"
PATH = f"/webhooks/{NAME}/"
GREETING = "/greet"
ERASURE_DONE = "utter_erasure_done"
READ_AGAIN = 5.0  # seconds after which what the database did not do may be asked for again
Body = TypeVar("Body", bound=BaseModel)


class WebChannel(InputChannel):  # type: ignore[misc]
    """The channel of the widget and of the page."""

    def __init__(self, engine: Engine, gate: Gate, rates: Rates) -> None:
        self._engine = engine
        self._gate = gate
        self._archive = Archive()
        self._conversations = Conversations(self._archive)
        self._events = Events(self._conversations)
        self._tokens = Tokens()
        self._rates = rates
        self.origins = Origins(clinic().origins)
        gate.watch_late(self._told_late)

    @classmethod
    def name(cls) -> str:
        """The channel's name, in its address and in Rasa's trackers."""
        return NAME

    def start(self) -> None:
        """Start writing what is said."""
        self._archive.start()

    async def stop(self) -> None:
        """End the streams, and write what is not written yet."""
        self._events.close()
        await asyncio.to_thread(self._archive.stop)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes. Messages go by the gate, so Rasa's own `on_new_message` is not used."""
        routes = Blueprint("web")
        for path, handlers in {
            "/conversations": {"POST": self.begin, "DELETE": self.end},
            "/messages": {"POST": self.receive, "GET": self.transcript},
            "/events": {"GET": self.events},
            "/feedback": {"POST": self.feedback},
            "/openapi.json": {"GET": self.document},
        }.items():
            for method, handler in {**handlers, "OPTIONS": self.preflight}.items():
                name = f"{method.lower()}_{path.strip('/').partition('.')[0]}"
                routes.add_route(answers_problems(handler), path, methods=[method], name=name)
        return routes

    # --- what a client can ask for

    async def preflight(self, request: Request) -> HTTPResponse:
        """What a browser asks before a page of another website may ask for anything."""
        return empty(headers=self.origins.preflight(request))

    async def document(self, request: Request) -> HTTPResponse:
        """The OpenAPI document."""
        self.origins.site(request)
        return json(openapi.document())

    async def begin(self, request: Request) -> HTTPResponse:
        """A new conversation with the disclosure and the crisis lines as its first message."""
        site = self.origins.site(request)
        address = self._rates.address(request)
        self._hold(await self._rates.wait((self._rates.requests, address), (self._rates.conversations, address)))
        if request.body:
            _read(Begin, request)
        conversation = self._conversations.begin()
        said = self._write(
            conversation, await self._gate.choose(Inbound(conversation.id, str(uuid.uuid4()), NAME, GREETING))
        )
        begun = {
            "id": conversation.id,
            "token": self._tokens.sign(conversation.id, site),
            "expires_in": int(LIFE.total_seconds()),
            "messages": said,
        }
        return json(begun, status=201)

    async def receive(self, request: Request) -> HTTPResponse:
        """A message and its answer; the same id again gets the same answer."""
        ticket = self._ticket(request)
        message = _read(MessageIn, request)
        _is_hers(message.conversation, ticket)
        conversation = await self._open(ticket)
        if not conversation.answered(str(message.id)):
            limits = self._rates
            wait = await limits.wait((limits.messages, ticket.conversation_id), self._any(request))
            if wait is not None and not _sounds_dangerous(message):
                self._hold(wait)
        # Shielded: if her connection breaks meanwhile, her retry still gets this answer, and nothing is done twice.
        return json({"messages": await asyncio.shield(asyncio.ensure_future(self._answer_once(conversation, message)))})

    async def transcript(self, request: Request) -> HTTPResponse:
        """Both sides of the conversation after the number `after`."""
        ticket = self._ticket(request)
        after = _place(request.args.get("after", "0"))
        self._hold(await self._rates.wait(self._any(request)))
        conversation = await self._open(ticket)
        await self._conversations.catch_up(conversation)
        return json({"messages": conversation.after(after)})

    async def events(self, request: Request) -> None:
        """What is said after the last event that the client has."""
        ticket = self._ticket(request)
        after = _place(request.headers.get("last-event-id") or request.args.get("after", "0"))
        self._hold(await self._rates.wait(self._any(request)))
        conversation = await self._open(ticket)
        await self._events.stream(request, conversation, ticket, after)

    async def feedback(self, request: Request) -> HTTPResponse:
        """Whether an answer helped."""
        ticket = self._ticket(request)
        said = _read(Feedback, request)
        _is_hers(said.conversation, ticket)
        self._hold(await self._rates.wait(self._any(request)))
        conversation = await self._open(ticket)
        topic = conversation.topic(said.seq)
        if topic is None:
            raise refused(Refusal.NOT_RATEABLE)
        self._archive.vote(Cast(ballot(conversation.id, said.seq), topic, said.helpful, clock.now()))
        return empty()

    async def end(self, request: Request) -> HTTPResponse:
        """Erase the conversation and what it has left behind, as "delete my data" does."""
        ticket = self._ticket(request)
        self._hold(await self._rates.wait(self._any(request)))
        conversation = await self._open(ticket)
        async with conversation.lock:
            try:
                await self._archive.erase(conversation.id, erase)
            except NightlightError as error:
                raise refused(Refusal.NOT_ERASED, retry_after=READ_AGAIN) from error
            self._conversations.end(conversation)
        self._engine.forget(conversation.id)
        return empty()

    # --- who asks, and whether they may

    def _ticket(self, request: Request) -> Ticket:
        site = self.origins.site(request)
        scheme, _, token = (request.headers.get("authorization") or "").partition(" ")
        ticket = self._tokens.read(token.strip(), site) if scheme.lower() == "bearer" else None
        if ticket is None:
            raise refused(Refusal.ENDED)
        _is_hers(request.args.get("conversation"), ticket)
        return ticket

    async def _open(self, ticket: Ticket) -> Conversation:
        found = await self._conversations.find(ticket.conversation_id)
        if found is None:
            raise refused(Refusal.ENDED)
        return found

    def _any(self, request: Request) -> Hit:
        return self._rates.requests, self._rates.address(request)

    @staticmethod
    def _hold(wait: float | None) -> None:
        if wait is not None:
            raise refused(Refusal.LIMITED, retry_after=wait)

    # --- a message and its answer

    async def _answer_once(self, conversation: Conversation, message: MessageIn) -> list[Json]:
        async with conversation.lock:
            if conversation.has_ended:
                raise refused(Refusal.ENDED)
            answer = conversation.answered(str(message.id))
            if answer is None:
                answer = await self._answer(conversation, message)
            return answer

    async def _answer(self, conversation: Conversation, message: MessageIn) -> list[Json]:
        message_id = str(message.id)
        if message.choice is None:
            conversation.hear(message.text or "", message_id)
            said = await self._gate.pass_on(Inbound(conversation.id, message_id, NAME, message.text or ""))
        else:
            offered = conversation.offered(message.choice)
            if offered is None:
                raise refused(Refusal.NOT_OFFERED)
            title, payload = offered
            conversation.hear(title, message_id)
            said = await self._gate.choose(Inbound(conversation.id, message_id, NAME, payload))
        answer = self._write(conversation, said)
        conversation.remember(message_id, answer)
        self._archive.keep(conversation.cut(message_id), [m.topic for m in said if m.topic])
        return answer

    def _write(self, conversation: Conversation, said: list[Outbound]) -> list[Json]:
        if any(message.name == ERASURE_DONE for message in said):
            self._forget(conversation)
        return [conversation.say(message) for message in said]

    def _forget(self, conversation: Conversation) -> None:
        """Its data were erased by the action; here is what was just being written, and what is in memory."""
        conversation.forget()
        self._archive.forget(conversation.id)

    def _told_late(self, inbound: Inbound, late: list[Outbound]) -> None:
        """A turn ended after its time-out: what it erased goes here too; what it owes goes to who has the page open."""
        conversation = self._conversations.in_memory(inbound.conversation_id)
        if conversation is None:
            return
        if any(message.name == ERASURE_DONE for message in late):
            self._forget(conversation)
        if conversation.watchers:
            self._write(conversation, self._gate.owed(conversation.id))
            self._archive.keep(conversation.cut())


def _sounds_dangerous(message: MessageIn) -> bool:
    """Whether the screen sees danger or concern: then no limit holds it up."""
    return message.text is not None and screen().read(clean(message.text).lstrip("/ ")).level != Level.NONE


def _is_hers(conversation_id: str | None, ticket: Ticket) -> None:
    if conversation_id is not None and conversation_id != ticket.conversation_id:
        raise refused(Refusal.NOT_YOURS)


def _place(written: str) -> int:
    if not (written.isascii() and written.isdecimal()) or len(written) > 10 or int(written) > MAX_SEQ:
        raise Problem(400, "Not a number", "`after` is the `seq` of the last message you have.")
    return int(written)


def _read(form: type[Body], request: Request) -> Body:
    if len(request.body) > MAX_BODY:
        raise refused(Refusal.TOO_LONG)
    try:
        return form.model_validate_json(request.body)
    except ValidationError as error:
        found = [(".".join(map(str, one["loc"])) or "the body", one["msg"], one["type"]) for one in error.errors()]
        errors = [f"{where}: {says}" for where, says, _ in found]
        too_long = any(where == "text" and kind == "string_too_long" for where, _, kind in found)
        raise refused(Refusal.TOO_LONG if too_long else Refusal.UNREADABLE, errors) from error
