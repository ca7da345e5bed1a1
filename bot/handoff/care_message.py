"""What the care team is to know without being in danger of losing an hour."""

from dataclasses import dataclass, field

from bot.storage.models.hand_off import Urgency


@dataclass(frozen=True)
class CareMessage:
    """One message to the care team: her own, or what became known of her.

    `message_id` is unique within its conversation; `reason` says what it is about, in a word; `person` is an
    enrolment's reference. The text is not in its `repr`.
    """

    conversation_id: str
    message_id: str
    channel: str
    reason: str
    text: str = field(repr=False)
    person: str | None = None
    urgency: Urgency = Urgency.SOON
