"""What is thought of a message: danger, concern, or neither."""

from dataclasses import asdict, dataclass, field
from enum import IntEnum
from typing import Any

KINDS = (
    "crisis_self_harm",
    "crisis_harm_baby",
    "crisis_psychosis",
    "crisis_domestic_violence",
    "emergency_medical",
)
CONCERN = "crisis_concern"


class Level(IntEnum):
    """How sure it is that somebody is in danger."""

    NONE = 0
    CONCERN = 1
    DANGER = 2


@dataclass(frozen=True)
class Verdict:
    """The danger in one message.

    `calm` says that the screen knows the words and its reviewed rules take them for harmless
    ("does it help with suicidal thoughts?"), `plain` that it saw the danger said outright. `kind` is one
    of `KINDS`, or None where there is no danger; `about_other` says that she writes about somebody else,
    `past` that it lies behind; `seen_by` names the screen, the classifier, or both.
    """

    level: Level = Level.NONE
    kind: str | None = None
    about_other: bool = False
    past: bool = False
    seen_by: tuple[str, ...] = field(default=())
    calm: bool = False
    plain: bool = False

    @property
    def intent(self) -> str | None:
        """The intent that this verdict puts in place of any other."""
        return {Level.NONE: None, Level.CONCERN: CONCERN, Level.DANGER: self.kind}[self.level]

    def as_dict(self) -> dict[str, Any]:
        """For a message's parse data; `from_dict` reads it back."""
        return {**asdict(self), "level": int(self.level), "seen_by": list(self.seen_by)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Verdict":
        """The verdict that `as_dict` wrote."""
        return cls(**{**data, "level": Level(data["level"]), "seen_by": tuple(data["seen_by"])})


NOTHING = Verdict()
