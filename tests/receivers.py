"""Receivers of notices that really listen, and can be made to fail. Imported as `receivers`."""

import asyncio
import ipaddress
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Answer = tuple[int, dict[str, str]]
HANG, DROP, TAKE_AND_HANG = "hang", "drop", "take and hang"


@dataclass
class Post:
    """One request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Received:
    """What came, by idempotency key: how often, how often it was taken, and whether two brought it at once."""

    came: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    at_once: list[str] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    _here: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def visit(self, key: str) -> Iterator[int]:
        """While one delivery of `key` is here; gives the number of the attempt, from 1."""
        with self._lock:
            self.came[key] += 1
            number = self.came[key]
            if key in self._here:
                self.at_once.append(key)
            self._here.add(key)
        try:
            yield number
        finally:
            with self._lock:
                self._here.discard(key)

    def take(self, key: str) -> bool:
        """Takes a delivery; whether it is the first of its key, for a receiver that honours it."""
        with self._lock:
            self.taken[key] += 1
            return self.taken[key] == 1


# What to do at the n-th attempt of a key: a status with headers, or one of the above.
Mood = Callable[[str, int], Answer | str]


def always(status: int, **headers: str) -> Mood:
    """Answers everything alike."""
    return lambda key, number: (status, {name.replace("_", "-"): value for name, value in headers.items()})


TAKES = always(204)


@contextmanager
def http_receiver(mood: Mood = TAKES, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, Received]]:
    """An HTTP server, or HTTPS with `tls`; gives its address and what it received."""
    received = Received()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(received, mood))
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        server.server_close()


def _handler(received: Received, mood: Mood) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            key = self.headers["Idempotency-Key"]
            with received.visit(key) as number:
                received.posts.append(Post(self.path, dict(self.headers), body))
                self._answer(key, mood(key, number))

        do_GET = do_POST

        def _answer(self, key: str, answer: Answer | str) -> None:
            if answer == TAKE_AND_HANG:
                received.take(key)
            if answer in (HANG, TAKE_AND_HANG):
                self.connection.recv(1)  # until the client has gone
            if isinstance(answer, str):
                self.close_connection = True
                return
            status, headers = answer
            if 200 <= status < 300:
                received.take(key)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


class _Mailbox:
    """What aiosmtpd calls when a message has come."""

    def __init__(self, received: Received, mood: Mood) -> None:
        self._received = received
        self._mood = mood

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mail = BytesParser(policy=default).parsebytes(envelope.content or b"")
        key = mail["Message-ID"].strip("<>").partition("@")[0]
        with self._received.visit(key) as number:
            answer = self._mood(key, number)
            while answer == HANG and not server.transport.is_closing():
                await asyncio.sleep(0.05)
            if isinstance(answer, str):
                server.transport.abort()
                return "421 gone"
            if answer[0] >= 400:
                return f"{answer[0]} not now"
            self._received.mails.append(mail)
            self._received.take(key)
        return "250 taken"


@contextmanager
def smtp_receiver(mood: Mood = TAKES, **options: Any) -> Iterator[tuple[int, Received]]:
    """A mail server; gives its port and what it received. `options` are aiosmtpd's."""
    received = Received()
    controller = Controller(_Mailbox(received, mood), hostname="127.0.0.1", port=_free_port(), **options)
    controller.start()
    try:
        yield controller.port, received
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def only(user: str, password: str) -> Callable[..., AuthResult]:
    """An authenticator that lets in one user."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        known = isinstance(given, LoginPassword) and (given.login, given.password) == (
            user.encode(),
            password.encode(),
        )
        return AuthResult(success=known, handled=known)

    return check


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate for 127.0.0.1 that it signed itself, and the certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    day = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), day, day + DAY)
    signed = built.add_extension(here, critical=False).sign(key, hashes.SHA256())
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context, folder / "cert.pem"


DAY = timedelta(days=1)


@contextmanager
def dripping_server(line: bytes) -> Iterator[int]:
    """A server that answers a byte every tenth of a second, without end; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_drip, args=(server, line), daemon=True).start()
        yield server.getsockname()[1]


def _drip(server: Any, line: bytes) -> None:
    try:
        connection, _ = server.accept()
        while True:
            for byte in line:
                connection.sendall(bytes([byte]))
                time.sleep(0.1)
    except OSError:
        return
