"""The OpenAPI document of the channel, made of the models of `messages.py`."""

from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.engine.channels.messages import (
    MAX_SEQ,
    Begin,
    Begun,
    Feedback,
    Json,
    Message,
    MessageIn,
    Messages,
    ProblemOut,
)
from bot.engine.channels.problems import PROBLEM

REF = "#/components/schemas/{model}"
_JSON = "application/json"
_STREAM = "text/event-stream"
# What may go wrong with any call, whatever it asks for.
_ALWAYS = {
    403: "The website may not use the chat, or the conversation is another one.",
    413: "More than the server reads.",
    429: "Too many requests: see `Retry-After`.",
    500: "Something failed.",
    503: "The server is too busy, or stops.",
}
_TOKEN = {401: "There is no token, or it is forged, expired or of another website; or the conversation has ended."}
_SEQ = {"type": "integer", "minimum": 0, "maximum": MAX_SEQ}


@lru_cache(maxsize=1)
def document() -> Json:
    """The document, OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Nightlight: the website's channel",
            "version": "1",
            "description": "One conversation, one bearer token. Errors are problem documents (RFC 9457).",
        },
        "servers": [{"url": "/webhooks/web"}],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _paths() -> Json:
    begun = _answer(201, "The conversation, its token, and the first messages.", Begun)
    some = _answer(200, "Messages, in order.", Messages)
    nothing = {"204": {"description": "Done."}}
    return {
        "/conversations": {
            "post": _call(
                "Begin a conversation", begun, body=Begin, body_required=False, others={422: "Not such a body."}
            ),
            "delete": _call(
                "Erase the conversation and what it has left behind", nothing, query=[_CONVERSATION], token=True
            ),
        },
        "/messages": {
            "post": _call(
                "Send a message, or choose a button",
                some,
                body=MessageIn,
                query=[_CONVERSATION],
                token=True,
                others={409: "The button was not offered in this conversation.", 422: "Not a message."},
            ),
            "get": _call(
                "The transcript",
                some,
                query=[
                    _parameter("query", "after", _SEQ, "The number of the last message that you have."),
                    _CONVERSATION,
                ],
                token=True,
                others={400: "`after` is no number of a message."},
            ),
        },
        "/events": {
            "get": _call(
                "What is said from now on, to all who have the conversation open",
                {
                    "200": {
                        "description": "Server-sent events: `id` is the message's number, `event` is message, `data` a "
                        "Message as JSON; a comment every 15 seconds.",
                        "content": {_STREAM: {"schema": _EVENT}},
                    }
                },
                query=[
                    _parameter("header", "Last-Event-ID", _SEQ, "The number of the last message that you have."),
                    _parameter("query", "after", _SEQ, "The same, for who cannot send the header."),
                    _CONVERSATION,
                ],
                token=True,
                others={400: "That is no number of a message."},
            )
        },
        "/feedback": {
            "post": _call(
                "Say whether an answer helped; of several votes the last one counts",
                nothing,
                body=Feedback,
                query=[_CONVERSATION],
                token=True,
                others={409: "There is no such answer in this conversation.", 422: "Not a vote."},
            )
        },
        "/openapi.json": {
            "get": _call(
                "This document", {"200": {"description": "It.", "content": {_JSON: {"schema": {"type": "object"}}}}}
            )
        },
    }


def _call(
    summary: str,
    good: Json,
    body: type[BaseModel] | None = None,
    body_required: bool = True,
    query: list[Json] | None = None,
    token: bool = False,
    others: dict[int, str] | None = None,
) -> Json:
    wrong = {**_ALWAYS, **(_TOKEN if token else {}), **(others or {})}
    problem = {PROBLEM: {"schema": {"$ref": REF.format(model=ProblemOut.__name__)}}}
    responses = {str(status): {"description": said, "content": problem} for status, said in sorted(wrong.items())}
    for status in ("429", "503"):
        responses[status]["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
    call: Json = {"summary": summary, "responses": {**good, **responses}}
    if body:
        schema = {"schema": {"$ref": REF.format(model=body.__name__)}}
        call["requestBody"] = {"required": body_required, "content": {_JSON: schema}}
    if query:
        call["parameters"] = query
    if token:
        call["security"] = [{"token": []}]
    return call


def _answer(status: int, said: str, model: type[BaseModel]) -> Json:
    schema = {"schema": {"$ref": REF.format(model=model.__name__)}}
    return {str(status): {"description": said, "content": {_JSON: schema}}}


def _parameter(where: str, name: str, schema: Json, said: str) -> Json:
    return {"in": where, "name": name, "required": False, "schema": schema, "description": said}


_EVENT = {
    "type": "object",
    "description": "Each event.",
    "required": ["id", "event", "data"],
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]+$"},
        "event": {"const": "message"},
        "data": {
            "type": "string",
            "contentMediaType": _JSON,
            "contentSchema": {"$ref": REF.format(model=Message.__name__)},
        },
    },
}
_CONVERSATION = _parameter(
    "query", "conversation", {"type": "string", "maxLength": 64}, "If given, it must be that of the token."
)


def _schemas() -> dict[str, Any]:
    sent = [(model, "validation") for model in (Begin, MessageIn, Feedback)]
    got = [(model, "serialization") for model in (Begun, Messages, ProblemOut)]
    _, found = models_json_schema([*sent, *got], ref_template=REF)  # type: ignore[list-item]
    schemas: dict[str, Any] = found["$defs"]
    return schemas
