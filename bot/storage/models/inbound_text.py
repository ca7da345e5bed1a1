"""The table of texts that have come in."""

from datetime import datetime

from sqlalchemy import Column, Index, Integer, String, text
from sqlalchemy.orm import Mapped

from bot.storage.base import Base, EncryptedText, Moment


class InboundText(Base):
    """One text that came in. `sid` is the carrier's id of it: one that comes again is known by it.

    Number and words are kept until it is answered, and then are empty: what she wrote is in her conversation.
    """

    __tablename__ = "inbound_texts"

    id: Mapped[int] = Column(Integer, primary_key=True)
    sid: Mapped[str] = Column(String, nullable=False, unique=True)
    phone: Mapped[str] = Column(EncryptedText, nullable=False)
    body: Mapped[str] = Column(EncryptedText, nullable=False)
    pictures: Mapped[int] = Column(Integer, nullable=False)
    acted: Mapped[str] = Column(String, nullable=False)
    received_at: Mapped[datetime] = Column(Moment, nullable=False, index=True)
    answered_at = Column(Moment)

    _WAITS = text("answered_at IS NULL")
    __table_args__ = (Index("ix_inbound_texts_waiting", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),)
