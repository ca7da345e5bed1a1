"""One curated answer, as its file states it."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.clinic import ModelOfCare

MAX_RELATED = 3


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Words(_Strict):
    """The same thing said on the web (Markdown) and by text message (GSM-7)."""

    web: str | None = None
    sms: str | None = None

    def over(self, other: "Words | None") -> "Words":
        """These words, with what they leave out taken from `other`."""
        return Words(web=self.web or (other and other.web), sms=self.sms or (other and other.sms))


class Variant(Words):
    """What differs under one model of care."""

    more: Words | None = None


class Afterwards(Words):
    """What is said once a dated permission has run out."""

    in_clinic: Words | None = None
    at_home: Words | None = None


class Source(_Strict):
    """A citation: its key in `sources.yml`, and what it says."""

    id: str
    says: str


class Review(_Strict):
    """Who signed the answer. What no clinician has signed is a draft."""

    status: Literal["draft", "reviewed"]
    by: str | None
    on: date | None
    due: date

    @model_validator(mode="after")
    def _signed_if_reviewed(self) -> "Review":
        if self.status == "reviewed" and not (self.by and self.on):
            raise ValueError("a reviewed answer names `by` (a role) and `on` (a date)")
        return self


class Topic(_Strict):
    """A topic of the FAQ: the question, its answers, where they come from."""

    question: str
    label: str = Field(max_length=24)
    web: str
    sms: str
    more: Words
    in_clinic: Variant | None = None
    at_home: Variant | None = None
    until: str | None = None
    afterwards: Afterwards | None = None
    related: list[str] = Field(max_length=MAX_RELATED)
    sources: list[Source] = Field(min_length=1)
    review: Review

    @model_validator(mode="after")
    def _dated_both_ways(self) -> "Topic":
        if (self.until is None) != (self.afterwards is None):
            raise ValueError("`until` and `afterwards` belong together")
        return self

    def answer(self, model: ModelOfCare) -> Words:
        """The answer under `model`."""
        return self._variant(model).over(Words(web=self.web, sms=self.sms))

    def further(self, model: ModelOfCare) -> Words:
        """What is said to a follow-up, under `model`."""
        return (self._variant(model).more or Words()).over(self.more)

    def after_expiry(self, model: ModelOfCare) -> Words | None:
        """The answer under `model` once `until` has passed; None where nothing expires."""
        if self.afterwards is None:
            return None
        return (getattr(self.afterwards, model.value) or Words()).over(self.afterwards)

    def _variant(self, model: ModelOfCare) -> Variant:
        return getattr(self, model.value) or Variant()
