"""The tables of what waits for a person, and of the messages and notes behind it."""

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
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


class HandOff(Base):
    """Something that waits for a person: who, why, since when, how urgent, who has it.

    `repeats` counts the messages after the first; `notified_level` is how many times a
    contact was told, `person` an enrolment's id. `erased_at` is when its texts were erased at
    her wish; `erase_on_close` says that they are to be, once staff have dealt with it.
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
    reopened_at = Column(Moment)
    closed_at = Column(Moment)
    erased_at = Column(Moment)
    erase_on_close: Mapped[bool] = Column(Boolean, nullable=False, default=False)

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


class HandOffNote(Base):
    """What somebody wrote beside a hand-off: `author` is an operator's name, or `bot.handoff.names.MOTHER`."""

    __tablename__ = "hand_off_notes"

    id: Mapped[int] = Column(Integer, primary_key=True)
    hand_off_id: Mapped[int] = Column(ForeignKey("hand_offs.id", ondelete="CASCADE"), nullable=False, index=True)
    author: Mapped[str] = Column(String, nullable=False)
    at: Mapped[datetime] = Column(Moment, nullable=False)
    text: Mapped[str] = Column(EncryptedText, nullable=False)
