"""A server that answers as Twilio documents its Messages API, and posts as Twilio posts. Imported as `twilio_stand_in`.

It keeps what it took, reports what becomes of it when a test says so (in any order, twice, signed), and texts in. What
it does to a text is a `Mood`: by default it takes everything.
"""

import json
import secrets
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from twilio.request_validator import RequestValidator

ACCOUNT = f"AC{'0' * 32}"
TOKEN = "a token of some length, for tests only"
NUMBER = "+12145550100"
TAKE, HANG, DROP, TAKE_AND_HANG, TAKE_AND_DROP = "take", "hang", "drop", "take and hang", "take and drop"
REPORTS = ("queued", "sending", "sent", "delivered")

MESSAGES = {
    21211: "Invalid 'To' Phone Number",
    21610: "Attempt to send to unsubscribed recipient",
    21614: "'To' number is not a valid mobile number",
    20003: "Authenticate",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
}


@dataclass(frozen=True)
class Refusal:
    """An error as Twilio answers it."""

    status: int
    code: int | None
    headers: dict[str, str] = field(default_factory=dict)


UNSUBSCRIBED = Refusal(400, 21610)
BUSY = Refusal(429, 20429, {"Retry-After": "1"})
BROKEN = Refusal(500, 20500)

# What to do at the n-th attempt (from 1) to send that body to that number: one of the words above, or a refusal.
Mood = Callable[[str, str, int], str | Refusal]


def takes(to: str, body: str, number: int) -> str | Refusal:
    """Takes everything."""
    return TAKE


@dataclass
class Sent:
    """A text that the stand-in took."""

    sid: str
    to: str
    body: str
    callback: str
    form: dict[str, str]
    at: datetime


class Twilio:
    """The stand-in: what it took (`sent`, in order), whom it must not text, and what it does to texts."""

    def __init__(self, mood: Mood = takes, delay: float = 0.0) -> None:
        self.mood = mood
        self.delay = delay
        self.sent: list[Sent] = []
        self.came: list[tuple[str, str]] = []
        self.refused: list[tuple[str, int | None]] = []
        self.unsubscribed: set[str] = set()
        self.address = ""
        self.lock = threading.Lock()

    @property
    def variables(self) -> dict[str, str]:
        """The settings that make the program use it; where it reports to is NIGHTLIGHT_PUBLIC_URL."""
        return {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": NUMBER,
            "TWILIO_MESSAGING_SERVICE_SID": "",
            "TWILIO_API_URL": self.address,
        }

    def to(self, number: str) -> list[str]:
        """The bodies that it took for that number, in order."""
        with self.lock:
            return [sent.body for sent in self.sent if sent.to == number]

    # --- what it posts

    def texts(self, url: str, sender: str, body: str, sid: str | None = None, **more: str) -> httpx.Response:
        """A text comes in from `sender`: posted to `url`, signed for it. A retry has the same `sid`."""
        sid = sid or new_sid()
        form = {
            "ToCountry": "US",
            "ToState": "TX",
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "SmsSid": sid,
            "SmsStatus": "received",
            "Body": body,
            "FromCountry": "US",
            "To": NUMBER,
            "NumSegments": "1",
            "MessageSid": sid,
            "AccountSid": ACCOUNT,
            "From": sender,
            "ApiVersion": "2010-04-01",
        }
        return self.posts(url, {**form, **more})

    def reports(self, sent: Sent, status: str, error_code: int | None = None, url: str | None = None) -> httpx.Response:
        """Says what became of a text, where it was told to; `url` is where that is reached from here."""
        form = {
            "SmsSid": sent.sid,
            "SmsStatus": status,
            "MessageStatus": status,
            "To": sent.to,
            "MessageSid": sent.sid,
            "AccountSid": ACCOUNT,
            "From": NUMBER,
            "ApiVersion": "2010-04-01",
        }
        if error_code:
            form["ErrorCode"] = str(error_code)
        return self.posts(sent.callback, form, url)

    def reports_all(self, sent: Sent, statuses: Sequence[str] = REPORTS, url: str | None = None) -> None:
        """Says each of `statuses` of a text, in this order."""
        for status in statuses:
            self.reports(sent, status, url=url)

    @staticmethod
    def posts(signed_url: str, form: dict[str, str], url: str | None = None) -> httpx.Response:
        """Posts `form` to `url`, signed as for `signed_url`: they differ behind a proxy."""
        headers = {
            "X-Twilio-Signature": signature(signed_url, form),
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": secrets.token_hex(16),
        }
        return httpx.post(url or signed_url, data=form, headers=headers, timeout=30)

    # --- what it answers

    def create(self, form: dict[str, str]) -> tuple[int, dict[str, str], dict[str, Any]] | str:
        """The answer to a text that is given to it (status, headers, body), or what it does in its place."""
        to, body = form.get("To", ""), form.get("Body", "")
        with self.lock:
            self.came.append((to, body))
            number = self.came.count((to, body))
            does = UNSUBSCRIBED if to in self.unsubscribed else self.mood(to, body, number)
            if isinstance(does, Refusal):
                self.refused.append((to, does.code))
                return does.status, does.headers, error(does)
            sent = None
            if does in (TAKE, TAKE_AND_HANG, TAKE_AND_DROP):
                sent = Sent(new_sid(), to, body, form.get("StatusCallback", ""), form, datetime.now(UTC))
                self.sent.append(sent)
        if self.delay:
            time.sleep(self.delay)
        return (201, {}, resource(sent)) if does == TAKE and sent else does

    def list(self, to: str, limit: int) -> dict[str, Any]:
        """The texts to a number, newest first."""
        with self.lock:
            found = [sent for sent in reversed(self.sent) if sent.to == to][:limit]
        return {"messages": [resource(sent) for sent in found], "next_page_uri": None, "page": 0, "page_size": limit}


