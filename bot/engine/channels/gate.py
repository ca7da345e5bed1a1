"""What every inbound message passes, on the way in and on the way out.

In: cleaned, its Rasa syntax taken away, screened for danger. Out: what the engine said in
time; if the message was dangerous and the crisis lines are not in it, the gate gives them
itself and makes sure of the alert. A turn that takes longer goes on behind: what it says of
danger is looked at when it ends (`late.py`).
"""

import asyncio
import logging
import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot import clock
from bot.engine.channels.late import RAISED, Late
from bot.engine.channels.outbound import DANGER, NOTICE, Outbound, TypedOutput, one_set_of_buttons
from bot.engine.turns import Engine
from bot.handoff.alert import CrisisAlert
from bot.safety.screen import screen
from bot.safety.verdict import KINDS, Level, Verdict
from bot.safety.words import crisis_words
from bot.understanding.text import clean, is_other_script, letters, shorthand

log = logging.getLogger(__name__)
FAIL_SAFE = "fail_safe"
_COMMAND = re.compile(r"^/+\s*[\w.]+\s*(?:@[\d.]+)?\s*(?:\{.*\})?\s*$", re.DOTALL)
_RASA_COMMANDS = frozenset({"restart", "back", "start"})

Alarm = Callable[[CrisisAlert], None]
Turn = asyncio.Future[None]
Watch = Callable[["Inbound", list[Outbound]], None]


@dataclass(frozen=True)
class Inbound:
    """A message that a channel has proved: from whom, by which channel, and its id.

    `again` says that it may have had its turn before this process began.
    """

    conversation_id: str
    message_id: str
    channel: str
    text: str = field(repr=False)
    again: bool = False


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


def _log_failure(turn: Turn) -> None:
    """Say how `turn`, which has ended, failed, if it did."""
    if turn.cancelled():
        log.error("gate: the engine gave the turn up")
    elif error := turn.exception():
        log.error("gate: the engine failed: %s", _trace(error))


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
        self._late = Late()
        self._watches: list[Watch] = []

    def watch_late(self, watch: Watch) -> None:
        """Call `watch` with a message and what its turn said after its time-out, when that ends."""
        self._watches.append(watch)

    def owed(self, conversation_id: str) -> list[Outbound]:
        """What is owed to that conversation from late turns; the caller shows it, and it is owed no more."""
        return one_set_of_buttons(self._late.before(conversation_id, []))

    async def pass_on(self, inbound: Inbound) -> list[Outbound]:
        """The bot's answer to what she wrote: never empty, within the time-out, and with the lines in danger."""
        plain = clean(inbound.text)
        verdict = Verdict() if is_command(plain) else screen().read(plain.lstrip("/ "))
        text = readable(inbound.text)
        if not text and verdict.level == Level.NONE:
            return [self._own("unreadable", inbound.channel, NOTICE)]
        return await self._to_the_end(inbound, text or plain.lstrip("/ "), verdict)

    async def choose(self, inbound: Inbound) -> list[Outbound]:
        """The bot's answer to a button; `inbound.text` is its payload, which she was offered."""
        return await self._to_the_end(inbound, inbound.text, Verdict())

    async def _to_the_end(self, inbound: Inbound, text: str, verdict: Verdict) -> list[Outbound]:
        # Shielded: she may close the page while she waits, and the alert must be kept all the same.
        return await asyncio.shield(asyncio.ensure_future(self._turn(inbound, text, verdict)))

    async def _turn(self, inbound: Inbound, text: str, verdict: Verdict) -> list[Outbound]:
        output = TypedOutput(inbound.channel)
        take = self._engine.turn_again if inbound.again else self._engine.turn
        turn = asyncio.ensure_future(take(inbound.conversation_id, text, output, inbound.message_id))
        # Not cancelled after the time-out: what it does is kept, and the next message finds it done.
        await asyncio.wait({turn}, timeout=self._timeout)
        said = self._with_lines(output.take(), inbound.channel, verdict)
        is_told = self._make_sure(inbound, said, verdict)
        if turn.done():
            _log_failure(turn)
        else:
            log.error("gate: the engine took longer than %s s", self._timeout)
            turn.add_done_callback(lambda _: self._catch_up(turn, inbound, output.take(), said, is_told))
        said = said or [self._own("unavailable", inbound.channel, NOTICE)]
        return one_set_of_buttons(self._late.before(inbound.conversation_id, said))

    def _catch_up(self, turn: Turn, inbound: Inbound, late: list[Outbound], said: list[Outbound], told: bool) -> None:
        """Look at what a turn said after its time-out: `said` is what she has read, `told` whether an alert is kept."""
        _log_failure(turn)
        if not told:
            self._make_sure(inbound, late, Verdict())
        self._late.keep(inbound.conversation_id, late, said)
        for watch in self._watches:
            watch(inbound, late)

    def _with_lines(self, said: list[Outbound], channel: str, verdict: Verdict) -> list[Outbound]:
        """`said`, and the fail-safe text behind it where the screen saw what the engine did not answer."""
        if verdict.level == Level.DANGER:
            answered = any(message.type == DANGER for message in said)
        else:
            answered = bool(said) or verdict.level == Level.NONE
        if answered:
            return said
        return [*said, replace(self._own(FAIL_SAFE, channel, DANGER), kind=verdict.kind)]

    @staticmethod
    def _kind(said: list[Outbound], verdict: Verdict) -> str | None:
        """The kind of danger to tell the care team of, if there is any.

        The engine knows more than the screen: where it answered with the direct question, nobody is told yet.
        """
        named = [m.name.removeprefix("utter_") for m in said if m.type == DANGER]
        if FAIL_SAFE in named:
            return verdict.kind
        return next((name for name in named if name in KINDS), None)

    def _make_sure(self, inbound: Inbound, said: list[Outbound], verdict: Verdict) -> bool:
        """Keep the alert that `said` calls for and does not confirm; the worker brings it to the queue.

        Returns whether there was one to keep or confirm.
        """
        kind = self._kind(said, verdict)
        if kind and not any(m.name == RAISED for m in said):
            self._keep(inbound, kind, verdict)
        return kind is not None

    def _keep(self, inbound: Inbound, kind: str, verdict: Verdict) -> None:
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
        except Exception as error:  # noqa: BLE001  she is answered also when nothing can be kept
            log.critical("gate: an alert could not be kept: conversation %s: %s", alert.conversation_id, _trace(error))

    @staticmethod
    def _own(key: str, channel: str, kind: str) -> Outbound:
        return Outbound(type=kind, text=crisis_words()[key].on(channel), name=f"utter_{key}")
