"""Texts by Twilio's Messages API, with Twilio's own client.

Twilio takes no idempotency key. So each text brings its key in the address that Twilio reports to, and where nobody
knows whether Twilio took one, it is looked for before it is sent again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
from twilio.base import values
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from bot.clock import now
from bot.settings import settings
from bot.texting.carriers.http import LimitedHttpClient
from bot.texting.errors import Fault, fault
from bot.texting.outgoing import Outgoing, Untaken

STATUS_PATH = "/webhooks/sms/status"
KEY = "text"  # the parameter of that address that holds the idempotency key
LONGEST_VALIDITY = 14_400  # seconds, Twilio's own limit
LOOKED_AT = 20  # of her last texts
CLOCKS_DIFFER = timedelta(minutes=1)
_NEVER_ARRIVED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol)


def to_twilio(text: Outgoing) -> str:
    """Gives `text` to Twilio; returns its id there. Raises `Untaken` unless Twilio says that it has it."""
    current = settings()
    sender = (
        {"messaging_service_sid": current.twilio_messaging_service_sid}
        if current.twilio_messaging_service_sid
        else {"from_": current.twilio_from}
    )
    with _client() as client:
        sent = client.messages.create(
            to=text.phone,
            body=text.body,
            status_callback=status_address(text.key),
            validity_period=_validity(text),
            **sender,
        )
    return str(sent.sid)


def find_at_twilio(text: Outgoing, since: datetime) -> list[str]:
    """The ids of the texts like `text` that Twilio has taken since that moment, the latest first. Raises `Untaken`."""
    with _client() as client:
        found = client.messages.list(to=text.phone, limit=LOOKED_AT, page_size=LOOKED_AT)
    return [
        str(one.sid)
        for one in found
        if one.body == text.body
        and str(one.direction).startswith("outbound")
        and (one.date_created is None or one.date_created >= since - CLOCKS_DIFFER)
    ]


def status_address(key: str) -> str:
    """Where Twilio is to say what becomes of the text `key`."""
    return f"{settings().public_url.rstrip('/')}{STATUS_PATH}?{urlencode({KEY: key})}"


def _validity(text: Outgoing) -> Any:
    """For how long, in seconds, Twilio may try; left to Twilio where it makes sense at any time."""
    if text.send_by is None:
        return values.unset
    return max(1, min(LONGEST_VALIDITY, int((text.send_by - now()).total_seconds())))


@contextmanager
def _client() -> Iterator[Client]:
    """A client of Twilio; within the block, whatever goes wrong becomes `Untaken`."""
    current = settings()
    way = LimitedHttpClient(current.delivery_timeout)
    try:
        # Without an environment it asks the process's own, where TWILIO_REGION would change the address.
        token = current.twilio_auth_token.get_secret_value()
        yield Client(current.twilio_account_sid, token, http_client=way, environment={"": ""})
    except TwilioRestException as error:
        raise _refused(error, way.retry_after) from error
    except TimeoutError as error:
        raise Untaken("Twilio took too long", unclear=True) from error
    except _NEVER_ARRIVED as error:
        raise Untaken(f"Twilio could not be reached ({type(error).__name__})") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TwilioException, ValueError, KeyError, TypeError) as error:
        # The last ones: an answer that is not what Twilio's client can read.
        raise Untaken(f"Twilio's answer did not come or was none ({type(error).__name__})", unclear=True) from error


def _refused(error: TwilioRestException, retry_after: timedelta | None) -> Untaken:
    permanent = fault(error.code, error.status) is not Fault.PASSING
    said = f"Twilio answered {error.status}" + (f", error {error.code}" if error.code else "")
    return Untaken(said, error.code, permanent, unclear=error.status >= 500, retry_after=retry_after)
