"""Which transports there are, and which of them a hand-off goes by."""

from collections.abc import Callable, Mapping

from bot.handoff.transports.fhir import to_fhir
from bot.handoff.transports.file import to_file
from bot.handoff.transports.notice import Notice
from bot.handoff.transports.sms import phone_of, to_sms
from bot.handoff.transports.smtp import to_smtp
from bot.handoff.transports.webhook import to_webhook
from bot.settings import settings
from bot.storage.models import Kind

Transport = Callable[[Notice], None]  # raises if it was not delivered, `Undelivered` if it can say why

FILE, SMTP, WEBHOOK, SMS, FHIR = "file", "smtp", "webhook", "sms", "fhir"
TRANSPORTS: Mapping[str, Transport] = {
    FILE: to_file,
    SMTP: to_smtp,
    WEBHOOK: to_webhook,
    SMS: to_sms,
    FHIR: to_fhir,
}


def transports_for(kind: str, contact: tuple[str, str]) -> list[str]:
    """The names of the transports by which `contact` (role, e-mail) is told of a hand-off of that kind.

    All that are set, texts where the contact has a number, a file if there is none. The FHIR server gets appointment
    requests only, and beside something that tells a person.
    """
    current = settings()
    text = current.twilio_account_sid and phone_of(*contact)
    known = ((SMTP, current.smtp_host), (WEBHOOK, current.webhook_url), (SMS, text))
    told = [name for name, is_set in known if is_set] or [FILE]
    return [*told, FHIR] if current.fhir_url and kind == Kind.APPOINTMENT else told