def signature(url: str, form: dict[str, str]) -> str:
    """What Twilio signs a post of `form` to `url` with."""
    return str(RequestValidator(TOKEN).compute_signature(url, form))


def new_sid() -> str:
    """An id as Twilio has them."""
    return f"SM{secrets.token_hex(16)}"


def error(refusal: Refusal) -> dict[str, Any]:
    """The body of an error."""
    return {
        "code": refusal.code,
        "message": MESSAGES.get(refusal.code or 0, "Something is wrong"),
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
        "status": refusal.status,
    }


def resource(sent: Sent) -> dict[str, Any]:
    """A text as the API gives it."""
    at = format_datetime(sent.at.replace(microsecond=0))
    uri = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sent.sid}"
    return {
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "body": sent.body,
        "date_created": at,
        "date_sent": None,
        "date_updated": at,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": NUMBER,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": sent.sid,
        "status": "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": sent.to,
        "uri": f"{uri}.json",
    }


@contextmanager
def twilio(mood: Mood = takes, delay: float = 0.0) -> Iterator[Twilio]:
    """The stand-in, listening on a port of this machine."""
    stand_in = Twilio(mood, delay)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stand_in))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    stand_in.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()


def _handler(stand_in: Twilio) -> type[BaseHTTPRequestHandler]:
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self._is_known():
                answer = stand_in.create(dict(parse_qsl(body, keep_blank_values=True)))
                if isinstance(answer, str):
                    self._fails(answer)
                else:
                    self._answers(*answer)

        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            if self._is_known():
                self._answers(200, {}, stand_in.list(query.get("To", ""), int(query.get("PageSize", "50"))))

        def _is_known(self) -> bool:
            said = self.headers.get("Authorization", "").removeprefix("Basic ")
            if b64decode(said).decode() != f"{ACCOUNT}:{TOKEN}":
                self._answers(401, {}, error(Refusal(401, 20003)))
            elif urlsplit(self.path).path != path:
                self._answers(404, {}, error(Refusal(404, 20404)))
            else:
                return True
            return False

        def _fails(self, how: str) -> None:
            self.close_connection = True
            if how in (HANG, TAKE_AND_HANG):
                time.sleep(8)
            self.connection.close()

        def _answers(self, status: int, headers: dict[str, str], body: dict[str, Any]) -> None:
            said = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Type": "application/json"}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
