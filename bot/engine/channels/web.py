"""The website's channel: plain HTTP, one signed token a conversation.

POST /webhooks/web/conversations          a new one: id, token, the first messages
POST /webhooks/web/messages               {"id": uuid, "text"} or {"id": uuid, "choice"} -> the bot's messages
GET  /webhooks/web/messages?after=seq     the transcript
DELETE /webhooks/web/conversations        forgets it
Errors are application/problem+json.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import wraps
from typing import Any

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from bot import clock
from bot.clinic import clinic
from bot.engine.channels.conversations import Conversation, Conversations
from bot.engine.channels.gate import Gate, Inbound
from bot.engine.channels.outbound import Outbound
from bot.engine.turns import Engine
from bot.privacy.keys import keyed_hash

NAME = "web"
TOKEN_LIFE = timedelta(hours=12)
MAX_BODY = 64 * 1024  # bytes; a message of 10,000 characters fits, and is read as far as it is useful
MAX_TEXT = 10_000
GREETING = "/greet"
ERASURE_DONE = "utter_erasure_done"
Handler = Callable[..., Awaitable[HTTPResponse]]


class Problem(Exception):
    """An error as the client gets it (RFC 9457)."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(title)
        self.status, self.title, self.detail = status, title, detail

    def response(self) -> HTTPResponse:
        """The answer that says it."""
        body = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
        return json(body, status=self.status, content_type="application/problem+json")


class MessageIn(BaseModel):
    """What a client posts: a text, or the id of a button it was offered."""

    model_config = ConfigDict(extra="forbid")

    id: uuid.UUID
    text: str | None = Field(None, max_length=MAX_TEXT)
    choice: str | None = Field(None, max_length=64)

    @model_validator(mode="after")
    def _one_of_both(self) -> "MessageIn":
        if (self.text is None) == (self.choice is None):
            raise ValueError("send either text or choice")
        return self


class Tokens:
    """Signs and reads the token of a conversation, bound to this clinic."""

    def __init__(self) -> None:
        self._secret = keyed_hash("web conversation token")
        self._site = clinic().name

    def sign(self, conversation_id: str) -> str:
        """A token for `conversation_id` that expires after `TOKEN_LIFE`."""
        claims = {"sub": conversation_id, "aud": self._site, "exp": clock.now() + TOKEN_LIFE}
        return jwt.encode(claims, self._secret, algorithm="HS256")

    def read(self, request: Request) -> str:
        """The conversation that the request's bearer token is for. Raises `Problem`."""
        header = request.headers.get("authorization") or ""
        try:
            token = header.split(" ", 1)[1] if header.lower().startswith("bearer ") else ""
            claims = jwt.decode(token, self._secret, algorithms=["HS256"], audience=self._site)
        except jwt.PyJWTError as error:
            raise Problem(401, "No valid token", "Begin a new conversation.") from error
        return str(claims["sub"])


def answers_problems(handler: Handler) -> Handler:
    """A handler whose `Problem` becomes its answer."""

    @wraps(handler)
    async def wrapped(*args: Any, **kwargs: Any) -> HTTPResponse:
        try:
            return await handler(*args, **kwargs)
        except Problem as problem:
            return problem.response()

    return wrapped


class WebChannel(InputChannel):  # type: ignore[misc]
    """The channel of the page and, later, the widget."""

    def __init__(self, engine: Engine, gate: Gate) -> None:
        self._engine = engine
        self._gate = gate
        self._conversations = Conversations()
        self._tokens = Tokens()

    @classmethod
    def name(cls) -> str:
        """The channel's name, in its address and in Rasa's trackers."""
        return NAME

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes. Messages go by the gate, so Rasa's own `on_new_message` is not used."""
        routes = Blueprint("web")
        routes.add_route(answers_problems(self.begin), "/conversations", methods=["POST"])
        routes.add_route(answers_problems(self.end), "/conversations", methods=["DELETE"])
        routes.add_route(answers_problems(self.receive), "/messages", methods=["POST"])
        routes.add_route(answers_problems(self.transcript), "/messages", methods=["GET"])
        return routes

    async def begin(self, request: Request) -> HTTPResponse:
        """A new conversation with the disclosure and the crisis lines as its first message."""
        conversation = self._conversations.begin()
        inbound = Inbound(conversation.id, str(uuid.uuid4()), NAME, GREETING)
        said = self._write(conversation, await self._gate.choose(inbound))
        return json({"id": conversation.id, "token": self._tokens.sign(conversation.id), "messages": said}, status=201)

    async def receive(self, request: Request) -> HTTPResponse:
        """A message and its answer; the same id again gets the same answer."""
        conversation = self._open(request)
        message = _read(request)
        # Shielded: if her connection breaks meanwhile, her retry still gets this answer, and nothing is done twice.
        return json({"messages": await asyncio.shield(asyncio.ensure_future(self._answer_once(conversation, message)))})

    async def transcript(self, request: Request) -> HTTPResponse:
        """Both sides of the conversation after the number `after`."""
        conversation = self._open(request)
        after = request.args.get("after", "0")
        if not after.isdecimal() or len(after) > 9:
            raise Problem(400, "Not a number", "`after` is the `seq` of the last message you have.")
        return json({"messages": [m for m in conversation.transcript if m["seq"] > int(after)]})

    async def end(self, request: Request) -> HTTPResponse:
        """Forget the conversation, here and in Rasa."""
        conversation = self._open(request)
        self._conversations.end(conversation.id)
        self._engine.forget(conversation.id)
        return empty()

    def _open(self, request: Request) -> Conversation:
        found = self._conversations.find(self._tokens.read(request))
        if found is None:
            raise Problem(401, "This conversation has ended", "Begin a new conversation.")
        return found

    async def _answer_once(self, conversation: Conversation, message: MessageIn) -> list[dict[str, Any]]:
        async with conversation.lock:
            answer = conversation.answered(str(message.id))
            if answer is None:
                answer = await self._answer(conversation, message)
                conversation.remember(str(message.id), answer)
            return answer

    async def _answer(self, conversation: Conversation, message: MessageIn) -> list[dict[str, Any]]:
        if message.choice is None:
            conversation.hear(message.text or "")
            said = await self._gate.pass_on(Inbound(conversation.id, str(message.id), NAME, message.text or ""))
            return self._write(conversation, said)
        offered = conversation.offered(message.choice)
        if offered is None:
            raise Problem(422, "Not an option", "This button was not offered in this conversation.")
        title, payload = offered
        conversation.hear(title)
        return self._write(
            conversation, await self._gate.choose(Inbound(conversation.id, str(message.id), NAME, payload))
        )

    @staticmethod
    def _write(conversation: Conversation, said: list[Outbound]) -> list[dict[str, Any]]:
        if any(message.name == ERASURE_DONE for message in said):
            conversation.forget()
        return [conversation.say(message) for message in said]


def _read(request: Request) -> MessageIn:
    if len(request.body) > MAX_BODY:
        raise Problem(413, "Too long", f"A message has {MAX_TEXT} characters at most.")
    try:
        return MessageIn.model_validate_json(request.body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise Problem(422, "Not a message", f"{where}: {first['msg']}") from error
