"""The way to Twilio that its own client is given: one time limit for the whole, another base address, no log."""

import asyncio
import ssl
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from twilio.http import HttpClient
from twilio.http.response import Response

from bot.handoff.transports.http import retry_after
from bot.settings import settings


class LimitedHttpClient(HttpClient):  # type: ignore[misc]
    """Sends what Twilio's client asks for. Twilio's own would log bodies and numbers, and limits each step alone.

    `retry_after` is what the last answer asked for, if it did.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.retry_after: timedelta | None = None

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """See `HttpClient`. Raises `TimeoutError`, `httpx.HTTPError`, `OSError`."""
        return asyncio.run(self._request(method, _at_base(url), params, data, headers, auth))

    async def _request(self, method: str, url: str, params: Any, data: Any, headers: Any, auth: Any) -> Response:
        # httpx limits each step; this limits the whole, for an answer that comes a byte at a time.
        async with (
            asyncio.timeout(self._seconds),
            httpx.AsyncClient(timeout=self._seconds, follow_redirects=False, verify=_trusted()) as client,
        ):
            answer = await client.request(method, url, params=params, data=data, headers=headers, auth=auth)
        self.retry_after = retry_after(answer)
        return Response(answer.status_code, answer.text, dict(answer.headers))


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    # Read once: it takes longer than sending a text.
    return httpx.create_ssl_context()


def _at_base(url: str) -> str:
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{settings().twilio_api_url.rstrip('/')}{parts.path}{query}"
