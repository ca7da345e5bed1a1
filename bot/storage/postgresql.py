"""PostgreSQL that is asked with patience that ends.

The server's own time limits say nothing when the server itself, or the way to it, hangs: then
the driver waits for ever. Its wait is therefore our own.
"""

import select
import time
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from psycopg2 import extensions
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Connection, Engine

CONNECT_SECONDS = 2
WAIT_SECONDS = 3  # for a lock, a statement, a connection of the pool
GRACE = 0.5  # seconds that the client gives the server to keep its own limit
_EVENTS = {extensions.POLL_READ: select.POLLIN, extensions.POLL_WRITE: select.POLLOUT}


class PatientConnection(extensions.connection):  # type: ignore[misc]
    """A connection that is given up where an answer takes longer than `patience` seconds; None waits for ever."""

    patience: float | None = CONNECT_SECONDS


def postgresql(url: URL) -> Engine:
    """The engine for the PostgreSQL database at `url`. Connects to nothing."""
    extensions.set_wait_callback(_wait)
    limit = WAIT_SECONDS * 1000
    made = create_engine(
        url,
        future=True,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=WAIT_SECONDS,
        connect_args={
            "connection_factory": PatientConnection,
            "options": f"-c statement_timeout={limit} -c lock_timeout={limit} -c timezone=UTC",
        },
    )
    event.listen(made, "connect", _usual)
    event.listen(made, "checkin", _usual)
    return made


def wait_without_end(connection: Connection) -> None:
    """Takes the time limits of `connection` away until its transaction ends: a long step must not run into them."""
    connection.connection.dbapi_connection.patience = None  # type: ignore[attr-defined,union-attr]
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))


def _usual(connection: PatientConnection | None, _record: object) -> None:
    if connection:  # None: it was given up
        connection.patience = WAIT_SECONDS + GRACE


def _wait(connection: Any) -> None:
    """Wait until `connection` is through with what it does. Raises `OperationalError` at the end of its patience."""
    patience = getattr(connection, "patience", None)  # other code's connections have none
    end = None if patience is None else time.monotonic() + patience
    while (state := connection.poll()) != extensions.POLL_OK:
        if not _ready(connection, state, end):
            # The driver closes a connection whose wait has failed.
            raise psycopg2.OperationalError("the server did not answer in time")


def _ready(connection: Any, state: int, end: float | None) -> bool:
    poll = select.poll()  # not select(), which fails where many files are open
    poll.register(connection.fileno(), _EVENTS[state])
    left = None if end is None else max(0.0, end - time.monotonic()) * 1000
    return bool(poll.poll(left))
