"""Which carrier there is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.errors import NightlightError
from bot.settings import settings
from bot.texting.outgoing import Outgoing


@dataclass(frozen=True)
class Carrier:
    """Takes texts. `send` returns the carrier's id of a text; `find` those of the texts like it since a moment.

    Both raise `Untaken`.
    """

    name: str
    send: Callable[[Outgoing], str]
    find: Callable[[Outgoing, datetime], list[str]]


def carrier() -> Carrier:
    """The carrier that is set: Twilio, else files. Raises `NightlightError` in production if none is."""
    if settings().twilio_account_sid:
        # It takes half a second to load, and only the worker needs it.
        from bot.texting.carriers.twilio import find_at_twilio, to_twilio

        return Carrier("twilio", to_twilio, find_at_twilio)
    if settings().production:
        raise NightlightError("No text can leave: TWILIO_ACCOUNT_SID is not set, and production writes none to files.")
    from bot.texting.carriers.file import find_file, to_file

    return Carrier("file", to_file, find_file)


def can_text() -> bool:
    """Whether texts can leave at all."""
    return bool(settings().twilio_account_sid) or not settings().production
