"""Every setting of Nightlight, read once from the environment or `.env`.

Each has its line in `.env.example`; a wrong one raises `NightlightError` with
a sentence that names the variable and what it takes.
"""

import re
from collections.abc import Iterable, Iterator
from email.utils import parseaddr
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import NightlightError

ROOT = Path(__file__).resolve().parent.parent


class Environment(StrEnum):
    """Where this runs: production refuses what is only fit for a laptop."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class SmtpTls(StrEnum):
    """How the connection to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MIN_SECRET = 32  # characters
_LIMIT = r"[1-9]\d*/(?:[1-9]\d* )?(?:second|minute|hour|day)s?"
LIMITS = rf"^({_LIMIT}(;{_LIMIT})*)?$"  # 30/minute;300/hour, or nothing


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
    keep_conversations_days: int = Field(30, alias="NIGHTLIGHT_KEEP_CONVERSATIONS_DAYS", ge=1)
    keep_questions_days: int = Field(365, alias="NIGHTLIGHT_KEEP_QUESTIONS_DAYS", ge=1)
    keep_enrolments_days: int = Field(1461, alias="NIGHTLIGHT_KEEP_ENROLMENTS_DAYS", ge=1)
    keep_audit_days: int = Field(2192, alias="NIGHTLIGHT_KEEP_AUDIT_DAYS", ge=1)
    expire_requests_days: int = Field(30, alias="NIGHTLIGHT_EXPIRE_REQUESTS_DAYS", ge=1)
    database_url: str = Field("", alias="DATABASE_URL")
    redis_url: str = Field("", alias="REDIS_URL")
    trusted_proxies: int = Field(0, alias="NIGHTLIGHT_TRUSTED_PROXIES", ge=0, le=10)
    limit_messages: str = Field("30/minute;300/hour", alias="NIGHTLIGHT_LIMIT_MESSAGES", pattern=LIMITS)
    limit_requests: str = Field("300/minute", alias="NIGHTLIGHT_LIMIT_REQUESTS", pattern=LIMITS)
    limit_conversations: str = Field("30/minute;300/hour", alias="NIGHTLIGHT_LIMIT_CONVERSATIONS", pattern=LIMITS)
    keys: str = Field("", alias="NIGHTLIGHT_KEYS")
    delivery_timeout: float = Field(10.0, alias="NIGHTLIGHT_DELIVERY_TIMEOUT", gt=0, le=30)
    smtp_host: str = Field("", alias="NIGHTLIGHT_SMTP_HOST")
    smtp_port: int = Field(587, alias="NIGHTLIGHT_SMTP_PORT", ge=1, le=65535)
    smtp_tls: SmtpTls = Field(SmtpTls.STARTTLS, alias="NIGHTLIGHT_SMTP_TLS")
    smtp_user: str = Field("", alias="NIGHTLIGHT_SMTP_USER")
    smtp_password: SecretStr = Field(SecretStr(""), alias="NIGHTLIGHT_SMTP_PASSWORD")
    mail_from: str = Field("", alias="NIGHTLIGHT_MAIL_FROM")
    webhook_url: str = Field("", alias="NIGHTLIGHT_WEBHOOK_URL")
    webhook_secret: SecretStr = Field(SecretStr(""), alias="NIGHTLIGHT_WEBHOOK_SECRET")
    fhir_url: str = Field("", alias="NIGHTLIGHT_FHIR_URL")
    fhir_token: SecretStr = Field(SecretStr(""), alias="NIGHTLIGHT_FHIR_TOKEN")
    public_url: str = Field("", alias="NIGHTLIGHT_PUBLIC_URL")
    twilio_account_sid: str = Field("", alias="TWILIO_ACCOUNT_SID")
    twilio_auth_token: SecretStr = Field(SecretStr(""), alias="TWILIO_AUTH_TOKEN")
    twilio_from: str = Field("", alias="TWILIO_FROM")
    twilio_messaging_service_sid: str = Field("", alias="TWILIO_MESSAGING_SERVICE_SID")
    twilio_api_url: str = Field("https://api.twilio.com", alias="TWILIO_API_URL")
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
        read = Settings()
    except ValidationError as error:
        raise _wrong(f"{e['loc'][0]}: {e['msg']} (it is {e['input']!r})" for e in error.errors()) from error
    wrong = (_half_set, _unfit_for_delivery, _unfit_for_limits, _unfit_for_texts)
    if found := [line for look in wrong for line in look(read)]:
        raise _wrong(found)
    return read


