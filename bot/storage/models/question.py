"""The table of questions that were not understood."""

from datetime import datetime

from sqlalchemy import JSON, Column, Integer, String
from sqlalchemy.orm import Mapped

from bot.storage.base import Base, EncryptedText, Moment


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
