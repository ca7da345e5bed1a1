"""How often each topic was answered, and whether that helped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.privacy.keys import keyed_hash
from bot.storage.base import rows_of
from bot.storage.models import TopicDay, Vote

_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Cast:
    """A vote: about which message (`ballot`), of which topic, whether it helped, and when she said so."""

    ballot: str
    topic: str
    helpful: bool
    at: datetime


@dataclass(frozen=True)
class Figures:
    """One topic: how often it was answered, and how many said that it helped, or that it did not."""

    topic: str
    answered: int = 0
    helpful: int = 0
    not_helpful: int = 0


def ballot(conversation_id: str, number: int) -> str:
    """What a vote about that message is kept under: it leads nobody back to the conversation."""
    return keyed_hash(f"vote {conversation_id} {number}")


def count(session: Session, answered: Mapping[tuple[str, date], int]) -> None:
    """Adds to how often each topic was answered on each day. May be done by several processes at once."""
    for (topic, day), times in sorted(answered.items()):
        counted = _INSERT[session.get_bind().dialect.name](TopicDay).values(topic=topic, day=day, answered=times)
        again = {"answered": TopicDay.answered + times}
        session.execute(counted.on_conflict_do_update(index_elements=["topic", "day"], set_=again))


def vote(session: Session, votes: Sequence[Cast]) -> None:
    """Keeps `votes`; of several about the same message the last one counts."""
    for cast in votes:
        kept = _INSERT[session.get_bind().dialect.name](Vote).values(**vars(cast))
        anew = {"helpful": cast.helpful, "at": cast.at}
        session.execute(kept.on_conflict_do_update(index_elements=["ballot"], set_=anew))


def figures(session: Session, since: datetime) -> list[Figures]:
    """Every topic that was answered or voted on since that moment (the whole day of it), most answered first."""
    answered = select(TopicDay.topic, func.sum(TopicDay.answered)).where(TopicDay.day >= since.date())
    found = {topic: int(times) for topic, times in session.execute(answered.group_by(TopicDay.topic))}
    helped = func.sum(case((Vote.helpful.is_(True), 1), else_=0))
    voted = select(Vote.topic, helped, func.count()).where(Vote.at >= since).group_by(Vote.topic)
    votes = {topic: (int(yes), int(every) - int(yes)) for topic, yes, every in session.execute(voted)}
    all_of_them = [Figures(topic, found.get(topic, 0), *votes.get(topic, (0, 0))) for topic in {*found, *votes}]
    return sorted(all_of_them, key=lambda one: (-one.answered, one.topic))


def purge(session: Session, before: datetime) -> int:
    """Deletes counts and votes from before that moment. Returns how many rows."""
    days = rows_of(session.execute(delete(TopicDay.__table__).where(TopicDay.day < before.date())))
    return days + rows_of(session.execute(delete(Vote.__table__).where(Vote.at < before)))
