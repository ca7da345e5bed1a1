"""Brings the database to the tables of `models.py`, by the steps in `migrations/`."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from bot.settings import ROOT
from bot.storage.postgresql import wait_without_end
from bot.storage.sessions import database_errors, engine

LOCK = 7_244_511  # any number, the same for every process of ours


def upgrade() -> None:
    """Takes every step that is missing, all or none; several processes may call it at once.

    Raises `StorageUnavailable` if the database does not do its work.
    """
    with database_errors(), engine().begin() as connection:
        _alone(connection)
        command.upgrade(_config(connection), "head")


def current() -> bool:
    """Whether no step is missing. Raises `StorageUnavailable` if the database does not do its work."""
    heads = set(ScriptDirectory.from_config(_config()).get_heads())
    with database_errors(), engine().connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == heads


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    return config


def _alone(connection: Connection) -> None:
    # SQLite's transaction has the lock from its start.
    if connection.dialect.name == "postgresql":
        wait_without_end(connection)
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
