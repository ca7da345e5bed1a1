"""Writing everything anew with the first key, so that an old one can be taken away."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, column, select, table, update
from sqlalchemy.orm import Session
from sqlalchemy.sql import TableClause

from bot.privacy.keys import WrongKey, decrypt, keyed_hash, rotated
from bot.storage.base import Base, EncryptedText
from bot.storage.models import Appointment, Enrolment, EnrolmentCode, TextThread, UnansweredQuestion
from bot.storage.sessions import transaction
from bot.storage.unanswered import fingerprint, merge

BATCH = 200

# What is found by the hash of an encrypted column: that hash is made anew with it.
HASHES: Mapping[str, tuple[str, str, Callable[[str], str]]] = {
    Appointment.__tablename__: ("phone", "phone_hash", keyed_hash),
    Enrolment.__tablename__: ("phone", "phone_hash", keyed_hash),
    EnrolmentCode.__tablename__: ("phone", "phone_hash", keyed_hash),
    TextThread.__tablename__: ("phone", "phone_hash", keyed_hash),
    UnansweredQuestion.__tablename__: ("text", "fingerprint", fingerprint),
}


@dataclass(frozen=True)
class Batch:
    """One step: how many rows of which table were looked at, how many written, how many no key can read."""

    table: str
    seen: int
    written: int
    unreadable: int
    last: int


def rotate() -> Iterator[Batch]:
    """Encrypts every encrypted column anew, a batch and a transaction at a time.

    What has the first key already is left alone, so it may be broken off and begun again at any time, and run
    beside everything else. Raises `StorageUnavailable`, `NightlightError` if there is no usable key.
    """
    for found in Base.metadata.sorted_tables:
        if names := encrypted(found):
            yield from _rotate_table(found, names)


def encrypted(of: Table) -> list[str]:
    """The encrypted columns of a table."""
    return [c.name for c in of.columns if isinstance(c.type, EncryptedText)]


def _rotate_table(found: Table, names: list[str]) -> Iterator[Batch]:
    [key] = found.primary_key.columns
    last: int | None = None
    while True:
        with transaction() as session:
            batch = _rotate_batch(session, found, key, names, last)
        if not batch.seen:
            return
        last = batch.last
        yield batch


def _rotate_batch(session: Session, found: Table, key: Any, names: list[str], after: int | None) -> Batch:
    # Columns without their types: the tokens as they are stored.
    hashed = [HASHES[found.name][1]] if found.name in HASHES else []
    raw = table(found.name, column(key.name), *(column(name) for name in (*names, *hashed)))
    query = select(raw).order_by(raw.c[key.name]).limit(BATCH).with_for_update()
    if after is not None:
        query = query.where(raw.c[key.name] > after)
    rows = [dict(row) for row in session.execute(query).mappings()]
    written = unreadable = 0
    for row in rows:
        try:
            written += _rotate_row(session, raw, key.name, names, row)
        except WrongKey:
            unreadable += 1
    return Batch(found.name, len(rows), written, unreadable, rows[-1][key.name] if rows else 0)


def _rotate_row(session: Session, raw: TableClause, key: str, names: list[str], row: dict[str, Any]) -> bool:
    changed = {name: token for name in names if row[name] is not None and (token := rotated(row[name]))}
    changed |= _hash(raw.name, row)
    if changed and not _merged(session, raw.name, row[key], changed):
        session.execute(update(raw).where(raw.c[key] == row[key]).values(changed))
    return bool(changed)


def _hash(name: str, row: dict[str, Any]) -> dict[str, str]:
    if name not in HASHES:
        return {}
    source, target, make = HASHES[name]
    text = decrypt(row[source])
    # What was erased has no text to make a hash of; the old one then stays, as the proof that it is.
    return {target: made} if text and (made := make(text)) != row[target] else {}


def _merged(session: Session, name: str, number: int, changed: dict[str, Any]) -> bool:
    """Whether the row went into another one: the same question, counted under both keys."""
    return (
        name == UnansweredQuestion.__tablename__
        and "fingerprint" in changed
        and merge(session, number, changed["fingerprint"])
    )
