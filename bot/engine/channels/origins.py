"""Which websites may use the channel: the server's own page, and those that the clinic file names."""

from collections.abc import Iterable

from sanic.request import Request

from bot.engine.channels.problems import refused
from bot.faq.channel import Refusal

METHODS = "GET, POST, DELETE"
HEADERS = "Authorization, Content-Type, Last-Event-ID"
REMEMBERED = "600"  # seconds for which a browser need not ask again
_DEFAULT_PORTS = (":80", ":443")


class Origins:
    """The allow-list. A request without an Origin comes from the server's own page, or from no browser."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(allowed)

    def site(self, request: Request) -> str:
        """The website that a request comes from, as a token names it. Raises `Problem` if that is not allowed."""
        origin, host = _origin(request), _own_host(request)
        # A browser's own word counts too: a proxy may have put its own host in the place of ours.
        if not origin or _is_own(origin, host) or request.headers.get("sec-fetch-site") == "same-origin":
            return host
        if origin not in self._allowed:
            raise refused(Refusal.ELSEWHERE)
        return origin

    def headers(self, request: Request) -> dict[str, str]:
        """What lets a page of an allowed website read the answer; nothing for others."""
        origin = _origin(request)
        allowed = {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After"}
        # Said also to those who are not allowed: a cache must not mix up the two.
        return {"Vary": "Origin"} | (allowed if origin in self._allowed else {})

    def preflight(self, request: Request) -> dict[str, str]:
        """What a browser asks before it sends anything from another website. Raises `Problem` if it may not."""
        self.site(request)
        return {
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": HEADERS,
            "Access-Control-Max-Age": REMEMBERED,
        }


def _origin(request: Request) -> str:
    return (request.headers.get("origin") or "").lower()


def _own_host(request: Request) -> str:
    return _without_default_port((request.headers.get("host") or "").lower())


def _is_own(origin: str, host: str) -> bool:
    # By host and port alone: whether the way here was encrypted only the proxy before us knows.
    scheme, _, named = origin.partition("://")
    return scheme in {"https", "http"} and bool(host) and _without_default_port(named) == host


def _without_default_port(host: str) -> str:
    for port in _DEFAULT_PORTS:
        if host.endswith(port):
            return host.removesuffix(port)
    return host
