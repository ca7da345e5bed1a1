"""One POST, within the time that a delivery may take, by the rules that all receivers share."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from bot.clock import now
from bot.handoff.transports.notice import Undelivered
from bot.settings import settings

AGENT = "Nightlight"


def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Posts `body`. Returns on a status of 200 to 299; raises `Undelivered` on any other, and on none in time.

    Redirects are not followed: what is signed for one receiver is for no other. The answer's body is not read.
    """
    try:
        response = asyncio.run(_post(url, body, {"User-Agent": AGENT, **headers}))
    except TimeoutError as error:
        raise Undelivered("the receiver took too long") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise Undelivered(f"the receiver could not be reached ({type(error).__name__})") from error
    if not response.is_success:
        raise Undelivered(f"the receiver answered {response.status_code}", retry_after(response))


async def _post(url: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
    # httpx limits each step; this limits the whole, for a receiver that answers a byte at a time.
    async with asyncio.timeout(settings().delivery_timeout):
        async with (
            httpx.AsyncClient(timeout=settings().delivery_timeout, follow_redirects=False) as client,
            client.stream("POST", url, content=body, headers=dict(headers)) as response,
        ):
            return response


def retry_after(response: httpx.Response) -> timedelta | None:
    """What `Retry-After` asks for, in seconds or as a date; None if it says nothing that can be read."""
    said = response.headers.get("Retry-After", "").strip()
    if said.isdecimal():
        return timedelta(seconds=min(int(said), timedelta(days=1).total_seconds()))
    try:
        until: datetime = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(until.replace(tzinfo=until.tzinfo or UTC) - now(), timedelta())
