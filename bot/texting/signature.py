"""Whether a request comes from Twilio: its signature over our public address and the fields of the form.

The address is the one that Twilio calls, not what a proxy makes of it.
https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

HEADER = "X-Twilio-Signature"
MAX_FIELDS = 200


class Unsigned(Exception):
    """The request is not signed by who has the token, or it is not a form that could be."""


def signed_fields(address: str, body: bytes, signature: str | None, token: str) -> dict[str, str]:
    """The fields of the form `body`, sent to `address` (scheme, host, path, query). Raises `Unsigned`."""
    fields = _fields(body)
    # An empty token would be one that everybody knows.
    if not token or not signature or not RequestValidator(token).validate(address, fields, signature):
        raise Unsigned
    return fields


def sign(address: str, fields: Mapping[str, str], token: str) -> str:
    """The signature that Twilio would send with `fields`."""
    return str(RequestValidator(token).compute_signature(address, fields))


def _fields(body: bytes) -> dict[str, str]:
    """The fields of a form. Raises `Unsigned` for what Twilio never sends.

    The signature is over names and values run together, so "Body=Caller" and "Body&Caller" have the same one: a name
    without a value's mark is refused, and so is one that comes twice.
    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError as error:  # UnicodeError is one
        raise Unsigned from error
    fields = dict(pairs)
    if not fields or len(fields) != len(pairs):
        raise Unsigned
    return fields
