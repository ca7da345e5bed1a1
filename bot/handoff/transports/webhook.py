"""Notices as a signed webhook; docs/operators.md has the rules and a verifier."""

import hashlib
import hmac
import json

from bot.clock import now
from bot.handoff.transports.http import post
from bot.handoff.transports.notice import Notice, Undelivered
from bot.settings import settings


def to_webhook(notice: Notice) -> None:
    """Posts `notice`. Raises `Undelivered` unless the receiver says that it has it."""
    current = settings()
    if not current.webhook_url:
        raise Undelivered("NIGHTLIGHT_WEBHOOK_URL is not set any more")
    body = json.dumps(notice.told(), separators=(",", ":")).encode()
    timestamp = str(int(now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": notice.idempotency_key,
        "X-Nightlight-Timestamp": timestamp,
        "X-Nightlight-Signature": f"v1={signature(current.webhook_secret.get_secret_value(), timestamp, body)}",
    }
    post(current.webhook_url, body, headers)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over timestamp (Unix seconds), a dot and the body, as 64 hex digits."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
