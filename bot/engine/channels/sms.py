"""The channel of text messages: what Twilio posts, proved by its signature.

POST /webhooks/sms/messages   a text has come in
POST /webhooks/sms/status     what has become of a text of ours; `?text=` is its idempotency key
Both are forms. Who has not signed is refused with 403, and nothing is done. The answer to a text never holds words
(an empty TwiML document): they leave by the outbox, so that nobody waits for them here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, text

from bot import clock
from bot.engine.channels.answering import Answering
from bot.engine.channels.gate import Alarm, Gate, Inbound
from bot.engine.channels.outbound import Outbound
from bot.engine.channels.problems import Problem, answers_problems
from bot.engine.channels.texts import Full, Texts
from bot.engine.channels.without_database import WithoutDatabase
from bot.engine.turns import Engine
from bot.enrolment.register import SMS
from bot.privacy.keys import keyed_hash
from bot.settings import Settings
from bot.storage.models import Purpose
from bot.storage.sessions import StorageUnavailable
from bot.texting import callbacks, sender
from bot.texting.carriers.registry import carrier
from bot.texting.carriers.twilio import KEY
from bot.texting.received import NoText, Received
from bot.texting.signature import HEADER, Unsigned, signed_fields
from bot.texting.words import words

MESSAGES, STATUS = "/messages", "/status"
FORM = "application/x-www-form-urlencoded"
NO_WORDS = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
HANDS = 4  # texts of danger that leave from here at once
HURRY = 3  # texts that are taken up at once, until the worker has its turn again

log = logging.getLogger(__name__)


def token_of(settings: Settings) -> str:
    """What requests are signed with: Twilio's token; in development without it a token of our own, else none."""
    if settings.twilio_account_sid:
        return settings.twilio_auth_token.get_secret_value()
    return "" if settings.production else keyed_hash("development texts")


def public_address(settings: Settings) -> str:
    """The address under which the world reaches this server, without a path.

    Never what a request says of it: a proxy may say anything, and so may anybody else.
    """
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"


class SmsChannel(InputChannel):  # type: ignore[misc]
    """The channel of enrolled mothers."""

    def __init__(self, engine: Engine, alarm: Alarm, settings: Settings) -> None:
        self._token = token_of(settings)
        self._address = public_address(settings)
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="texts")
        self._gate = gate = Gate(engine, settings.turn_timeout, alarm)
        gate.watch_late(self._tell_late)
        self._answering = Answering(engine, gate, alarm, bool(settings.twilio_account_sid), self._hurry)
        self._texts = Texts(engine, self._answering, WithoutDatabase(gate, alarm, self._answering, _give))
        words()  # built before the first request, as everything that reads danger

    @classmethod
    def name(cls) -> str:
        """The channel's name, in its address and in Rasa's trackers."""
        return SMS

    async def start(self) -> None:
        """Takes up what the process before has left."""
        await self._texts.start()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes. Messages go by the gate, so Rasa's own `on_new_message` is not used."""
        routes = Blueprint("sms")
        routes.add_route(answers_problems(self.receive), MESSAGES, methods=["POST"])
        routes.add_route(answers_problems(self.note_status), STATUS, methods=["POST"])
        return routes

    async def receive(self, request: Request) -> HTTPResponse:
        """A text has come in."""
        return await self.take(self._signed(request))

    async def take(self, fields: Mapping[str, str]) -> HTTPResponse:
        """Takes the text in `fields`, which are proved."""
        try:
            received = Received.of(fields, clock.now())
        except NoText:
            log.warning("texts: something came that is no text from a telephone number; it is left")
            return text(NO_WORDS, content_type="text/xml")
        try:
            # Shielded: if the carrier hangs up meanwhile, the text is kept all the same.
            await asyncio.shield(asyncio.ensure_future(self._texts.receive(received)))
        except Full as error:
            raise Problem(503, "Too much waits", "Please bring it again later.") from error
        return text(NO_WORDS, content_type="text/xml")

    async def note_status(self, request: Request) -> HTTPResponse:
        """What has become of a text of ours."""
        fields = self._signed(request)
        code = fields.get("ErrorCode", "")
        status = fields.get("MessageStatus", "")
        noted = (fields.get("MessageSid", ""), status, int(code) if code.isdecimal() else None, request.args.get(KEY))
        try:
            await asyncio.to_thread(callbacks.note, *noted)
        except StorageUnavailable as error:
            raise Problem(503, "It cannot be kept now", "Please report it again later.") from error
        return empty()

    def _signed(self, request: Request) -> dict[str, str]:
        if not (request.headers.get("content-type") or "").lower().startswith(FORM):
            raise Problem(403, "Not signed", "This address is the carrier's.")
        address = f"{self._address}{request.raw_url.decode('ascii', 'replace')}"
        try:
            return signed_fields(address, request.body, request.headers.get(HEADER), self._token)
        except Unsigned:
            log.warning("texts: a request without the carrier's signature was refused at %s", request.path)
            raise Problem(403, "Not signed", "This address is the carrier's.") from None

    def _hurry(self) -> None:
        """Sends what is of danger from here, so that nobody in danger waits for the worker."""
        self._hands.submit(_send_danger)

    def _tell_late(self, inbound: Inbound, late: list[Outbound]) -> None:
        """Words of danger that came after their time leave as soon as they are there."""
        if owed := self._gate.owed(inbound.conversation_id):
            self._texts.keep_task(asyncio.ensure_future(self._answering.say_late(inbound, owed)))


def _send_danger() -> None:
    try:
        for _ in range(HURRY):
            claimed = sender.claim()
            if claimed is None:
                return
            sender.send(claimed, carrier())
            if claimed.purpose is not Purpose.DANGER:
                return
    except Exception as error:  # noqa: BLE001  it is in the outbox, and the worker sends it
        log.warning("texts: nothing could be sent at once: %s", type(error).__name__)


def _give(outgoing: Any) -> str:
    return carrier().send(outgoing)
