"""The tables of text messages to mothers: the threads, what leaves in them, and what was started when."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred

from bot.storage.base import Base, EncryptedText, Moment


class Purpose(StrEnum):
    """Why a text is sent; decides when it may be."""

    REPLY = "reply"  # to what she wrote: at any hour
    DANGER = "danger"  # a reply with the crisis lines: staff are told if it does not arrive
    CODE = "code"  # to whoever enrols on the website: at any hour
    INVITATION = "invitation"  # in her hours, and once
    FAREWELL = "farewell"  # the one confirmation of an opt-out, which comes after it
    STAFF = "staff"  # to the clinic's own people; never in this outbox
    STARTED = "started"  # a reminder, a check-in: in her hours, and only to whom it may go


class TextState(StrEnum):
    """How far a text has come; `bot.texting.states` has the order of what the carrier says."""

    WAITING = "waiting"  # for its turn, or for the next attempt
    QUEUED = "queued"  # the carrier has it
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"  # the carrier says that her phone did not get it
    FAILED = "failed"  # the carrier says that it could not send it
    GIVEN_UP = "given_up"  # the carrier never took it: the dead letter that staff see
    WITHHELD = "withheld"  # it may not be sent any more, or makes no sense any more


class TextThread(Base):
    """All texts to and from one number while it belongs to one person, or to nobody that is known.

    `enrolment_id` is None for a number that is not enrolled. `offered` is a JSON list of (title, payload) pairs: the
    options that a digit picks; `rest` is a JSON list of the texts that "MORE" brings. `heard_at` is when she last
    wrote; `told_at` is when a number that is not enrolled was last told how to be; `erasing_since` is when
    she had it erased: it goes as soon as she has had the answer to that.
    """

    __tablename__ = "text_threads"

    id: Mapped[int] = Column(Integer, primary_key=True)
    conversation_id: Mapped[str] = Column(String, nullable=False, unique=True)
    enrolment_id: Mapped[int | None] = Column(ForeignKey("enrolments.id", ondelete="CASCADE"), unique=True)
    phone: Mapped[str] = deferred(Column(EncryptedText, nullable=False))
    phone_hash: Mapped[str] = Column(String, nullable=False, index=True)
    began_at: Mapped[datetime] = Column(Moment, nullable=False)
    offered: Mapped[str] = Column(EncryptedText, nullable=False)
    rest: Mapped[str] = Column(EncryptedText, nullable=False)
    heard_at = Column(Moment)
    told_at = Column(Moment)
    erasing_since = Column(Moment)

    _STRANGER = text("enrolment_id IS NULL AND erasing_since IS NULL")
    __table_args__ = (
        Index(
            "uq_text_threads_stranger", "phone_hash", unique=True, sqlite_where=_STRANGER, postgresql_where=_STRANGER
        ),
    )


class TextMessage(Base):
    """One text on its way out: the outbox of this channel. `body` is empty once it was erased.

    Texts of a thread leave in the order of their ids. `send_by` is when it makes no sense any more; `unclear_since`
    is when it was last given to the carrier, as long as nobody knows whether that took it; `sid` is the carrier's id.
    """

    __tablename__ = "text_messages"

    id: Mapped[int] = Column(Integer, primary_key=True)
    thread_id: Mapped[int] = Column(ForeignKey("text_threads.id", ondelete="CASCADE"), nullable=False)
    idempotency_key: Mapped[str] = Column(String, nullable=False, unique=True)
    purpose: Mapped[str] = Column(String, nullable=False)
    body: Mapped[str] = deferred(Column(EncryptedText, nullable=False))
    state: Mapped[str] = Column(String, nullable=False, default=TextState.WAITING.value)
    attempts: Mapped[int] = Column(Integer, nullable=False, default=0)
    next_attempt_at: Mapped[datetime] = Column(Moment, nullable=False)
    in_hand: Mapped[bool] = Column(Boolean, nullable=False, default=False)
    unclear_since = Column(Moment)
    send_by = Column(Moment)
    sid = Column(String, unique=True)
    error_code = Column(Integer)
    created_at: Mapped[datetime] = Column(Moment, nullable=False)
    changed_at: Mapped[datetime] = Column(Moment, nullable=False)

    __table_args__ = (
        Index("ix_text_messages_state_next", "state", "next_attempt_at"),
        Index("ix_text_messages_thread_state", "thread_id", "state"),
    )


class DueText(Base):
    """That one of the texts that we start was dealt with, so that it is not sent again: sent, or left out and why."""

    __tablename__ = "due_texts"

    id: Mapped[int] = Column(Integer, primary_key=True)
    enrolment_id: Mapped[int] = Column(ForeignKey("enrolments.id", ondelete="CASCADE"), nullable=False)
    session_id: Mapped[int] = Column(ForeignKey("treatment_sessions.id", ondelete="CASCADE"), nullable=False)
    kind: Mapped[str] = Column(String, nullable=False)
    outcome: Mapped[str] = Column(String, nullable=False)
    at: Mapped[datetime] = Column(Moment, nullable=False)

    __table_args__ = (UniqueConstraint("enrolment_id", "session_id", "kind"),)
