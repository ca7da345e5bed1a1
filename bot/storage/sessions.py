"""The engine, and the one way to use it: a transaction for each unit of work.

Time limits are short, since a mother may be waiting and an alert can go to the spool.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from bot.errors import NightlightError
from bot.settings import settings
from bot.storage.postgresql import WAIT_SECONDS, postgresql

__all__ = ["Conflict", "Session", "StorageUnavailable", "database_errors", "engine", "stay_connected", "transaction"]


class StorageUnavailable(NightlightError):
    """The database did not do its work: nothing of the transaction is stored."""


class Conflict(StorageUnavailable):
    """Another process wrote the same first: do the transaction once more, and see what it wrote."""


def engine() -> Engine:
    """The engine for the database of the settings. Connects to nothing.

    Raises `NightlightError` if the address is none, `StorageUnavailable` if SQLite's folder cannot be made.
    """
    return _engine(settings().database)


@contextmanager
def transaction(durable: bool = True) -> Iterator[Session]:
    """One unit of work: committed at the end of the block, or rolled back if anything is raised in it.

    Without `durable` it does not wait for the disk: whole as ever, but a power cut may undo it.
    Rows stay readable afterwards. Raises `Conflict` where a unique row is there already,
    `StorageUnavailable` for whatever else the database does not do.
    """
    bound = engine().execution_options(durable=durable)
    with database_errors(), Session(bound, future=True, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def database_errors() -> Iterator[None]:
    """Within the block, errors of the database become `StorageUnavailable` or `Conflict`."""
    try:
        yield
    except IntegrityError as error:
        # The driver's words would name the values, so they are not repeated.
        raise Conflict("Another process wrote the same row first.") from error
    except (DBAPIError, PoolTimeout) as error:
        raise StorageUnavailable(_unavailable(error)) from error
    except StatementError as error:
        # A column's type refused its value, for example because there is no key to encrypt it with.
        raise (error.orig if isinstance(error.orig, NightlightError) else error) from error


@lru_cache(maxsize=8)
def _engine(address: str) -> Engine:
    try:
        # Hosts still hand out postgres://, which SQLAlchemy 1.4 no longer takes.
        url = make_url(address.replace("postgres://", "postgresql://", 1))
        return {"sqlite": _sqlite, "postgresql": _postgresql}[url.get_backend_name()](url)
    except (ArgumentError, KeyError):
        # Without the cause: its words repeat the address, with the password.
        raise NightlightError("DATABASE_URL must begin with sqlite:/// or postgresql://.") from None


def _sqlite(url: URL) -> Engine:
    if url.database:
        _make_folder(Path(url.database).parent)
    options = {"check_same_thread": False, "timeout": WAIT_SECONDS}
    made = create_engine(url, future=True, hide_parameters=True, poolclass=NullPool, connect_args=options)
    event.listen(made, "connect", _sqlite_connected)
    event.listen(made, "begin", _sqlite_begins)
    return made


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageUnavailable(f"The database's folder {folder} cannot be made: {error.strerror}.") from error


def _sqlite_connected(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins too late; `_sqlite_begins` does it instead
    for pragma in (f"busy_timeout = {WAIT_SECONDS * 1000}", "journal_mode = WAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten, not only unlinked


def _sqlite_begins(connection: Connection) -> None:
    if not _durable(connection):
        connection.exec_driver_sql("PRAGMA synchronous = NORMAL")
    # A transaction that reads and then writes fails at once if another one wrote in between;
    # one that takes the lock from the start waits for its turn.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _durable(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("durable", True))


def _postgresql(url: URL) -> Engine:
    made = postgresql(url)
    event.listen(made, "begin", _postgresql_begins)
    return made


def _postgresql_begins(connection: Connection) -> None:
    if not _durable(connection):
        connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")


def _unavailable(error: Exception) -> str:
    lines = str(getattr(error, "orig", "")).splitlines() if isinstance(error, OperationalError) else []
    address = engine().url.render_as_string(hide_password=True)
    return f"The database {address} does not do its work ({lines[0] if lines else type(error).__name__})."


def stay_connected() -> None:
    """Keeps a connection open from now on, as far as this process has none: cheap to call again.

    When the last connection to a file of SQLite closes, its log is written back to the file, with all the waiting for
    the disk; without this, that would be at the end of each transaction. Raises `StorageUnavailable`.
    """
    if engine().dialect.name == "sqlite":
        with database_errors():
            _kept_open(settings().database)


@lru_cache(maxsize=1)
def _kept_open(address: str) -> object:
    return _engine(address).raw_connection()


def database_answers() -> bool:
    """Whether the database can be asked anything at all, for the health page."""
    try:
        with transaction() as session:
            session.execute(text("select 1"))
    except StorageUnavailable:
        return False
    return True
