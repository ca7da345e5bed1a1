"""What every inbound message passes, on the way in and on the way out.

In: cleaned, its Rasa syntax taken away, screened for danger. Out: if the message was
dangerous and the engine did not give the crisis lines, the gate gives them itself and
makes sure of the alert.
"""

import asyncio
import logging
import re
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot import clock
from bot.engine.channels.outbound import DANGER, NOTICE, Outbound, one_set_of_buttons
from bot.engine.turns import Engine
from bot.handoff.alert import CrisisAlert
from bot.safety.screen import screen
from bot.safety.verdict import KINDS, Level, Verdict
from bot.safety.words import crisis_words
from bot.understanding.text import clean, is_other_script, letters, shorthand

log = logging.getLogger(__name__)
RAISED = "utter_alert_raised"
FAIL_SAFE = "fail_safe"
_COMMAND = re.compile(r"^/+\s*[\w.]+\s*(?:@[\d.]+)?\s*(?:\{.*\})?\s*$", re.DOTALL)
_RASA_COMMANDS = frozenset({"restart", "back", "start"})

Alarm = Callable[[CrisisAlert], None]


@dataclass(frozen=True)
class Inbound:
    """A message that a channel has proved: from whom, by which channel, and its id."""

    conversation_id: str
    message_id: str
    channel: str
    text: str


def is_command(text: str) -> bool:
    """Whether `text` is Rasa's own syntax (`/restart`, `/intent{...}`) and nothing else."""
    named = text.lower().strip("/ ") in _RASA_COMMANDS
    return bool(_COMMAND.match(text)) and (named or "_" in text or "{" in text)


def readable(text: str) -> str:
    """`text` as the engine may read it; empty where there is nothing to read.

    A leading slash would be taken by Rasa for an intent: what is nothing but such a
    command is refused, from other text the slashes are taken away.
    """
    text = clean(text)
    if is_command(text):
        return ""
    text = text.lstrip("/ ")
    if is_other_script(text):
        return ""
    return text if letters(shorthand().spell_out(text)) or any(c.isdigit() for c in text) else ""


def _trace(error: BaseException) -> str:
    """Kind and place of `error` and of what caused it; not their texts, which may hold what she wrote."""
    chain: BaseException | None = error
    found = []
    while chain is not None:
        places = traceback.extract_tb(chain.__traceback__)[-1:]
        found.append(type(chain).__name__ + "".join(f" at {p.filename.rsplit('/', 1)[-1]}:{p.lineno}" for p in places))
        chain = chain.__cause__ or chain.__context__
    return " from ".join(found)


class Gate:
    """Stands between the channels and the engine."""

    def __init__(self, engine: Engine, timeout: float, spool: Alarm) -> None:
        """`timeout` in seconds is how long a turn may take; `spool` keeps an alert safe, without the database."""
        self._engine = engine
        self._timeout = timeout
        self._spool = spool

    async def pass_on(self, inbound: Inbound) -> list[Outbound]:
        """The bot's answer to what she wrote: never empty, within the time-out, and with the lines in danger."""
        plain = clean(inbound.text)
        verdict = Verdict() if is_command(plain) else screen().read(plain.lstrip("/ "))
        text = readable(inbound.text)
        if not text and verdict.level == Level.NONE:
            return [self._own("unreadable", inbound.channel, NOTICE)]
        return await self._turn(inbound, text or plain.lstrip("/ "), verdict)

    async def choose(self, inbound: Inbound) -> list[Outbound]:
        """The bot's answer to a button; `inbound.text` is its payload, which she was offered."""
        return await self._turn(inbound, inbound.text, Verdict())

    async def _turn(self, inbound: Inbound, text: str, verdict: Verdict) -> list[Outbound]:
        said = await self._within_time(
            self._engine.turn(inbound.conversation_id, text, inbound.channel, inbound.message_id)
        )
        danger = [m for m in said if m.type == DANGER]
        if verdict.level == Level.DANGER and not danger:
            said = danger = [self._own(FAIL_SAFE, inbound.channel, DANGER)]
        elif verdict.level == Level.CONCERN and not said:
            said = [self._own(FAIL_SAFE, inbound.channel, DANGER)]
        kind = self._kind(verdict, danger)
        if kind and not any(m.name == RAISED for m in said):
            self._make_sure(inbound, kind, verdict)
        return one_set_of_buttons(said) or [self._own("unavailable", inbound.channel, NOTICE)]

    async def _within_time(self, turn: Awaitable[list[Outbound]]) -> list[Outbound]:
        """What the engine says; nothing where it fails or takes too long, for then the gate speaks."""
        try:
            return await asyncio.wait_for(turn, self._timeout)
        except TimeoutError:
            log.error("gate: the engine took longer than %s s", self._timeout)
        except Exception as error:  # noqa: BLE001  whatever failed behind the gate, she is answered
            log.error("gate: the engine failed: %s", _trace(error))
        return []

    @staticmethod
    def _kind(verdict: Verdict, danger: list[Outbound]) -> str | None:
        """The kind of danger to tell the care team of, if there is any.

        The engine knows more than the screen: where it answered with the direct question, nobody is told yet.
        """
        named = [m.name.removeprefix("utter_") for m in danger]
        if FAIL_SAFE in named:
            return verdict.kind
        return next((name for name in named if name in KINDS), None)

    def _make_sure(self, inbound: Inbound, kind: str, verdict: Verdict) -> None:
        """Keep the alert that the action server has not confirmed; the worker brings it to the queue."""
        alert = CrisisAlert(
            conversation_id=inbound.conversation_id,
            message_id=inbound.message_id,
            kind=kind,
            channel=inbound.channel,
            raised_at=clock.now(),
            text=inbound.text,
            seen_by=verdict.seen_by or ("classifier",),
        )
        try:
            self._spool(alert)
        except Exception:
            log.critical("gate: an alert could not be kept: conversation %s", inbound.conversation_id, exc_info=True)

    @staticmethod
    def _own(key: str, channel: str, kind: str) -> Outbound:
        return Outbound(type=kind, text=crisis_words()[key].on(channel), name=f"utter_{key}")
