"""The tables. What a mother wrote is encrypted; a conversation's id is the channel's own, never a phone number."""

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred

from bot.storage.base import Base, EncryptedText, Moment


class Kind(StrEnum):
    """What is handed over."""

    CRISIS = "crisis"
    APPOINTMENT = "appointment"
    CARE_MESSAGE = "care_message"
    SCREENING = "screening"


class Status(StrEnum):
    """Whether somebody has it in hand."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


class Urgency(IntEnum):
    """How soon somebody must look; sorts."""

    ROUTINE = 0
    SOON = 1
    URGENT = 2


class Delivery(StrEnum):
    """What became of an outbox entry; `failed` is the dead letter that staff see."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class UnansweredQuestion(Base):
    """A question that the bot did not understand, redacted, and how often it came."""

    __tablename__ = "unanswered_questions"

    id: Mapped[int] = Column(Integer, primary_key=True)
    fingerprint: Mapped[str] = Column(String, nullable=False, unique=True)
    text: Mapped[str] = Column(EncryptedText, nullable=False)
    count: Mapped[int] = Column(Integer, nullable=False)
    first_seen: Mapped[datetime] = Column(Moment, nullable=False)
    last_seen: Mapped[datetime] = Column(Moment, nullable=False)
    options: Mapped[list[str]] = Column(JSON, nullable=False)


class HandOff(Base):
    """Something that waits for a person: who, why, since when, how urgent, who has it.

    `repeats` counts the messages after the first; `notified_level` is how many times a
    contact was told, `person` an enrolment's id.
    """

    __tablename__ = "hand_offs"

    id: Mapped[int] = Column(Integer, primary_key=True)
    reference: Mapped[str] = Column(String, nullable=False, unique=True)
    kind: Mapped[str] = Column(String, nullable=False)
    reason: Mapped[str] = Column(String, nullable=False)
    urgency: Mapped[int] = Column(SmallInteger, nullable=False)
    status: Mapped[str] = Column(String, nullable=False, default=Status.OPEN.value)
    conversation_id: Mapped[str] = Column(String, nullable=False, index=True)
    channel: Mapped[str] = Column(String, nullable=False)
    person = Column(String)
    # Deferred: a lost key must not keep staff from being told.
    message: Mapped[str] = deferred(Column(EncryptedText, nullable=False))
    seen_by: Mapped[list[str]] = Column(JSON, nullable=False)
    repeats: Mapped[int] = Column(Integer, nullable=False, default=0)
    raised_at: Mapped[datetime] = Column(Moment, nullable=False)
    last_raised_at: Mapped[datetime] = Column(Moment, nullable=False)
    taken_by = Column(String)
    taken_at = Column(Moment)
    notified_level: Mapped[int] = Column(Integer, nullable=False, default=0)

    _OPEN_CRISIS = text("kind = 'crisis' AND status = 'open'")
    __table_args__ = (
        Index(
            "uq_hand_offs_open_crisis",
            "conversation_id",
            "reason",
            unique=True,
            sqlite_where=_OPEN_CRISIS,
            postgresql_where=_OPEN_CRISIS,
        ),
        Index("ix_hand_offs_status_kind", "status", "kind"),
    )


class HandOffMessage(Base):
    """One message behind a hand-off; its id makes an alert that is recorded twice count once.

    Unique within its conversation only: a widget that counts its messages from 1 must not
    silence another mother's alert.
    """

    __tablename__ = "hand_off_messages"

    id: Mapped[int] = Column(Integer, primary_key=True)
    hand_off_id: Mapped[int] = Column(ForeignKey("hand_offs.id", ondelete="CASCADE"), nullable=False, index=True)
    conversation_id: Mapped[str] = Column(String, nullable=False)
    message_id: Mapped[str] = Column(String, nullable=False)
    raised_at: Mapped[datetime] = Column(Moment, nullable=False)
    text: Mapped[str] = Column(EncryptedText, nullable=False)

    __table_args__ = (UniqueConstraint("conversation_id", "message_id"),)


class OutboxEntry(Base):
    """One notice to one contact about one hand-off. Holds no message text."""

    __tablename__ = "outbox_entries"

    id: Mapped[int] = Column(Integer, primary_key=True)
    hand_off_id: Mapped[int] = Column(ForeignKey("hand_offs.id", ondelete="CASCADE"), nullable=False, index=True)
    idempotency_key: Mapped[str] = Column(String, nullable=False, unique=True)
    transport: Mapped[str] = Column(String, nullable=False)
    role: Mapped[str] = Column(String, nullable=False)
    email: Mapped[str] = Column(String, nullable=False)
    level: Mapped[int] = Column(Integer, nullable=False)
    state: Mapped[str] = Column(String, nullable=False, default=Delivery.WAITING.value)
    attempts: Mapped[int] = Column(Integer, nullable=False, default=0)
    next_attempt_at: Mapped[datetime] = Column(Moment, nullable=False)
    created_at: Mapped[datetime] = Column(Moment, nullable=False)

    __table_args__ = (Index("ix_outbox_entries_state_next", "state", "next_attempt_at"),)


class ConversationEvents(Base):
    """What one turn added to a conversation: Rasa's events as a JSON list, in order.

    `first` is the place of the first of them among all events of the conversation, from 0. `begins_session` rows
    are where Rasa begins anew after a long pause; only what follows the last of them is read for a turn.
    """

    __tablename__ = "conversation_events"

    id: Mapped[int] = Column(Integer, primary_key=True)
    conversation_id: Mapped[str] = Column(String, nullable=False)
    first: Mapped[int] = Column(Integer, nullable=False)
    count: Mapped[int] = Column(Integer, nullable=False)
    begins_session: Mapped[bool] = Column(Boolean, nullable=False)
    events: Mapped[str] = Column(EncryptedText, nullable=False)
    saved_at: Mapped[datetime] = Column(Moment, nullable=False, index=True)

    # Two that write the same place cannot both have read what was there before.
    __table_args__ = (UniqueConstraint("conversation_id", "first"),)
