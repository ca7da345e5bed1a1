"""The table of conversations, as Rasa keeps them."""

from datetime import datetime

from sqlalchemy import Boolean, Column, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from bot.storage.base import Base, EncryptedText, Moment


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
