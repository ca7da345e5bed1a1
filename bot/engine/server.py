"""The server of the engine process: channels, the page, health."""

import asyncio
import logging
import traceback
from http.client import responses
from pathlib import Path

import httpx
from rasa.core.channels import channel as rasa_channels
from sanic import Sanic
from sanic.exceptions import PayloadTooLarge, SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.clinic import clinic
from bot.engine.channels.enrolments import EnrolmentChannel
from bot.engine.channels.gate import Gate
from bot.engine.channels.messages import MAX_BODY
from bot.engine.channels.phone import add_phone
from bot.engine.channels.problems import Problem, refused
from bot.engine.channels.rates import Rates
from bot.engine.channels.sms import SmsChannel
from bot.engine.channels.web import PATH, WebChannel
from bot.engine.site import Site
from bot.engine.turns import Engine
from bot.faq.channel import Refusal, channel_words
from bot.handoff.spool import spool
from bot.safety.screen import screen
from bot.safety.words import crisis_words
from bot.settings import Settings
from bot.storage.sessions import database_answers

log = logging.getLogger(__name__)
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Of an answer of the channel nothing is ever shown as a page.
DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
SECURITY_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
IN_PRODUCTION = {"Strict-Transport-Security": "max-age=31536000"}


def build(settings: Settings, model: Path) -> Sanic:
    """The application; its engine starts with it and loads `model` behind."""
    return application(settings, Engine(model, settings.actions_url))


def application(settings: Settings, engine: Engine) -> Sanic:
    """The application around `engine`, which starts with it."""
    # Built before the first request: in danger nobody waits for a file to be read.
    screen()
    crisis_words()
    channel_words()
    gate = Gate(engine, settings.turn_timeout, spool().append)
    rates = Rates(settings)
    channel = WebChannel(engine, gate, rates)
    app = Sanic("nightlight", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = MAX_BODY * 2
    app.config.FALLBACK_ERROR_FORMAT = "json"
    sms = SmsChannel(engine, spool().append, settings)
    rasa_channels.register([channel, sms, EnrolmentChannel(rates)], app, route="/webhooks/")
    app.register_listener(lambda *_: (engine.start(), channel.start()), "before_server_start")
    app.register_listener(lambda *_: sms.start(), "before_server_start")
    app.register_listener(lambda *_: channel.stop(), "before_server_stop")
    app.register_listener(lambda *_: engine.stop(), "after_server_stop")
    _add_headers(app, settings, channel)
    app.error_handler.add(Exception, _as_problem)
    Site(clinic(), channel.origins).add_to(app)
    add_phone(app, sms, settings)
    _add_health(app, engine, settings)
    return app


def _add_headers(app: Sanic, settings: Settings, channel: WebChannel) -> None:
    always = SECURITY_HEADERS | (IN_PRODUCTION if settings.production else {})

    async def secure(request: Request, response: HTTPResponse) -> None:
        is_data = request.path.startswith(PATH)
        more = {"Content-Security-Policy": DATA_POLICY if is_data else PAGE_POLICY}
        if is_data:
            more |= channel.origins.headers(request)
        for name, value in {**always, **more}.items():
            response.headers.setdefault(name, value)

    app.register_middleware(secure, "response")


async def _as_problem(request: Request, error: Exception) -> HTTPResponse:
    if isinstance(error, PayloadTooLarge):
        return refused(Refusal.TOO_LONG).response()
    if isinstance(error, SanicException):
        title = responses.get(error.status_code, "Error")
        return Problem(error.status_code, title, str(error), headers=getattr(error, "headers", None)).response()
    # Kind and place, not its words, which may be hers.
    [place] = traceback.extract_tb(error.__traceback__)[-1:]
    log.error("server: %s at %s:%s", type(error).__name__, place.filename, place.lineno)
    return refused(Refusal.FAILED).response()


def _add_health(app: Sanic, engine: Engine, settings: Settings) -> None:
    async def live(request: Request) -> HTTPResponse:
        return json({"live": True})

    async def ready(request: Request) -> HTTPResponse:
        state = {
            "engine": engine.ready,
            "actions": await _answers(f"http://127.0.0.1:{settings.actions_port}/health"),
            "database": await asyncio.to_thread(database_answers),
        }
        # Answers and crisis lines need the engine alone.
        return json(state, status=200 if state["engine"] else 503)

    app.add_route(live, "/health/live", name="live")
    app.add_route(ready, "/health/ready", name="ready")


async def _answers(url: str) -> bool:
    try:
        async with httpx.AsyncClient(timeout=1) as client:
            return (await client.get(url)).is_success
    except httpx.HTTPError:
        return False


def serve(settings: Settings, model: Path) -> None:
    """Serve until stopped."""
    build(settings, model).run(host=settings.host, port=settings.port, workers=1, access_log=False)
