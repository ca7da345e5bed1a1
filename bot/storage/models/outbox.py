"""The table of notices to the clinic's staff."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped

from bot.storage.base import Base, Moment


class Delivery(StrEnum):
    """What became of an outbox entry; `failed` is the dead letter that staff see."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


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
