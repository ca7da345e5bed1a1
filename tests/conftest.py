"""Fixtures that tests of several kinds use; helpers are in `support.py`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.settings import settings
from bot.storage.base import Base
from bot.storage.migrate import upgrade
from bot.storage.sessions import engine
from running import Nightlight, Visitor, environment, published_model
from support import NO_DELIVERY, NO_LIMITS, POSTGRESQL, forget_settings, postgresql_database

Configure = Callable[..., None]


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Configure]:
    """Sets variables of the environment and makes the process read them; `var/` is a fresh folder."""

    def set_all(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        forget_settings()

    set_all(
        NIGHTLIGHT_ENVIRONMENT="development",
        NIGHTLIGHT_CLINIC="in-clinic",
        NIGHTLIGHT_VAR=str(tmp_path / "var"),
        NIGHTLIGHT_KEYS=Fernet.generate_key().decode(),
        DATABASE_URL="",
        **NO_DELIVERY,
        **NO_LIMITS,
    )
    yield set_all
    forget_settings()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str | None]:
    """The address of a PostgreSQL database of this run, or None."""
    with postgresql_database() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, configure: Configure) -> Iterator[str]:
    """An empty, migrated database, once of each kind; yields its address."""
    if request.param == "postgresql":
        address = request.getfixturevalue("postgresql")
        if address is None:
            pytest.skip(f"no PostgreSQL server at {POSTGRESQL}: these behaviours are shown on SQLite only")
        configure(DATABASE_URL=address)
    upgrade()
    _empty()
    yield settings().database
    engine().dispose()


def _empty() -> None:
    with engine().begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())


@pytest.fixture(scope="session")
def nightlight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nightlight]:
    """The engine and the action server, started once, as processes."""
    started = Nightlight(tmp_path_factory.mktemp("nightlight"), published_model())
    started.migrate()
    try:
        started.start("engine", "actions")
        yield started
    finally:
        started.stop()


@pytest.fixture
def clinic_side(nightlight: Nightlight) -> Iterator[None]:
    """This process has the settings of the running processes: it sees their queue and may be their worker."""
    with environment(nightlight.variables):
        yield


@pytest.fixture
def visitor(nightlight: Nightlight) -> Visitor:
    """A mother who has just opened the page."""
    return Visitor(nightlight.address)
