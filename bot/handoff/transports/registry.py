"""Which transports there are, and which of them a hand-off goes by."""

from collections.abc import Callable, Mapping

from bot.handoff.transports.fhir import to_fhir
from bot.handoff.transports.file import to_file
from bot.handoff.transports.notice import Notice
from bot.handoff.transports.smtp import to_smtp
from bot.handoff.transports.webhook import to_webhook
from bot.settings import settings
from bot.storage.models import Kind

Transport = Callable[[Notice], None]  # raises if it was not delivered, `Undelivered` if it can say why

FILE, SMTP, WEBHOOK, FHIR = "file", "smtp", "webhook", "fhir"
TRANSPORTS: Mapping[str, Transport] = {FILE: to_file, SMTP: to_smtp, WEBHOOK: to_webhook, FHIR: to_fhir}


def transports_for(kind: str) -> list[str]:
    """The names of the transports that a hand-off of that kind goes by: all that are set, a file if none is.

    The FHIR server gets appointment requests only, and beside something that tells a person.
    """
    current = settings()
    told = [name for name, is_set in ((SMTP, current.smtp_host), (WEBHOOK, current.webhook_url)) if is_set] or [FILE]
    return [*told, FHIR] if current.fhir_url and kind == Kind.APPOINTMENT else told
