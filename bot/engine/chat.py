"""The bot in a terminal: the gate and the engine, without a server."""

import asyncio
import uuid
from pathlib import Path

import typer

from bot.engine.channels.gate import Gate, Inbound
from bot.engine.channels.outbound import Outbound
from bot.engine.logs import configure
from bot.engine.turns import Engine
from bot.handoff.spool import spool
from bot.safety.screen import screen
from bot.settings import Settings
from bot.texting.render import fitting, with_options

FIRST_PATIENCE = 120  # seconds for the model to load


def talk(model: Path, settings: Settings, channel: str) -> None:
    """Read lines, print answers in the wording of `channel`, until an empty line or Ctrl-D."""
    configure("ERROR")
    asyncio.run(_talk(model, settings, channel))


async def _talk(model: Path, settings: Settings, channel: str) -> None:
    screen()
    engine = Engine(model, settings.actions_url)
    engine.start()
    typer.echo("Loading ... (an empty line ends the chat; a number takes an option)", err=True)
    for _ in range(FIRST_PATIENCE * 10):
        if engine.ready:
            break
        await asyncio.sleep(0.1)
    gate = Gate(engine, settings.turn_timeout, spool().append)
    conversation = f"terminal-{uuid.uuid4()}"
    offered = _show(await gate.choose(_message(conversation, channel, "/greet")), channel)
    while text := await asyncio.to_thread(_ask):
        if text.isdecimal() and 0 < int(text) <= len(offered):
            said = await gate.choose(_message(conversation, channel, offered[int(text) - 1]))
        else:
            said = await gate.pass_on(_message(conversation, channel, text))
        offered = _show(said, channel)


def _message(conversation: str, channel: str, text: str) -> Inbound:
    return Inbound(conversation, str(uuid.uuid4()), channel, text)


def _ask() -> str:
    try:
        return input("you> ")
    except EOFError:
        return ""


def _show(said: list[Outbound], channel: str) -> list[str]:
    """Print the messages; returns the payloads of the options, in order."""
    offered: list[str] = []
    for message in said:
        titles = [title for title, _ in message.buttons]
        offered = [payload for _, payload in message.buttons] or offered
        if channel == "sms":
            typer.echo(f"\n{with_options(message.text, fitting(message.text, message.buttons))}\n")
        else:
            numbered = "".join(f"\n  {n} {title}" for n, title in enumerate(titles, start=1))
            typer.echo(f"\n{message.text}{numbered}\n")
    return offered
