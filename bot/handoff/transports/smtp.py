"""Notices as e-mail: that something waits, its reference, and no detail of anybody's health."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import localtime
from socket import SHUT_RDWR, socket
from threading import Timer
from typing import Any

from bot.handoff.transports.notice import Notice, Undelivered
from bot.settings import Settings, SmtpTls, settings


def to_smtp(notice: Notice) -> None:
    """Sends `notice` to its contact. Raises `Undelivered` unless the server has taken it."""
    current = settings()
    if not current.smtp_host:
        raise Undelivered("NIGHTLIGHT_SMTP_HOST is not set any more")
    try:
        with _connection(current) as server:
            server.send_message(message(notice, current.mail_from))
    except smtplib.SMTPResponseException as error:
        raise Undelivered(f"the mail server answered {error.smtp_code}") from error
    except (OSError, smtplib.SMTPException) as error:
        # Its words may repeat addresses and credentials.
        raise Undelivered(f"the mail server did not take it ({type(error).__name__})") from error


def message(notice: Notice, sender: str) -> EmailMessage:
    """The e-mail; its Message-ID is the same at every attempt, so that a mailbox can tell a repetition."""
    mail = EmailMessage()
    mail["Subject"] = f"Nightlight: {notice.reference}"
    mail["From"] = sender
    mail["To"] = notice.email
    mail["Date"] = localtime()
    mail["Message-ID"] = f"<{notice.idempotency_key}@{_domain(sender)}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    mail.set_content(notice.text + "\n")
    return mail


class _Limited(smtplib.SMTP):
    """A connection that ends after `timeout` seconds in all.

    smtplib limits each step; a server that answers slowly, step by step, must not outlast the worker's lease.
    """

    def connect(self, host: str = "localhost", port: int = 0, source_address: Any = None) -> tuple[int, bytes]:
        """See `smtplib.SMTP`."""
        self._cut = Timer(self.timeout, self._end)
        self._cut.daemon = True
        self._cut.start()
        try:
            return super().connect(host, port, source_address)
        except BaseException:
            self._cut.cancel()
            raise

    def close(self) -> None:
        """See `smtplib.SMTP`."""
        self._cut.cancel()
        super().close()

    def _end(self) -> None:
        with suppress(OSError):  # closed already
            if self.sock:
                # The plain socket's: that of a TLS socket first takes the encryption away.
                socket.shutdown(self.sock, SHUT_RDWR)


class _LimitedTls(_Limited, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


@contextmanager
def _connection(current: Settings) -> Iterator[smtplib.SMTP]:
    server = _connected(current)
    try:
        if current.smtp_tls is SmtpTls.STARTTLS:
            server.starttls(context=ssl.create_default_context())
        if current.smtp_user:
            server.login(current.smtp_user, current.smtp_password.get_secret_value())
        yield server
        with suppress(OSError, smtplib.SMTPException):  # it has the message; a goodbye changes nothing
            server.quit()
    finally:
        server.close()


def _connected(current: Settings) -> smtplib.SMTP:
    me, seconds = _domain(current.mail_from), current.delivery_timeout
    if current.smtp_tls is SmtpTls.TLS:
        context = ssl.create_default_context()
        return _LimitedTls(current.smtp_host, current.smtp_port, me, timeout=seconds, context=context)
    return _Limited(current.smtp_host, current.smtp_port, me, timeout=seconds)


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
