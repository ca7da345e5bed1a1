"""The questions that were not understood, for the editors."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.privacy.keys import keyed_hash, keyed_hashes
from bot.privacy.redact import redact
from bot.storage.base import rows_of
from bot.storage.models import UnansweredQuestion

MAX_CHARACTERS = 2000
_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def keep(session: Session, text: str, options: Sequence[str], at: datetime) -> None:
    """Keeps `text`, redacted, with the intents that were offered instead.

    The same question, whatever its case, spaces and punctuation, is counted, not kept again;
    its last `options` stay. May be done by several processes at once.
    """
    redacted = redact(text[:MAX_CHARACTERS])
    if _counted_under_older_key(session, redacted, options, at):
        return
    row = {"text": redacted, "fingerprint": fingerprint(redacted), "options": list(options)}
    insert = _INSERT[session.get_bind().dialect.name](UnansweredQuestion)
    insert = insert.values(**row, count=1, first_seen=at, last_seen=at)
    again = {
        "count": UnansweredQuestion.count + 1,
        "last_seen": insert.excluded.last_seen,
        "options": insert.excluded.options,
    }
    session.execute(insert.on_conflict_do_update(index_elements=["fingerprint"], set_=again))


def _counted_under_older_key(session: Session, redacted: str, options: Sequence[str], at: datetime) -> bool:
    _, *older = keyed_hashes(normalised(redacted))
    if not older:
        return False
    again = {"count": UnansweredQuestion.count + 1, "last_seen": at, "options": list(options)}
    known = update(UnansweredQuestion).where(UnansweredQuestion.fingerprint.in_(older)).values(**again)
    return bool(rows_of(session.execute(known.execution_options(synchronize_session=False))))


def fingerprint(redacted: str) -> str:
    """What the same question is found by."""
    return keyed_hash(normalised(redacted))


def by_count(session: Session, limit: int = 50) -> list[UnansweredQuestion]:
    """The questions that came most often, first; of those as often, the last asked."""
    often = select(UnansweredQuestion).order_by(UnansweredQuestion.count.desc(), UnansweredQuestion.last_seen.desc())
    return list(session.execute(often.limit(limit)).scalars())


def normalised(text: str) -> str:
    """`text` as far as it matters for being the same question; emoji alone stay as they are."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", re.sub("['\u2019]", "", plain))) or plain.strip()


def merge(session: Session, question_id: int, same_as: str) -> bool:
    """Adds the question with that id to the one with the fingerprint `same_as`; False if there is no such one."""
    query = select(UnansweredQuestion).where(UnansweredQuestion.fingerprint == same_as)
    other: UnansweredQuestion | None = session.execute(query.with_for_update()).scalar_one_or_none()
    if other is None or other.id == question_id:
        return False
    question = session.execute(select(UnansweredQuestion).where(UnansweredQuestion.id == question_id)).scalar_one()
    other.count += question.count
    other.first_seen = min(other.first_seen, question.first_seen)
    other.last_seen = max(other.last_seen, question.last_seen)
    session.delete(question)
    session.flush()
    return True
