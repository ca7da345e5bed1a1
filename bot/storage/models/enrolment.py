"""The tables of who gets text messages, since when, by which words of hers, and who wants none any more."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred

from bot.storage.base import Base, EncryptedText, Moment


class Enrolment(Base):
    """A mother whom the clinic may text: who she is, and what proves that she agreed.

    `reference` can be read aloud, and is what alerts and hand-offs name as their `person`. `state` is one of
    `bot.enrolment.states.State`. A number has one enrolment that has not ended; a person to whom the number goes
    later has another one, with a conversation of its own. Name, number and consent are empty once they are erased;
    `phone_hash` and `agreed_at` stay, as the proof that there was a consent.
    """

    __tablename__ = "enrolments"

    id: Mapped[int] = Column(Integer, primary_key=True)
    reference: Mapped[str] = Column(String, nullable=False, unique=True)
    conversation_id: Mapped[str] = Column(String, nullable=False, unique=True)
    # Deferred: a lost key must not keep staff from seeing that she is enrolled.
    name: Mapped[str] = deferred(Column(EncryptedText, nullable=False))
    phone: Mapped[str] = deferred(Column(EncryptedText, nullable=False))
    phone_hash: Mapped[str] = Column(String, nullable=False, index=True)
    time_zone: Mapped[str] = Column(String, nullable=False)
    language: Mapped[str] = Column(String, nullable=False)
    model_of_care: Mapped[str] = Column(String, nullable=False)
    state: Mapped[str] = Column(String, nullable=False)
    enrolled_at: Mapped[datetime] = Column(Moment, nullable=False)
    changed_at: Mapped[datetime] = Column(Moment, nullable=False)
    agreed_at: Mapped[datetime] = Column(Moment, nullable=False)
    agreed_by: Mapped[str] = deferred(Column(EncryptedText, nullable=False))
    agreed_words: Mapped[str] = deferred(Column(EncryptedText, nullable=False))
    erased_at = Column(Moment)

    _LIVE = text("state <> 'ended'")
    __table_args__ = (
        Index("uq_enrolments_live_phone", "phone_hash", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    )


class EnrolmentChange(Base):
    """One step of an enrolment from state to state: `before` is None for the first, `words` are those that did it."""

    __tablename__ = "enrolment_changes"

    id: Mapped[int] = Column(Integer, primary_key=True)
    enrolment_id: Mapped[int] = Column(ForeignKey("enrolments.id", ondelete="CASCADE"), nullable=False, index=True)
    at: Mapped[datetime] = Column(Moment, nullable=False)
    before = Column(String)
    after: Mapped[str] = Column(String, nullable=False)
    cause: Mapped[str] = Column(String, nullable=False)
    words: Mapped[str] = Column(EncryptedText, nullable=False)


class TreatmentSession(Base):
    """A treatment session of an enrolled mother: when it begins. One that is moved is another one."""

    __tablename__ = "treatment_sessions"

    id: Mapped[int] = Column(Integer, primary_key=True)
    enrolment_id: Mapped[int] = Column(ForeignKey("enrolments.id", ondelete="CASCADE"), nullable=False)
    starts_at: Mapped[datetime] = Column(Moment, nullable=False, index=True)

    __table_args__ = (UniqueConstraint("enrolment_id", "starts_at"),)


class OptOut(Base):
    """A number that is sent nothing: since when, by which words, on which channel, and until when if she came back.

    Found by a hash with a key of its own (`OptOutKey`), which outlives the deletion of everything else of hers and
    every rotation; her number cannot be read from it.
    """

    __tablename__ = "opt_outs"

    id: Mapped[int] = Column(Integer, primary_key=True)
    number_hash: Mapped[str] = Column(String, nullable=False, index=True)
    at: Mapped[datetime] = Column(Moment, nullable=False)
    channel: Mapped[str] = Column(String, nullable=False)
    words: Mapped[str] = Column(EncryptedText, nullable=False)
    lifted_at = Column(Moment)
    lifted_words = Column(EncryptedText)

    _STANDING = text("lifted_at IS NULL")
    __table_args__ = (
        Index("uq_opt_outs_standing", "number_hash", unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING),
    )


class OptOutKey(Base):
    """The one row that holds the key of the hashes of `OptOut`."""

    __tablename__ = "opt_out_key"

    id: Mapped[int] = Column(Integer, primary_key=True, autoincrement=False)
    key: Mapped[str] = deferred(Column(EncryptedText, nullable=False))


class EnrolmentCode(Base):
    """A code that was sent to somebody who enrols on the website, until she gives it back or it expires.

    `token` is what the page names it by; of the code itself only a keyed hash is kept, and what it would enrol
    is encrypted. `sent` is false where the number may not be texted: nobody can tell from outside.
    """

    __tablename__ = "enrolment_codes"

    id: Mapped[int] = Column(Integer, primary_key=True)
    token: Mapped[str] = Column(String, nullable=False, unique=True)
    code_hash: Mapped[str] = Column(String, nullable=False)
    name: Mapped[str] = Column(EncryptedText, nullable=False)
    phone: Mapped[str] = Column(EncryptedText, nullable=False)
    phone_hash: Mapped[str] = Column(String, nullable=False, index=True)
    time_zone: Mapped[str] = Column(String, nullable=False)
    agreed_words: Mapped[str] = Column(EncryptedText, nullable=False)
    asked_at: Mapped[datetime] = Column(Moment, nullable=False, index=True)
    expires_at: Mapped[datetime] = Column(Moment, nullable=False)
    tries: Mapped[int] = Column(Integer, nullable=False, default=0)
    used_at = Column(Moment)
