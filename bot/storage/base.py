"""What all tables share: names of constraints, encrypted columns, moments in UTC."""

from datetime import UTC, datetime
from typing import cast

from sqlalchemy import DateTime, MetaData, Text
from sqlalchemy.engine import CursorResult, Dialect, Result
from sqlalchemy.orm import DeclarativeMeta, registry
from sqlalchemy.types import TypeDecorator

from bot.privacy.keys import decrypt, encrypt

# Names of our own, so that a migration can name what it drops on every database.
NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_registry = registry(metadata=MetaData(naming_convention=NAMES))


class Base(metaclass=DeclarativeMeta):
    """The base of every table."""

    __abstract__ = True
    registry = _registry
    metadata = _registry.metadata
    __init__ = _registry.constructor


class EncryptedText(TypeDecorator[str]):
    """Text that only this process and its like can read. It cannot be searched or sorted by.

    Reading raises `WrongKey` where no key fits.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """What is stored."""
        return None if value is None else encrypt(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """What was given."""
        return None if value is None else decrypt(value)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, always with its zone, also on SQLite, which knows none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """`value` in UTC. Raises `ValueError` if it has no zone: nobody could tell when it was."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def rows_of(result: Result) -> int:
    """How many rows an update or a deletion has changed."""
    return int(cast(CursorResult, result).rowcount)
