"""The tables of how often each topic was answered, and whether that helped. Nobody's words are in them."""

from datetime import date, datetime

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from bot.storage.base import Base, Moment


class TopicDay(Base):
    """How often a topic was answered on one day (UTC)."""

    __tablename__ = "topic_days"

    id: Mapped[int] = Column(Integer, primary_key=True)
    topic: Mapped[str] = Column(String, nullable=False)
    day: Mapped[date] = Column(Date, nullable=False)
    answered: Mapped[int] = Column(Integer, nullable=False)

    __table_args__ = (UniqueConstraint("topic", "day"),)


class Vote(Base):
    """Whether one answer helped. `ballot` is a keyed hash of the message: one vote for each, the last one counts."""

    __tablename__ = "votes"

    id: Mapped[int] = Column(Integer, primary_key=True)
    ballot: Mapped[str] = Column(String, nullable=False, unique=True)
    topic: Mapped[str] = Column(String, nullable=False)
    helpful: Mapped[bool] = Column(Boolean, nullable=False)
    at: Mapped[datetime] = Column(Moment, nullable=False)

    __table_args__ = (Index("ix_votes_topic_at", "topic", "at"),)
