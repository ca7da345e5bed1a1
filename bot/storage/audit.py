"""The audit: who looked at what and who changed what, chained so that a removed row shows (docs/adr/0008)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session, undefer

from bot.errors import NightlightError
from bot.privacy.chain import START, link, new_key, same
from bot.storage.base import rows_of
from bot.storage.models import AuditEntry, AuditHead
from bot.storage.sessions import transaction

HEAD = 1
BATCH = 500
SHOWN_OF_HASH = 16
_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Verified:
    """What `verify` found: how many entries there are, the anchor of the last, where the chain breaks if it does."""

    entries: int
    anchor: str
    broken: str | None = None


def append(session: Session, who: str, what: str, reference: str | None, at: datetime) -> AuditEntry:
    """Puts in that `who` did `what` to the hand-off `reference` at that moment. One transaction at a time.

    `what` says nothing of a mother. Raises `WrongKey` if the chain's key cannot be read.
    """
    head = _locked_head(session)
    number = head.last_number + 1
    entry = AuditEntry(number=number, at=at, who=who, what=what, reference=reference)
    entry.hash = _hash(head.key, entry, head.last_hash)
    session.add(entry)
    head.last_number, head.last_hash = number, entry.hash
    head.seal = _seal(head)
    session.flush()
    return entry


def latest(session: Session, limit: int, reference: str | None = None) -> list[AuditEntry]:
    """The last entries, newest first; only those of one hand-off where `reference` is given."""
    query = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(limit)
    if reference:
        query = query.where(AuditEntry.reference == reference)
    return list(session.execute(query).scalars())


def verify(anchor: str | None = None) -> Verified:
    """Looks at every entry. `anchor` is one that was noted elsewhere, like `12:9f86d081884c7d65`.

    In many short transactions: nobody who writes waits for it. Raises `WrongKey` if the chain's key cannot be
    read, `NightlightError` if `anchor` is none, `StorageUnavailable`.
    """
    noted = _read_anchor(anchor) if anchor else None
    while True:
        with transaction() as session:
            head = _head(session)
        found = _verify(head, noted)
        with transaction() as session:
            now = _head(session)
        if head is None or now is None or head.first_number == now.first_number:
            return found
        # Retention has taken the beginning away meanwhile: what seemed to be missing may not be.


def _verify(head: AuditHead | None, noted: tuple[int, str] | None) -> Verified:
    if head is None:
        with transaction() as session:
            lost = noted or session.execute(select(AuditEntry.number).limit(1)).first()
        return Verified(0, "", "The head of the audit is missing: everything may have been removed." if lost else None)
    broken = next(_breaks(head), None) or (_misses(head, *noted) if noted else None)
    return Verified(head.last_number - head.first_number + 1, anchor_of(head), broken)


def anchor_of(head: AuditHead) -> str:
    """The end of the chain in a few letters, to be noted where this database cannot be changed from."""
    return _anchor(head.last_number, head.last_hash)


def _anchor(number: int, its_hash: str) -> str:
    return f"{number}:{its_hash[:SHOWN_OF_HASH]}"


def current_anchor(session: Session) -> str | None:
    """The anchor of now; None where nothing was ever put in."""
    query = select(AuditHead.last_number, AuditHead.last_hash)
    found = session.execute(query).one_or_none()
    return _anchor(*found) if found else None


def prune(session: Session, before: datetime) -> int:
    """Takes away the entries of before that moment, from the first on, and moves the beginning of the chain.

    Returns how many.
    """
    if session.execute(select(AuditHead.id)).scalar_one_or_none() is None:
        return 0
    head = _locked_head(session)
    kept = select(func.min(AuditEntry.number)).where(AuditEntry.at >= before)
    first_kept = session.execute(kept).scalar_one_or_none() or head.last_number + 1
    if first_kept <= head.first_number:
        return 0
    last_gone = select(AuditEntry.hash).where(AuditEntry.number == first_kept - 1)
    head.first_previous = session.execute(last_gone).scalar_one()
    gone = rows_of(session.execute(delete(AuditEntry).where(AuditEntry.number < first_kept)))
    head.first_number = first_kept
    head.seal = _seal(head)
    session.flush()
    return gone


def _head(session: Session) -> AuditHead | None:
    found: AuditHead | None = session.execute(select(AuditHead).options(undefer(AuditHead.key))).scalar_one_or_none()
    return found


def _locked_head(session: Session) -> AuditHead:
    query = select(AuditHead).where(AuditHead.id == HEAD).with_for_update().execution_options(populate_existing=True)
    head: AuditHead | None = session.execute(query).scalar_one_or_none()
    if head is None:
        _begin(session)
        head = session.execute(query).scalar_one()
    return head


def _begin(session: Session) -> None:
    head = AuditHead(id=HEAD, key=new_key(), first_number=1, first_previous=START, last_number=0, last_hash=START)
    row = {column.name: getattr(head, column.name) for column in AuditHead.__table__.columns} | {"seal": _seal(head)}
    # Of several processes that begin at once, the first one's head stays.
    insert = _INSERT[session.get_bind().dialect.name](AuditHead.__table__).values(**row)
    session.execute(insert.on_conflict_do_nothing(index_elements=["id"]))


def _hash(key: str, entry: AuditEntry | Row, previous: str) -> str:
    when = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return link(key, entry.number, when, entry.who, entry.what, entry.reference, previous)


def _seal(head: AuditHead) -> str:
    return link(head.key, "head", head.first_number, head.first_previous, head.last_number, head.last_hash)


def _breaks(head: AuditHead) -> Iterator[str]:
    """What is wrong, from the first entry on, as far as `head` knows them."""
    if not same(head.seal, _seal(head)):
        yield "The head of the audit was changed."
    expected, previous = head.first_number, head.first_previous
    for entry in _entries(head.last_number):
        if entry.number != expected:
            yield _out_of_order(entry.number, expected)
        if not same(entry.hash, _hash(head.key, entry, previous)):
            yield f"Entry {entry.number} was changed."
        expected, previous = entry.number + 1, entry.hash
    if expected <= head.last_number:
        yield f"Entry {expected} is missing; the chain goes to {head.last_number}."
    if not same(previous, head.last_hash):
        yield "The end of the chain is not the one that the head knows."
    with transaction() as session:
        # Others may have put in more since `head` was read, and then the head of now knows them.
        end = select(func.max(AuditEntry.number)), select(AuditHead.last_number)
        last, known = (session.execute(query).scalar_one() for query in end)
    if (last or 0) > known:
        yield f"Entry {last} was added behind the end of the chain."


def _entries(up_to: int) -> Iterator[Row]:
    after: int | None = None
    columns = (AuditEntry.number, AuditEntry.at, AuditEntry.who, AuditEntry.what, AuditEntry.reference, AuditEntry.hash)
    while True:
        query = select(*columns).where(AuditEntry.number <= up_to).order_by(AuditEntry.number).limit(BATCH)
        if after is not None:
            query = query.where(AuditEntry.number > after)
        with transaction() as session:
            found = session.execute(query).all()
        if not found:
            return
        yield from found
        after = found[-1].number


def _out_of_order(number: int, expected: int) -> str:
    return f"Entry {expected} is missing." if number > expected else f"Entry {number} stands before the beginning."


def _read_anchor(anchor: str) -> tuple[int, str]:
    number, _, beginning = anchor.partition(":")
    if not number.isdecimal() or not beginning:
        raise NightlightError(f"{anchor!r} is no anchor; one looks like 12:9f86d081884c7d65.")
    return int(number), beginning


def _misses(head: AuditHead, number: int, beginning: str) -> str | None:
    if number < head.first_number:
        return None  # retention took it
    with transaction() as session:
        query = select(AuditEntry.hash).where(AuditEntry.number == number)
        found: str | None = session.execute(query).scalar_one_or_none()
    if found and found.startswith(beginning):
        return None
    return f"Entry {number} is not the one that was noted: the audit was replaced, or set back to an older copy."
