"""What has become of an appointment request."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

State = Literal["requested", "contacted", "confirmed", "declined", "cancelled", "expired"]


@dataclass(frozen=True)
class AppointmentStatus:
    """A request as the schedulers see it.

    `reference` can be read aloud, like K7M-4QP; `requested_at` has its zone; `day` is what she asked for
    (None for any day); `confirmed_for` is the visit's time, set only where `status` is confirmed.
    """

    reference: str
    status: State
    requested_at: datetime
    day: date | None
    place: str
    confirmed_for: datetime | None = None
