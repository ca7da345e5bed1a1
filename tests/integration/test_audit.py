"""Whoever changes or removes a row of the audit is found out."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import delete, insert, update

from bot.errors import NightlightError
from bot.privacy.keys import WrongKey
from bot.settings import settings
from bot.storage import audit
from bot.storage.models import AuditEntry, AuditHead
from bot.storage.sessions import transaction
from support import NIGHT, at_once, later, rows

Configure = Callable[..., None]


def look(times: int = 1, days: float = 0) -> None:
    for _ in range(times):
        with transaction() as session:
            audit.append(session, "ann", "showed", "K7M-4QP", later(days=days)())


def tamper(*statements: Any) -> None:
    with transaction() as session:
        for statement in statements:
            session.execute(statement.execution_options(synchronize_session=False))


def entry(number: int) -> Any:
    return AuditEntry.number == number


def test_an_audit_that_nobody_touched_holds(database: str) -> None:
    assert audit.verify() == audit.Verified(0, "")
    look(5)
    found = audit.verify()
    assert (found.entries, found.broken) == (5, None)
    assert found.anchor.startswith("5:")
    first, *_ = rows(AuditEntry)
    assert (first.number, first.who, first.what, first.at) == (1, "ann", "showed", NIGHT)


def test_entries_of_eight_at_once_are_one_chain(database: str) -> None:
    at_once(lambda _: look(2), 8)
    assert audit.verify().entries == 16
    assert audit.verify().broken is None


@pytest.mark.parametrize(
    ("column", "value"),
    [("who", "bea"), ("what", "took"), ("reference", None), ("at", later(seconds=1)()), ("hash", "0")],
)
def test_an_entry_that_was_changed_shows(database: str, column: str, value: object) -> None:
    look(3)
    tamper(update(AuditEntry).where(entry(2)).values(**{column: value}))
    assert audit.verify().broken == "Entry 2 was changed."


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_entry_that_was_removed_shows_also_the_first_and_the_last(database: str, number: int) -> None:
    look(3)
    tamper(delete(AuditEntry).where(entry(number)))
    assert (audit.verify().broken or "").startswith(f"Entry {number} is missing")


def test_an_end_that_was_removed_with_its_head_set_back_shows(database: str) -> None:
    look(3)
    second = rows(AuditEntry)[1]
    tamper(delete(AuditEntry).where(entry(3)), update(AuditHead).values(last_number=2, last_hash=second.hash))
    assert audit.verify().broken == "The head of the audit was changed."


def test_entries_that_changed_places_show(database: str) -> None:
    look(3)
    tamper(*(update(AuditEntry).where(entry(a)).values(number=b) for a, b in ((1, 9), (2, 1), (9, 2))))
    assert audit.verify().broken == "Entry 1 was changed."


def test_an_entry_that_was_added_shows(database: str) -> None:
    look(2)
    row = {"number": 3, "at": NIGHT, "who": "ann", "what": "showed", "reference": None, "hash": "0" * 64}
    tamper(insert(AuditEntry).values(**row))
    assert audit.verify().broken == "Entry 3 was added behind the end of the chain."


def test_an_audit_without_its_head_shows(database: str) -> None:
    look(2)
    tamper(delete(AuditHead))
    assert "head of the audit is missing" in (audit.verify().broken or "")


def test_an_audit_longer_than_one_look_is_looked_at_to_its_end(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BATCH", 3)
    look(7)
    assert audit.verify().broken is None
    tamper(update(AuditEntry).where(entry(7)).values(who="bea"))
    assert audit.verify().broken == "Entry 7 was changed."


def test_who_writes_while_it_is_verified_does_not_break_it(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BATCH", 1)
    look(10, days=-1)
    look(10)

    def work(number: int) -> str | None:
        if number == 0:
            with transaction() as session:
                assert audit.prune(session, later()()) == 10
        if number < 2:
            look(5)
        return audit.verify().broken

    assert at_once(work, 4) == [None] * 4


def test_an_audit_that_was_begun_anew_or_set_back_shows_by_an_anchor_noted_elsewhere(database: str) -> None:
    look(3)
    anchor = audit.verify().anchor
    assert audit.verify(anchor).broken is None
    look(2)
    assert audit.verify(anchor).broken is None
    tamper(delete(AuditEntry), delete(AuditHead))
    assert audit.verify(anchor).broken
    look(9)
    assert audit.verify().broken is None
    assert "Entry 3 is not the one" in (audit.verify(anchor).broken or "")


def test_what_is_no_anchor_is_said_so(database: str) -> None:
    look()
    for wrong in ("x", "3", "3:", ":abc"):
        with pytest.raises(NightlightError, match="no anchor"):
            audit.verify(wrong)


def test_what_retention_takes_from_the_front_does_not_break_it(database: str) -> None:
    for days in (0, 1, 2):
        look(2, days)
    early, late = "2:x", audit.verify().anchor
    with transaction() as session:
        assert audit.prune(session, later(days=1)()) == 2
        assert audit.prune(session, later(days=1)()) == 0
    look()
    assert audit.verify() == audit.Verified(5, audit.verify().anchor)
    assert audit.verify(early).broken is None
    assert audit.verify(late).broken is None
    tamper(delete(AuditEntry).where(entry(3)))
    assert audit.verify().broken == "Entry 3 is missing."


def test_all_of_it_may_be_pruned(database: str) -> None:
    with transaction() as session:
        assert audit.prune(session, later()()) == 0
    look(2)
    with transaction() as session:
        assert audit.prune(session, later(days=9)()) == 2
    assert (audit.verify().entries, audit.verify().broken) == (0, None)
    look()
    assert [row.number for row in rows(AuditEntry)] == [3]
    assert audit.verify().broken is None


def test_a_new_key_does_not_break_it_and_without_any_nobody_can_forge_it(database: str, configure: Configure) -> None:
    look(2)
    old, new = settings().keys, Fernet.generate_key().decode()
    configure(NIGHTLIGHT_KEYS=f"{new},{old}")
    look()
    assert audit.verify().broken is None
    configure(NIGHTLIGHT_KEYS=new)
    with pytest.raises(WrongKey):
        look()
    with pytest.raises(WrongKey):
        audit.verify()
