"""How much one conversation and one network address may ask for: in memory, or in Redis for several processes."""

import asyncio
import hmac
import ipaddress
import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from sanic.request import Request

from bot.privacy.keys import derived_keys
from bot.settings import Settings

PATIENCE = 0.5  # seconds that a request waits for Redis
REST = 5.0  # seconds for which a Redis that was down is left alone
PREFIX = "nightlight"
IPV6_HOME = 64  # bits of an IPv6 address that one household has

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limit:
    """One limit: what is counted, and how many of it in which time."""

    name: str
    items: tuple[RateLimitItem, ...]


Hit = tuple[Limit, str]  # and whose it is


class Rates:
    """Counts requests. Whose they are is kept as a keyed hash, for as long as the limit's time alone.

    While Redis is down each process counts for itself.
    """

    def __init__(self, settings: Settings) -> None:
        self.messages = _limit("messages", settings.limit_messages)
        self.requests = _limit("requests", settings.limit_requests)
        self.conversations = _limit("conversations", settings.limit_conversations)
        self._proxies = settings.trusted_proxies
        self._key = derived_keys("rate limits")[0]
        self._memory = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._redis = _redis(settings.redis_url) if settings.redis_url else None
        self._down_until = 0.0

    async def wait(self, *hits: Hit) -> float | None:
        """Counts each of `hits`; the seconds to wait where one was too many, else None."""
        named = [(limit, self._hidden(whose)) for limit, whose in hits if limit.items]
        if self._redis is None or time.monotonic() < self._down_until:
            return _wait(self._memory, named)
        asked = asyncio.ensure_future(asyncio.to_thread(_wait, self._redis, named))
        asked.add_done_callback(lambda done: done.cancelled() or done.exception())  # it is known that it failed
        try:
            return await asyncio.wait_for(asyncio.shield(asked), PATIENCE)
        except Exception as error:  # noqa: BLE001  whatever is wrong with Redis, she is not the one who waits
            log.warning("web channel: Redis does not answer (%s): limits are counted here", type(error).__name__)
            self._down_until = time.monotonic() + REST
            return _wait(self._memory, named)

    def address(self, request: Request) -> str:
        """The network address that a request comes from, past the proxies that are trusted."""
        passed = [part.strip() for part in ",".join(request.headers.getall("x-forwarded-for", [])).split(",")]
        passed = [part for part in passed if part]
        if self._proxies and passed:
            # Each trusted proxy has added one at the end; what stands before those anybody may have written.
            return _home(passed[-min(self._proxies, len(passed))])
        return _home(request.ip or "")

    def _hidden(self, whose: str) -> str:
        return hmac.new(self._key, whose.encode(), sha256).hexdigest()[:32]


def _limit(name: str, written: str) -> Limit:
    return Limit(name, tuple(parse_many(written)) if written else ())


def _redis(address: str) -> SlidingWindowCounterRateLimiter:
    # As little patience as there is for a turn: her answer is not to wait for a counter.
    options = {"socket_timeout": PATIENCE / 2, "socket_connect_timeout": PATIENCE / 2}
    return SlidingWindowCounterRateLimiter(storage_from_string(address, key_prefix=PREFIX, **options))


def _wait(counter: SlidingWindowCounterRateLimiter, hits: Iterable[tuple[Limit, str]]) -> float | None:
    over = [
        counter.get_window_stats(item, limit.name, whose).reset_time - time.time()
        for limit, whose in hits
        for item in _hit(counter, limit.items, limit.name, whose)
    ]
    return max(over, default=None)


def _hit(
    counter: SlidingWindowCounterRateLimiter, items: Sequence[RateLimitItem], name: str, whose: str
) -> list[RateLimitItem]:
    """Those of `items` for which this was too many."""
    return [item for item in items if not counter.hit(item, name, whose)]


def _home(address: str) -> str:
    """`address`, or for IPv6 the part that a household keeps; what is none is one for all such."""
    try:
        parsed = ipaddress.ip_address(address.strip("[]").split("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, IPV6_HOME), strict=False).network_address)
    return str(parsed)
