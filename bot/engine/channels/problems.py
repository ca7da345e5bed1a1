"""Errors as the client gets them (RFC 9457)."""

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from sanic.response import HTTPResponse, json

from bot.faq.channel import Refusal, channel_words

PROBLEM = "application/problem+json"
Handler = Callable[..., Awaitable[HTTPResponse | None]]

_STATUS = {
    Refusal.ENDED: (401, "No valid token"),
    Refusal.ELSEWHERE: (403, "Not for this website"),
    Refusal.NOT_YOURS: (403, "Another conversation"),
    Refusal.NOT_OFFERED: (409, "Not an option"),
    Refusal.NOT_RATEABLE: (409, "Not an answer"),
    Refusal.TOO_LONG: (413, "Too long"),
    Refusal.UNREADABLE: (422, "Not a message"),
    Refusal.LIMITED: (429, "Too many requests"),
    Refusal.FAILED: (500, "Internal Server Error"),
    Refusal.CROWDED: (503, "Too many connections"),
    Refusal.NOT_ERASED: (503, "Not erased"),
}


class Problem(Exception):
    """An error as the client gets it: `detail` for whoever reads it, `errors` for whoever wrote the client."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        errors: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.errors, self.headers = status, title, detail, errors, headers or {}

    def response(self) -> HTTPResponse:
        """The answer that says it."""
        body = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
        if self.errors:
            body["errors"] = list(self.errors)
        return json(body, status=self.status, headers=dict(self.headers), content_type=PROBLEM)


def refused(why: Refusal, errors: Sequence[str] = (), retry_after: float | None = None) -> Problem:
    """The problem for `why`, in the words of `data/channel.yml`; `retry_after` in seconds."""
    status, title = _STATUS[why]
    headers = {} if retry_after is None else {"Retry-After": str(max(1, math.ceil(retry_after)))}
    return Problem(status, title, channel_words().refusals[why], errors, headers)


def answers_problems(handler: Handler) -> Handler:
    """A handler whose `Problem` becomes its answer."""

    @wraps(handler)
    async def wrapped(*args: Any, **kwargs: Any) -> HTTPResponse | None:
        try:
            return await handler(*args, **kwargs)
        except Problem as problem:
            return problem.response()

    return wrapped
