"""A text message that the carrier has brought."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

_NUMBER = re.compile(r"^\+[1-9]\d{6,14}$")
_ID = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
_ACTED = frozenset({"STOP", "START", "HELP"})


class NoText(Exception):
    """The form is no text message from a telephone number: nobody to answer, nothing to do."""


@dataclass(frozen=True)
class Received:
    """One text: the carrier's id of it, the number it came from (E.164), how many pictures came with it.

    `acted` is the word on which the carrier has acted by itself (STOP, START or HELP), where it says so. Number and
    words are not in its `repr`, so that no log can hold them.
    """

    sid: str
    phone: str = field(repr=False)
    body: str = field(repr=False)
    at: datetime
    pictures: int = 0
    acted: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, str], at: datetime) -> "Received":
        """The text in the form that Twilio posts. Raises `NoText`, for a short code or another kind of address too.

        https://www.twilio.com/docs/messaging/guides/webhook-request
        """
        sid, phone = fields.get("MessageSid", ""), fields.get("From", "")
        if not _ID.match(sid) or not _NUMBER.match(phone):
            raise NoText
        pictures, acted = fields.get("NumMedia", ""), fields.get("OptOutType", "").upper()
        return cls(
            sid=sid,
            phone=phone,
            body=fields.get("Body", ""),
            at=at,
            pictures=int(pictures) if pictures.isdecimal() and len(pictures) < 3 else 0,
            acted=acted if acted in _ACTED else "",
        )
