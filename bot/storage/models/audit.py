"""The tables of who looked at what and who changed what (docs/adr/0008)."""

from datetime import datetime

from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import Mapped, deferred

from bot.storage.base import Base, EncryptedText, Moment


class AuditEntry(Base):
    """One look at personal data, or one change. Holds no personal data of a mother.

    `number` counts from 1 without a gap; `hash` covers this entry and the hash of the one before it.
    """

    __tablename__ = "audit_entries"

    number: Mapped[int] = Column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = Column(Moment, nullable=False)
    who: Mapped[str] = Column(String, nullable=False)
    what: Mapped[str] = Column(String, nullable=False)
    reference = Column(String, index=True)
    hash: Mapped[str] = Column(String, nullable=False)


class AuditHead(Base):
    """The one row that says where the chain begins and ends, so that a missing last entry shows too.

    `key` is the chain's own; `first_number` and `first_previous` are the first entry that retention has left, and
    the hash that stood before it; `seal` covers all of the row but the key.
    """

    __tablename__ = "audit_head"

    id: Mapped[int] = Column(Integer, primary_key=True, autoincrement=False)
    key: Mapped[str] = deferred(Column(EncryptedText, nullable=False))
    first_number: Mapped[int] = Column(Integer, nullable=False)
    first_previous: Mapped[str] = Column(String, nullable=False)
    last_number: Mapped[int] = Column(Integer, nullable=False)
    last_hash: Mapped[str] = Column(String, nullable=False)
    seal: Mapped[str] = Column(String, nullable=False)
