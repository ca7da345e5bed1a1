"""How far a text has come, from what the carrier says, in whatever order it says it."""

from collections.abc import Mapping

from bot.storage.models.text_message import TextState

# Twilio's words (MessageStatus); `accepted` and `scheduled` come before it has queued anything.
_SAID: Mapping[str, TextState] = {
    "accepted": TextState.QUEUED,
    "scheduled": TextState.QUEUED,
    "queued": TextState.QUEUED,
    "sending": TextState.SENDING,
    "sent": TextState.SENT,
    "delivered": TextState.DELIVERED,
    "read": TextState.DELIVERED,
    "undelivered": TextState.UNDELIVERED,
    "failed": TextState.FAILED,
    "canceled": TextState.FAILED,
}
# What is known for certain stays: of two ends, that it arrived, for then it did.
_RANK = (
    TextState.WAITING,
    TextState.QUEUED,
    TextState.SENDING,
    TextState.SENT,
    TextState.GIVEN_UP,
    TextState.WITHHELD,
    TextState.FAILED,
    TextState.UNDELIVERED,
    TextState.DELIVERED,
)
LOST = frozenset({TextState.UNDELIVERED, TextState.FAILED, TextState.GIVEN_UP})
OVER = LOST | {TextState.DELIVERED, TextState.WITHHELD}


def said(status: str) -> TextState | None:
    """The state that the carrier calls `status`; None for a word that nobody knows."""
    return _SAID.get(status.strip().lower())


def furthest(one: TextState, other: TextState) -> TextState:
    """Of two states of the same text, the one that it has come to, whichever was heard of first."""
    return max(one, other, key=_RANK.index)
