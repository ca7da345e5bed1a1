"""What tests of several kinds need. Imported as `support`: another package has the name `tests`."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from bot import clinic, settings
from bot.faq.channel import channel_words
from bot.handoff.alert import CrisisAlert
from bot.privacy import keys
from bot.scheduling.request import AppointmentRequest, PartOfDay, ReachBy
from bot.storage import sessions

NIGHT = datetime(2026, 3, 2, 3, 15, tzinfo=UTC)
HER_WORDS = "i cant do this anymore, everyone is better off"
HER_PHONE = "+12145550173"
POSTGRESQL = os.environ.get("NIGHTLIGHT_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1")

# Whatever the developer's own .env says, no test tells anybody anything.
NO_DELIVERY = {
    f"NIGHTLIGHT_{name}": ""
    for name in (
        "SMTP_HOST",
        "SMTP_USER",
        "SMTP_PASSWORD",
        "MAIL_FROM",
        "WEBHOOK_URL",
        "WEBHOOK_SECRET",
        "FHIR_URL",
        "FHIR_TOKEN",
        "PUBLIC_URL",
    )
} | {f"TWILIO_{name}": "" for name in ("ACCOUNT_SID", "AUTH_TOKEN", "FROM", "MESSAGING_SERVICE_SID")}

# Tests talk faster than mothers do; those of the limits set their own.
NO_LIMITS = {
    "REDIS_URL": "",
    "NIGHTLIGHT_TRUSTED_PROXIES": "0",
    **{f"NIGHTLIGHT_LIMIT_{name}": "" for name in ("MESSAGES", "REQUESTS", "CONVERSATIONS")},
}


def forget_settings() -> None:
    """Makes this process read its environment anew."""
    sessions._engine.cache_clear()
    for cached in (settings.settings, clinic.clinic, keys.cipher, keys.key_ring, channel_words):
        cached.cache_clear()


def alert(**changes: Any) -> CrisisAlert:
    """A crisis alert, with `changes`."""
    fields: dict[str, Any] = {
        "conversation_id": "web-1",
        "message_id": "m-1",
        "kind": "crisis_self_harm",
        "channel": "web",
        "raised_at": NIGHT,
        "text": HER_WORDS,
        "seen_by": ("screen",),
    }
    return CrisisAlert(**{**fields, **changes})


def appointment(**changes: Any) -> AppointmentRequest:
    """An appointment request, with `changes`."""
    fields: dict[str, Any] = {
        "conversation_id": "web-1",
        "channel": "web",
        "confirmation_id": "m-9",
        "name": "Rosalind Kettering",
        "phone": HER_PHONE,
        "reach_by": ReachBy.TEXT,
        "best_time": "while the baby naps",
        "place": "Frisco",
        "day": date(2026, 3, 9),
        "part_of_day": PartOfDay.AFTERNOON,
        "time_words": "monday after two",
        "coverage": "Bluebonnet Health",
        "agreed_at": NIGHT,
    }
    return AppointmentRequest(**{**fields, **changes})


def later(**ago: float) -> Callable[[], datetime]:
    """A clock that stands some time after `NIGHT`."""
    return lambda: NIGHT + timedelta(**ago)


def rows(model: Any) -> list[Any]:
    """All rows of a table, in order of their ids."""
    with sessions.transaction() as session:
        return list(session.execute(select(model).order_by(*model.__table__.primary_key.columns)).scalars())


def at_once(work: Callable[[int], Any], times: int) -> list[Any]:
    """The results of `work(0)`, `work(1)`, ... started in as many threads at the same moment."""
    barrier = Barrier(times)

    def start(number: int) -> Any:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(start, range(times)))


def files(folder: Path) -> dict[str, str]:
    """The text of every file in `folder`, by name."""
    return {path.name: path.read_text() for path in folder.iterdir()} if folder.is_dir() else {}


@contextmanager
def postgresql_database() -> Iterator[str | None]:
    """The address of a fresh PostgreSQL database; None if no server is reachable."""
    server = create_engine(f"{POSTGRESQL}/postgres", isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 2})
    name = f"nightlight_test_{uuid4().hex[:12]}"
    if not _run(server, f"CREATE DATABASE {name}"):
        yield None
        return
    try:
        yield f"{POSTGRESQL}/{name}"
    finally:
        _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def _run(server: Engine, statement: str) -> bool:
    try:
        with server.connect() as connection:
            connection.execute(text(statement))
        return True
    except OperationalError:
        return False
    finally:
        server.dispose()
