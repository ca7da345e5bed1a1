"""The table of appointment requests."""

from datetime import datetime

from sqlalchemy import Column, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred

from bot.storage.base import Base, EncryptedText, Moment


class Appointment(Base):
    """What a mother asks for, and what has become of it. Each belongs to one hand-off, and goes with it.

    What she said is encrypted, and empty once it is erased; `phone_hash` finds her number without reading it, and
    with `agreed_at` and `reach_by` is the proof of her consent to being called. `state` is one of
    `bot.scheduling.status.State`; `confirmed_for` is set only where it is confirmed, `changes` counts what staff
    did to it.
    """

    __tablename__ = "appointments"

    id: Mapped[int] = Column(Integer, primary_key=True)
    hand_off_id: Mapped[int] = Column(ForeignKey("hand_offs.id", ondelete="CASCADE"), nullable=False, unique=True)
    conversation_id: Mapped[str] = Column(String, nullable=False)
    confirmation_id: Mapped[str] = Column(String, nullable=False)
    channel: Mapped[str] = Column(String, nullable=False)
    person = Column(String)
    # Deferred: a lost key must not keep staff from seeing that somebody waits.
    name: Mapped[str] = deferred(Column(EncryptedText, nullable=False))
    phone: Mapped[str] = deferred(Column(EncryptedText, nullable=False))
    phone_hash: Mapped[str] = Column(String, nullable=False, index=True)
    reach_by: Mapped[str] = Column(String, nullable=False)
    best_time: Mapped[str] = deferred(Column(EncryptedText, nullable=False))
    place: Mapped[str] = deferred(Column(EncryptedText, nullable=False))
    day = Column(Date)
    part_of_day: Mapped[str] = Column(String, nullable=False)
    time_words: Mapped[str] = deferred(Column(EncryptedText, nullable=False))
    coverage: Mapped[str] = deferred(Column(EncryptedText, nullable=False))
    agreed_at: Mapped[datetime] = Column(Moment, nullable=False)
    requested_at: Mapped[datetime] = Column(Moment, nullable=False)
    state: Mapped[str] = Column(String, nullable=False)
    changed_at: Mapped[datetime] = Column(Moment, nullable=False)
    changes: Mapped[int] = Column(Integer, nullable=False, default=0)
    confirmed_for = Column(Moment)

    __table_args__ = (UniqueConstraint("conversation_id", "confirmation_id"),)
