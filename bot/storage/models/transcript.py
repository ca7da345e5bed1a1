"""The table of what was said on the website, as the page shows it."""

from datetime import datetime

from sqlalchemy import Column, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from bot.storage.base import Base, EncryptedText, Moment


class WebTurn(Base):
    """What one turn added to the transcript of a web conversation, as JSON (`bot.storage.transcripts`).

    `first` is the number of its first message. It is empty for what another process has added (an answer of the care
    team) until the engine, which numbers the messages, has seen it.
    """

    __tablename__ = "web_turns"

    id: Mapped[int] = Column(Integer, primary_key=True)
    conversation_id: Mapped[str] = Column(String, nullable=False)
    first = Column(Integer)
    turn: Mapped[str] = Column(EncryptedText, nullable=False)
    saved_at: Mapped[datetime] = Column(Moment, nullable=False, index=True)

    _INCOMING = text("first IS NULL")
    __table_args__ = (
        UniqueConstraint("conversation_id", "first"),
        # The engine asks for these every other second: they are few, and found without a look at the rest.
        Index("ix_web_turns_incoming", "conversation_id", sqlite_where=_INCOMING, postgresql_where=_INCOMING),
    )
