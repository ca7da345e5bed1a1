"""The signed token of a web conversation: whose it is, on which website, until when."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from bot import clock
from bot.clinic import clinic
from bot.privacy.keys import derived_keys

LIFE = timedelta(hours=12)
PURPOSE = "web conversation token"
ALGORITHM = "HS256"
_CLAIMS = ["sub", "iss", "aud", "exp"]


@dataclass(frozen=True)
class Ticket:
    """What a good token says."""

    conversation_id: str
    expires_at: datetime


class Tokens:
    """Signs and reads tokens, bound to this clinic and to the website on which the conversation was begun.

    Signed with the first key and good with any: who rotates keys ends no conversation.
    """

    def __init__(self) -> None:
        self._keys = derived_keys(PURPOSE)
        self._clinic = clinic().name

    def sign(self, conversation_id: str, site: str) -> str:
        """A token for `conversation_id` on `site` that expires after `LIFE`."""
        claims = {"sub": conversation_id, "iss": self._clinic, "aud": site, "exp": clock.now() + LIFE}
        return jwt.encode(claims, self._keys[0], algorithm=ALGORITHM)

    def read(self, token: str, site: str) -> Ticket | None:
        """What `token` says; None if it is forged, expired, or of another website or clinic."""
        for key in self._keys:
            with suppress(jwt.PyJWTError):
                claims = jwt.decode(token, key, [ALGORITHM], {"require": _CLAIMS}, audience=site, issuer=self._clinic)
                return Ticket(str(claims["sub"]), datetime.fromtimestamp(claims["exp"], UTC))
        return None
