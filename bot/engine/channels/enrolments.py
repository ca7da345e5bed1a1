"""Enrolling for texts on the website, over HTTP.

GET  /webhooks/sms/enrolments           the words to agree to: {agreed_text_id, text}
POST /webhooks/sms/enrolments           {"name", "phone", "time_zone", "agreed_text_id"} -> 202 {id, expires_at}
POST /webhooks/sms/enrolments/confirm   {"id", "code"} -> 201 {"enrolled": true}
Errors are application/problem+json; `field` says which of the fields is wrong.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.engine.channels.web import Problem, answers_problems
from bot.enrolment import website
from bot.enrolment.website import NotEnrolled, Why, Wish
from bot.storage.sessions import StorageUnavailable

NAME = "sms/enrolments"
MAX_BODY = 4 * 1024  # bytes
_STATUS = {Why.TOO_MANY: 429, Why.UNAVAILABLE: 503, Why.OTHER_TEXT: 409}
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WishIn(_Strict):
    """What the page posts first."""

    name: str = Field(max_length=200)
    phone: str = Field(max_length=40)
    time_zone: str = Field(max_length=64)
    agreed_text_id: str = Field(max_length=64)


class CodeIn(_Strict):
    """What the page posts with the code."""

    id: str = Field(max_length=64)
    code: str = Field(max_length=16)


class Refusal(Problem):
    """A problem that says which field is wrong, or how long to wait."""

    def __init__(self, error: NotEnrolled) -> None:
        super().__init__(_STATUS.get(error.why, 422), "Not enrolled", str(error))
        self._field, self._wait = error.why, error.wait

    def response(self) -> HTTPResponse:
        """The answer that says it."""
        body = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
        headers = {"Retry-After": str(int(self._wait.total_seconds()))} if self._wait else {}
        said = {**body, "field": self._field.value}
        return json(said, status=self.status, headers=headers, content_type="application/problem+json")


class EnrolmentChannel(InputChannel):  # type: ignore[misc]
    """The calls that the page enrols by. Not a channel of messages; Rasa mounts it beside those."""

    @classmethod
    def name(cls) -> str:
        """Its place under /webhooks/."""
        return NAME

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes."""
        routes = Blueprint("enrolments")
        routes.add_route(answers_problems(self.agreement), "/", methods=["GET"], strict_slashes=False)
        routes.add_route(answers_problems(self.ask), "/", methods=["POST"], strict_slashes=False)
        routes.add_route(answers_problems(self.confirm), "/confirm", methods=["POST"])
        return routes

    async def agreement(self, request: Request) -> HTTPResponse:
        """The words that she is to agree to."""
        shown = website.agreement()
        return json({"agreed_text_id": shown.id, "text": shown.text})

    async def ask(self, request: Request) -> HTTPResponse:
        """A code is sent to her number."""
        wish = _read(request, WishIn)
        asked = await _work(website.ask, Wish(**wish.model_dump()))
        return json({"id": asked.id, "expires_at": asked.expires_at.isoformat()}, status=202)

    async def confirm(self, request: Request) -> HTTPResponse:
        """She gives the code back."""
        given = _read(request, CodeIn)
        await _work(website.confirm, given.id, given.code)
        return json({"enrolled": True}, status=201)


async def _work(work: Callable[..., T], *arguments: object) -> T:
    try:
        # Shielded: what was begun is not known to be undone if she closes the page.
        return await asyncio.shield(asyncio.to_thread(work, *arguments))
    except NotEnrolled as error:
        raise Refusal(error) from error
    except StorageUnavailable as error:
        raise Problem(503, "Not enrolled", "That cannot be saved at the moment. Please try again later.") from error


def _read(request: Request, form: type[M]) -> M:
    if len(request.body) > MAX_BODY:
        raise Problem(413, "Too long", f"At most {MAX_BODY} bytes.")
    try:
        return form.model_validate_json(request.body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise Problem(422, "Not such a form", f"{where}: {first['msg']}") from error
