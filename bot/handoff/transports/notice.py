"""What the clinic is told: that something waits, never what was written or why."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from bot.errors import NightlightError


@dataclass(frozen=True)
class Notice:
    """One notice. Receivers see each once if they honour `idempotency_key`; `waits_since` is ISO 8601."""

    idempotency_key: str
    hand_off_id: int
    reference: str
    role: str
    email: str
    level: int
    urgent: bool
    waits_since: str
    text: str

    def told(self) -> dict[str, Any]:
        """What a receiver gets: all but the row's id."""
        fields = asdict(self)
        del fields["hand_off_id"]
        return fields


class Undelivered(NightlightError):
    """A notice did not arrive; the text says why, without anything that the receiver said.

    `retry_after` is how long the receiver asked us to wait, if it did.
    """

    def __init__(self, why: str, retry_after: timedelta | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


def words(reference: str, urgent: bool) -> str:
    """What a notice says in words."""
    what = "Something urgent" if urgent else "Something"
    return f"{what} waits for you in Nightlight: reference {reference}. Look at it with `nightlight inbox`."
