"""What she has answered so far, in a form that a conversation can keep."""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bot.scheduling.request import AppointmentRequest, PartOfDay, ReachBy


class Question(StrEnum):
    """What is asked, in this order; the values are the draft's fields, but for the last two."""

    NAME = "name"
    PHONE = "phone"
    REACH_BY = "reach_by"
    BEST_TIME = "best_time"
    PLACE = "place"
    DAY = "day"
    PART_OF_DAY = "part_of_day"
    COVERAGE = "coverage"
    AGREED_AT = "agreed_at"
    CONFIRMED = "confirmed"
    CHANGE = "change"  # what she wants to change; asked from the summary only


ORDER = tuple(q for q in Question if q not in {Question.CONFIRMED, Question.CHANGE})


@dataclass(frozen=True)
class Draft:
    """Her answers. None is not answered yet; an empty text is answered with nothing.

    `day_open` says that any day will do (`day` is None then). `summary_id` is the id of the message that
    the summary answered: what she confirms, and the same as long as nothing in it changes. `trail` are
    the questions that she has answered, for the way back; `misses` counts the answers to the present
    question that could not be used.
    """

    name: str | None = None
    phone: str | None = None
    reach_by: ReachBy | None = None
    best_time: str | None = None
    place: str | None = None
    day: date | None = None
    day_open: bool = False
    part_of_day: PartOfDay | None = None
    time_words: str = ""
    coverage: str | None = None
    agreed_at: datetime | None = None
    summary_id: str | None = None
    trail: tuple[Question, ...] = ()
    misses: int = 0

    def has(self, question: Question) -> bool:
        """Whether `question` is answered."""
        if question == Question.DAY:
            return self.day_open or self.day is not None
        return question in ORDER and getattr(self, question) is not None

    @property
    def empty(self) -> bool:
        """Whether nothing is answered."""
        return not any(self.has(question) for question in ORDER)

    @property
    def next(self) -> Question:
        """The first question that is not answered, or the summary."""
        return next((q for q in ORDER if not self.has(q)), Question.CONFIRMED)

    def without(self, question: Question) -> "Draft":
        """The draft with `question` not answered."""
        if question == Question.DAY:
            return self.set(day=None, day_open=False, time_words="")
        return self.set(**{question.value: None})

    def set(self, **answers: Any) -> "Draft":
        """The draft with `answers`. A new answer makes a new summary; a new number or way needs her leave again."""
        changed = {name for name, value in answers.items() if getattr(self, name) != value}
        if not changed:
            return self
        if changed & {"phone", "reach_by"} and "agreed_at" not in answers:
            answers["agreed_at"] = None
        return replace(self, **{**answers, "summary_id": None})

    def request(self, conversation_id: str, channel: str, person: str | None = None) -> AppointmentRequest:
        """The request that this complete draft is. Raises `ValueError` if it is not complete."""
        if self.next != Question.CONFIRMED or self.summary_id is None:
            raise ValueError("the draft is not complete, or no summary of it was shown")
        assert self.name is not None
        assert self.phone is not None
        assert self.reach_by is not None
        assert self.place is not None
        assert self.part_of_day is not None
        assert self.agreed_at is not None
        return AppointmentRequest(
            conversation_id=conversation_id,
            channel=channel,
            confirmation_id=self.summary_id,
            name=self.name,
            phone=self.phone,
            reach_by=self.reach_by,
            best_time=self.best_time or "",
            place=self.place,
            day=self.day,
            part_of_day=self.part_of_day,
            time_words=self.time_words,
            coverage=self.coverage or "",
            agreed_at=self.agreed_at,
            person=person,
        )

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it, without what is not answered; `from_json` reads it back."""
        kept = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}
        return {name: _plain(value) for name, value in kept.items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Draft":
        """The draft that `to_json` wrote. Raises `ValueError`, `TypeError` or `KeyError` if it is none."""
        return cls(**{name: _READ.get(name, _same)(value) for name, value in data.items()})


def _same(value: Any) -> Any:
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return [str(one) for one in value] if isinstance(value, tuple) else value


_READ: dict[str, Any] = {
    "reach_by": ReachBy,
    "part_of_day": PartOfDay,
    "day": date.fromisoformat,
    "agreed_at": datetime.fromisoformat,
    "trail": lambda trail: tuple(Question(one) for one in trail),
}
