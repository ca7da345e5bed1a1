"""What is told to the care team when a mother is in danger."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class CrisisAlert:
    """One dangerous message.

    `message_id` is unique within its conversation; `kind` is one of `bot.safety.verdict.KINDS`;
    `raised_at` has its zone; `seen_by` names the screen, the classifier, or both; `person` is an
    enrolment's id. The text is not in its `repr`, so that no log can hold it by accident.
    """

    conversation_id: str
    message_id: str
    kind: str
    channel: str
    raised_at: datetime
    text: str = field(repr=False)
    seen_by: tuple[str, ...]
    person: str | None = None

    def __post_init__(self) -> None:
        """Raises `ValueError` if `raised_at` has no time zone."""
        if self.raised_at.tzinfo is None:
            raise ValueError("raised_at needs a time zone")

    def as_dict(self) -> dict[str, Any]:
        """As JSON can hold it; `from_dict` reads it back."""
        return {**asdict(self), "raised_at": self.raised_at.isoformat(), "seen_by": list(self.seen_by)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "CrisisAlert":
        """The alert that `as_dict` wrote. Raises `KeyError`, `TypeError` or `ValueError` if it is none."""
        moment = datetime.fromisoformat(data["raised_at"])
        return cls(**{**data, "raised_at": moment, "seen_by": tuple(data["seen_by"])})
