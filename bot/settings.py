"""Every setting of Nightlight, read once from the environment or `.env`.

Each has its line in `.env.example`; a wrong one raises `NightlightError` with
a sentence that names the variable and what it takes.
"""

from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import NightlightError

ROOT = Path(__file__).resolve().parent.parent


class Environment(StrEnum):
    """Where this runs: production refuses what is only fit for a laptop."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """The settings; field aliases are the names in the environment."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", populate_by_name=True)

    environment: Environment = Field(Environment.DEVELOPMENT, alias="NIGHTLIGHT_ENVIRONMENT")
    clinic: str = Field("in-clinic", alias="NIGHTLIGHT_CLINIC", min_length=1)
    host: str = Field("127.0.0.1", alias="NIGHTLIGHT_HOST")
    port: int = Field(5005, alias="NIGHTLIGHT_PORT", ge=1, le=65535)
    actions_port: int = Field(5055, alias="NIGHTLIGHT_ACTIONS_PORT", ge=1, le=65535)
    var: Path = Field(ROOT / "var", alias="NIGHTLIGHT_VAR")
    models: Path = Field(ROOT / "models", alias="NIGHTLIGHT_MODELS")
    turn_timeout: float = Field(5.0, alias="NIGHTLIGHT_TURN_TIMEOUT", gt=0, le=60)
    operator: str = Field("", alias="NIGHTLIGHT_OPERATOR")
    keep_alerts_days: int = Field(365, alias="NIGHTLIGHT_KEEP_ALERTS_DAYS", ge=1)
    keep_requests_days: int = Field(180, alias="NIGHTLIGHT_KEEP_REQUESTS_DAYS", ge=1)
    keep_notices_days: int = Field(90, alias="NIGHTLIGHT_KEEP_NOTICES_DAYS", ge=1)
    keep_questions_days: int = Field(365, alias="NIGHTLIGHT_KEEP_QUESTIONS_DAYS", ge=1)
    keep_audit_days: int = Field(2192, alias="NIGHTLIGHT_KEEP_AUDIT_DAYS", ge=1)
    expire_requests_days: int = Field(30, alias="NIGHTLIGHT_EXPIRE_REQUESTS_DAYS", ge=1)
    database_url: str = Field("", alias="DATABASE_URL")
    keys: str = Field("", alias="NIGHTLIGHT_KEYS")
    log_level: str = Field("INFO", alias="NIGHTLIGHT_LOG_LEVEL", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    @property
    def production(self) -> bool:
        """Whether unsafe defaults must be refused."""
        return self.environment is Environment.PRODUCTION

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database: `DATABASE_URL`, else SQLite under `var/`."""
        return self.database_url or f"sqlite:///{self.var / 'nightlight.db'}"

    @property
    def actions_url(self) -> str:
        """The action server's webhook, for Rasa's `endpoints.yml`."""
        return f"http://127.0.0.1:{self.actions_port}/webhook"


def read_settings() -> Settings:
    """The settings as the environment has them now.

    Raises `NightlightError` naming each variable that is wrong.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = "\n".join(f"  {e['loc'][0]}: {e['msg']} (it is {e['input']!r})" for e in error.errors())
        raise NightlightError(f"These settings are wrong:\n{wrong}\nSee .env.example for what each takes.") from error


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return read_settings()
