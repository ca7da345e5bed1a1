"""The hashes that hold the audit together (docs/adr/0008)."""

import hashlib
import hmac
import json
import secrets

START = ""  # what stands before the first entry
KEY_BYTES = 32


def new_key() -> str:
    """A key for a chain, by chance, as hex digits."""
    return secrets.token_hex(KEY_BYTES)


def link(key: str, *fields: str | int | None) -> str:
    """The hash of `fields` in that order (64 hex digits); nobody makes it without `key`."""
    # JSON keeps the borders: ("ab", "c") is another list than ("a", "bc").
    return hmac.new(bytes.fromhex(key), json.dumps(fields).encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two hashes are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
