"""The verifier in docs/operators.md works, against what is really sent."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from bot.handoff.transports.notice import Notice
from bot.handoff.transports.webhook import signature, to_webhook
from bot.settings import ROOT
from receivers import Post, http_receiver

SECRET = "a secret of some length, for tests only"
NOTICE = Notice("K7M-4QP-1-webhook", 7, "K7M-4QP", "on call", "o@clinic.example", 1, True, "2026-03-02", "Wäits 🌙")
Verifier = Callable[..., bool]


@pytest.fixture(scope="module")
def is_genuine() -> Verifier:
    """The function as the document has it."""
    text = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    [code] = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "def is_genuine" in block]
    written: dict[str, Any] = {}
    exec(compile(code, "docs/operators.md", "exec"), written)
    return written["is_genuine"]


@pytest.fixture
def post(configure: Callable[..., None]) -> Post:
    """A delivery as a receiver got it."""
    with http_receiver() as (address, received):
        configure(NIGHTLIGHT_WEBHOOK_URL=address, NIGHTLIGHT_WEBHOOK_SECRET=SECRET)
        to_webhook(NOTICE)
    return received.posts[0]


def test_a_delivery_is_genuine_also_while_the_secret_is_changed(is_genuine: Verifier, post: Post) -> None:
    assert is_genuine(post.headers, post.body, [SECRET])
    assert is_genuine(post.headers, post.body, ["the next one", SECRET])
    assert is_genuine({name.upper(): value for name, value in post.headers.items()}, post.body, [SECRET])


def test_what_was_changed_or_signed_by_others_is_not(is_genuine: Verifier, post: Post) -> None:
    assert not is_genuine(post.headers, post.body + b" ", [SECRET])
    assert not is_genuine(post.headers, post.body, ["another secret"])
    assert not is_genuine(post.headers, post.body, [])
    later = {**post.headers, "X-Nightlight-Timestamp": str(int(post.headers["X-Nightlight-Timestamp"]) + 1)}
    assert not is_genuine(later, post.body, [SECRET])


@pytest.mark.parametrize(("age", "genuine"), [(0, True), (299, True), (301, False), (-299, True), (-301, False)])
def test_what_is_older_than_five_minutes_is_not(is_genuine: Verifier, post: Post, age: int, genuine: bool) -> None:
    now = int(post.headers["X-Nightlight-Timestamp"]) + age
    assert is_genuine(post.headers, post.body, [SECRET], now=now) is genuine


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Nightlight-Timestamp": "1"},
        {"X-Nightlight-Timestamp": "x", "X-Nightlight-Signature": "v1=00"},
        {"X-Nightlight-Timestamp": "-1", "X-Nightlight-Signature": "v1=00"},
        {"X-Nightlight-Timestamp": "١", "X-Nightlight-Signature": "v1=00"},
        {"X-Nightlight-Timestamp": "1", "X-Nightlight-Signature": "v1=é"},
        {"X-Nightlight-Timestamp": "1", "X-Nightlight-Signature": f"v2={signature(SECRET, '1', b'{}')}"},
    ],
)
def test_headers_that_make_no_sense_are_refused_without_an_error(is_genuine: Verifier, headers: dict[str, str]) -> None:
    assert not is_genuine(headers, b"{}", [SECRET], now=1)
