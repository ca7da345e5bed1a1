"""The server of the engine process: channels, the page, health."""

import asyncio
import logging
import traceback
from http.client import responses
from pathlib import Path

import httpx
from rasa.core.channels import channel as rasa_channels
from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json
from sanic.response import file as send_file

from bot.engine.channels.enrolments import EnrolmentChannel
from bot.engine.channels.gate import Gate
from bot.engine.channels.phone import add_phone
from bot.engine.channels.sms import SmsChannel
from bot.engine.channels.web import MAX_BODY, Problem, WebChannel
from bot.engine.turns import Engine
from bot.handoff.spool import spool
from bot.safety.screen import screen
from bot.safety.words import crisis_words
from bot.settings import ROOT, Settings
from bot.storage.sessions import database_answers

log = logging.getLogger(__name__)
PAGE = ROOT / "widget"
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


def build(settings: Settings, model: Path) -> Sanic:
    """The application; its engine starts with it and loads `model` behind."""
    # Built before the first request: in danger nobody waits for a file to be read.
    screen()
    crisis_words()
    engine = Engine(model, settings.actions_url)
    gate = Gate(engine, settings.turn_timeout, spool().append)
    app = Sanic("nightlight", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = MAX_BODY * 2
    app.config.FALLBACK_ERROR_FORMAT = "json"
    sms = SmsChannel(engine, spool().append, settings)
    rasa_channels.register([WebChannel(engine, gate), sms, EnrolmentChannel()], app, route="/webhooks/")
    app.register_listener(lambda *_: engine.start(), "before_server_start")
    app.register_listener(lambda *_: sms.start(), "before_server_start")
    app.register_middleware(_secure, "response")
    app.error_handler.add(Exception, _as_problem)
    _add_page(app)
    add_phone(app, sms, settings)
    _add_health(app, engine, settings)
    return app


async def _secure(request: Request, response: HTTPResponse) -> None:
    response.headers.update(SECURITY_HEADERS)


async def _as_problem(request: Request, error: Exception) -> HTTPResponse:
    if isinstance(error, SanicException):
        return Problem(error.status_code, responses.get(error.status_code, "Error"), str(error)).response()
    # Kind and place, not its words, which may be hers.
    [place] = traceback.extract_tb(error.__traceback__)[-1:]
    log.error("server: %s at %s:%s", type(error).__name__, place.filename, place.lineno)
    return Problem(500, "Internal Server Error", "Something failed here. Please try again.").response()


def _add_page(app: Sanic) -> None:
    # Named one by one: nothing else in the folder is ever served.
    files = {path.name: path for path in PAGE.glob("*.*") if path.suffix in _TYPES}

    async def page(request: Request, name: str = "index.html") -> HTTPResponse:
        if name not in files:
            return Problem(404, "Not found", "There is no such page.").response()
        return await send_file(files[name], mime_type=_TYPES[files[name].suffix])

    app.add_route(page, "/", name="page")
    app.add_route(page, "/<name>", name="page_file")


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