def _wrong(found: Iterable[str]) -> NightlightError:
    lines = "\n".join(f"  {line}" for line in found)
    return NightlightError(f"These settings are wrong:\n{lines}\nSee .env.example for what each takes.")


def _half_set(read: Settings) -> Iterator[str]:
    # The values are not repeated: one of each two is a secret.
    for one, other in _PAIRS:
        if bool(_plain(read, one)) != bool(_plain(read, other)):
            names = [str(Settings.model_fields[name].alias) for name in (one, other)]
            yield f"{names[0]} and {names[1]}: set both, or neither"


def _plain(read: Settings, name: str) -> str:
    value = getattr(read, name)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


_PAIRS = (
    ("smtp_host", "mail_from"),
    ("smtp_user", "smtp_password"),
    ("webhook_url", "webhook_secret"),
    ("fhir_url", "fhir_token"),
    ("twilio_account_sid", "twilio_auth_token"),
)


def _unfit_for_delivery(read: Settings) -> Iterator[str]:
    if read.webhook_url and (fault := _fault(read.webhook_url, read.production)):
        yield f"NIGHTLIGHT_WEBHOOK_URL: {fault}"
    if read.fhir_url and (fault := _fault(read.fhir_url, read.production)):
        yield f"NIGHTLIGHT_FHIR_URL: {fault}"
    if read.mail_from and not _is_address(read.mail_from):
        yield f"NIGHTLIGHT_MAIL_FROM: it takes one address, nightlight@clinic.example (it is {read.mail_from!r})"
    if 0 < len(read.webhook_secret.get_secret_value()) < MIN_SECRET:
        yield f"NIGHTLIGHT_WEBHOOK_SECRET: it needs {MIN_SECRET} characters at least"
    if read.smtp_user and read.smtp_tls is SmtpTls.NONE and read.smtp_host not in LOOPBACK:
        yield "NIGHTLIGHT_SMTP_TLS: it is none, and the password would be sent for all to read"


def _unfit_for_limits(read: Settings) -> Iterator[str]:
    # The address is not repeated: it may hold a password.
    if read.redis_url and not read.redis_url.startswith(("redis://", "rediss://", "redis+unix://")):
        yield "REDIS_URL: it is not an address that begins with redis:// or rediss://"


def _unfit_for_texts(read: Settings) -> Iterator[str]:
    senders = [name for name in ("twilio_from", "twilio_messaging_service_sid") if _plain(read, name)]
    if bool(senders) != bool(read.twilio_account_sid) or len(senders) > 1:
        yield "TWILIO_ACCOUNT_SID: set with it one of TWILIO_FROM and TWILIO_MESSAGING_SERVICE_SID, or none of them"
    if read.twilio_account_sid and not read.public_url:
        yield "NIGHTLIGHT_PUBLIC_URL: Twilio must be told where to report to, and signs that address"
    if read.twilio_from and not _E164.match(read.twilio_from):
        yield "TWILIO_FROM: it takes a number like +12145550100, or a short code"
    for name, address in (("NIGHTLIGHT_PUBLIC_URL", read.public_url), ("TWILIO_API_URL", read.twilio_api_url)):
        if address and (fault := _fault(address, read.production)):
            yield f"{name}: {fault}"


_E164 = re.compile(r"^(?:\+[1-9]\d{6,14}|\d{5,6})$")


def _fault(address: str, production: bool) -> str:
    """What is wrong with the address of a receiver, without repeating it; empty if nothing is."""
    try:
        parts = urlsplit(address)
        host, has_user = parts.hostname or "", "@" in parts.netloc
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        return "it is not an address that begins with https://"
    if parts.scheme not in {"https", "http"} or not host or any(c.isspace() for c in address):
        return "it is not an address that begins with https://"
    if has_user or parts.query or parts.fragment:
        return "it takes no user or password, no ? and no #"
    if production and parts.scheme == "http" and host not in LOOPBACK:
        return "production sends nothing without encryption: it must begin with https://"
    return ""


def _is_address(text: str) -> bool:
    name, at, domain = text.partition("@")
    return parseaddr(text) == ("", text) and bool(name and at and "." in domain) and text.isascii()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return read_settings()
