"""A text on its way to the carrier, and how it may come back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.errors import NightlightError
from bot.storage.models.text_message import Purpose


@dataclass(frozen=True)
class Outgoing:
    """One text that a worker has in hand. Number and words are not in its `repr`, so that no log can hold them.

    `send_by` is when it makes no sense any more; `unclear_since` is when it was given to the carrier before, if nobody
    knows whether that took it.
    """

    id: int
    key: str
    thread_id: int
    enrolment_id: int | None
    purpose: Purpose
    phone: str = field(repr=False)
    body: str = field(repr=False)
    attempts: int = 1
    send_by: datetime | None = None
    unclear_since: datetime | None = None


class Untaken(NightlightError):
    """The carrier did not take a text; the words say why, without anything of hers.

    `code` is the carrier's own; `permanent` that it never will; `unclear` that it may have taken it after all;
    `retry_after` how long it asked us to wait, if it did.
    """

    def __init__(
        self,
        why: str,
        code: int | None = None,
        permanent: bool = False,
        unclear: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(why)
        self.code, self.permanent, self.unclear, self.retry_after = code, permanent, unclear, retry_after
