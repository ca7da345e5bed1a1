"""What goes over the wire, in both directions. The OpenAPI document is made of these (`openapi.py`)."""

import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.scheduling.inputs import Input

MAX_BODY = 64 * 1024  # bytes; a message of 10,000 characters fits, and is read as far as it is useful
MAX_TEXT = 10_000
MAX_SEQ = 2**31 - 1
MOTHER, BOT, CARE_TEAM = "mother", "bot", "care_team"

Json = dict[str, Any]
Seq = Annotated[int, Field(ge=1, le=MAX_SEQ, description="Rises within a conversation, not always by one.")]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Begin(_In):
    """What begins a conversation: nothing, or the name that the widget's script tag gives."""

    clinic: str | None = Field(None, max_length=100, description="As `data-clinic` has it; a server has one clinic.")


class MessageIn(_In):
    """What she sends: a text, or the id of a button that this conversation was offered."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"oneOf": [{"required": ["id", "text"]}, {"required": ["id", "choice"]}]},
    )

    id: uuid.UUID = Field(description="Of the client's own making. The same id again gets the same answer.")
    text: str | None = Field(None, max_length=MAX_TEXT)
    choice: str | None = Field(None, max_length=64)
    conversation: str | None = Field(None, max_length=64, description="If given, it must be that of the token.")

    @model_validator(mode="after")
    def _one_of_both(self) -> "MessageIn":
        if (self.text is None) == (self.choice is None):
            raise ValueError("send either text or choice")
        return self


class Feedback(_In):
    """Whether an answer helped; of several the last one counts."""

    seq: Annotated[int, Field(ge=1, le=MAX_SEQ, strict=True)]
    helpful: Annotated[bool, Field(strict=True)]
    conversation: str | None = Field(None, max_length=64)


class Button(BaseModel):
    """A reply that she may choose; the id means nothing elsewhere."""

    id: str
    title: str


class Source(BaseModel):
    """Where an answer comes from."""

    title: str
    year: str
    address: str


class Message(BaseModel):
    """One message of the transcript.

    `id` is the one that she sent it with, `role` in which role somebody of the care team writes. `html` is made here
    of few tags and may be shown as it is; without it, show `text` as text.
    """

    model_config = ConfigDict(populate_by_name=True, json_schema_serialization_defaults_required=True)

    seq: Seq
    sender: Literal["bot", "mother", "care_team"] = Field(alias="from")
    type: Literal["answer", "danger", "form", "notice", "text"]
    lang: str = "en"
    text: str
    html: str | None = None
    buttons: list[Button] = []
    sources: list[Source] = []
    review: str | None = None
    rateable: bool = False
    kind: str | None = Field(None, description="Which danger, for type danger: crisis_domestic_violence and the like.")
    input: Input | None = Field(None, description="For type form: what the question is answered with.")
    id: str | None = None
    role: str | None = None
    at: str = Field(description="When, in UTC (ISO 8601).")


class Messages(BaseModel):
    """Some of the transcript, in order."""

    messages: list[Message]


class Begun(Messages):
    """A new conversation. `expires_in` are the seconds for which the token is good."""

    id: str
    token: str
    expires_in: int


class ProblemOut(BaseModel):
    """What is wrong (RFC 9457). `detail` may be read by her; `errors` are for whoever wrote the client."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[str] = []
