"""A telephone for development: a page that texts the bot, and shows what leaves, without Twilio.

GET  /phone                              the page
POST /phone/texts        {"from", "body"}   a text, signed as Twilio would and taken by the channel itself
GET  /phone/texts?number=+1...&after=n      what left for that number: the files under var/sms/
POST /phone/enrolments   {"number"}         enrols it, as the clinic would
Only in development, and only while texts leave as files: production has none of these addresses.
"""

import asyncio
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import file as send_file
from sanic.response import json as send_json

from bot import clock
from bot.clinic import clinic
from bot.engine.channels.problems import Problem, answers_problems
from bot.engine.channels.sms import MESSAGES, SmsChannel, public_address, token_of
from bot.enrolment import staff
from bot.enrolment.person import Consent, Newcomer
from bot.errors import NightlightError
from bot.settings import ROOT, Settings
from bot.texting.book import words
from bot.texting.carriers.file import FOLDER
from bot.texting.gsm import segments
from bot.texting.signature import sign, signed_fields

PAGE = ROOT / "widget" / "phone"
CLINIC_NUMBER = "+12145550100"
OPERATOR = "demonstration"
_NUMBER = r"^\+1\d{10}$"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}


class TextIn(BaseModel):
    """What the page posts: a text from a number."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    number: str = Field(alias="from", pattern=_NUMBER)
    body: str = Field(max_length=1_600)


class EnrolmentIn(BaseModel):
    """Whom the page enrols."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(pattern=_NUMBER)


def is_wanted(settings: Settings) -> bool:
    """Whether there is such a telephone here."""
    return not settings.production and not settings.twilio_account_sid


class Phone:
    """The page and its addresses."""

    def __init__(self, channel: SmsChannel, settings: Settings) -> None:
        self._channel = channel
        self._token = token_of(settings)
        self._address = f"{public_address(settings)}/webhooks/sms{MESSAGES}"
        self._folder = settings.var / FOLDER

    def add_to(self, app: Sanic) -> None:
        """Adds the addresses to `app`."""
        app.add_route(self.page, "/phone", name="phone")
        app.add_route(self.page, "/phone/<name>", name="phone_file")
        app.add_route(answers_problems(self.send), "/phone/texts", methods=["POST"], name="phone_send")
        app.add_route(answers_problems(self.read), "/phone/texts", methods=["GET"], name="phone_read")
        app.add_route(answers_problems(self.enrol), "/phone/enrolments", methods=["POST"], name="phone_enrol")

    async def page(self, request: Request, name: str = "index.html") -> HTTPResponse:
        """One of the page's files."""
        path = {found.name: found for found in PAGE.iterdir() if found.suffix in _TYPES}.get(name)
        if path is None:
            return Problem(404, "Not found", "There is no such page.").response()
        return await send_file(path, mime_type=_TYPES[path.suffix])

    async def send(self, request: Request) -> HTTPResponse:
        """A text of hers, by the same way as Twilio's: signed, proved, taken."""
        sent = _read(TextIn, request)
        sid = f"SM{secrets.token_hex(16)}"
        form = {
            "MessageSid": sid,
            "From": sent.number,
            "To": CLINIC_NUMBER,
            "Body": sent.body,
            "NumMedia": "0",
        }
        signature = sign(self._address, form, self._token)
        await self._channel.take(signed_fields(self._address, urlencode(form).encode(), signature, self._token))
        return send_json({"sid": sid}, status=202)

    async def read(self, request: Request) -> HTTPResponse:
        """What left for a number, from the one after `after` on."""
        number, after = request.args.get("number", ""), request.args.get("after", "0")
        if not after.isdecimal() or len(after) > 9:
            raise Problem(400, "Not a number", "`after` is how many texts you have.")
        left = await asyncio.to_thread(lambda: list(_left(self._folder, number)))
        return send_json({"texts": left[int(after) :]})

    async def enrol(self, request: Request) -> HTTPResponse:
        """The clinic enrols that number."""
        number = _read(EnrolmentIn, request).number
        here = clinic()
        consent = Consent("she herself, in the demonstration", clock.now(), words("consent"))
        newcomer = Newcomer("Demonstration", number, here.time_zone, consent, here.model_of_care)
        try:
            reference = await asyncio.to_thread(staff.enrol, OPERATOR, newcomer)
        except NightlightError as error:
            raise Problem(409, "Not enrolled", str(error)) from error
        return send_json({"reference": reference}, status=201)


def _read(kind: Any, request: Request) -> Any:
    try:
        return kind.model_validate_json(request.body)
    except ValidationError as error:
        first = error.errors()[0]
        raise Problem(422, "Not such a body", f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _left(folder: Path, number: str) -> Iterator[dict[str, Any]]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("[!.]*.json")]
    for text in sorted((t for t in found if t["to"] == number), key=lambda t: str(t["at"])):
        body = text["body"]
        yield {"at": text["at"], "body": body, "purpose": text["purpose"], "segments": segments(body)}


def add_phone(app: Sanic, channel: SmsChannel, settings: Settings) -> None:
    """Adds the telephone, where there may be one."""
    if is_wanted(settings):
        Phone(channel, settings).add_to(app)
