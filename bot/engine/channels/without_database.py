"""Who writes of danger while the database is down reads the lines all the same: the carrier is given them directly.

Everything else waits until the database is back; then what was said is put where it would have been.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from bot import clock
from bot.engine.channels.answering import Answering, as_said, is_danger
from bot.engine.channels.gate import Alarm, Gate, Inbound
from bot.enrolment import register
from bot.enrolment.register import SMS
from bot.handoff.alert import CrisisAlert
from bot.privacy.keys import keyed_hash
from bot.safety.verdict import KINDS
from bot.storage.models.text_message import Purpose
from bot.texting import book, inbox
from bot.texting.outgoing import Outgoing
from bot.texting.received import Received
from bot.texting.render import Said, render

MAX_REMEMBERED = 1_000  # texts; the oldest go first

Send = Callable[[Outgoing], str]

log = logging.getLogger(__name__)


@dataclass
class _Told:
    """What is said to one text, and which of it the carrier has, by idempotency key."""

    said: tuple[Said, ...]
    taken: dict[str, str] = field(default_factory=dict)


class WithoutDatabase:
    """Answers danger, and remembers what it said until that can be stored."""

    def __init__(self, gate: Gate, alarm: Alarm, answering: Answering, send: Send) -> None:
        """`send` gives a text to the carrier and returns its id there; whatever it raises, it is tried again."""
        self._gate = gate
        self._alarm = alarm
        self._answering = answering
        self._send = send
        self._told: OrderedDict[str, _Told] = OrderedDict()

    async def answer(self, received: Received, text: str) -> None:
        """Sends the lines to whoever writes of danger, once; does nothing else. Raises nothing."""
        try:
            await self._answer(received, text)
        except Exception as error:  # noqa: BLE001  it is tried again
            log.error("texts: %s could not be answered directly: %s", received.sid, type(error).__name__)

    async def _answer(self, received: Received, text: str) -> None:
        told = self._told.get(received.sid) or await self._say(received, text)
        for number, (body, danger) in enumerate(render(told.said, book.words("more")).texts):
            key = inbox.key_of(received.sid, number)
            if danger and key not in told.taken:
                await self._give(received, key, body, told)

    async def settled(self, received: Received) -> bool:
        """Whether `received` was answered so; then that is stored now. Raises `StorageUnavailable`."""
        told = self._told.get(received.sid)
        if told is None or not told.said:
            self._told.pop(received.sid, None)
            return False
        caller = await asyncio.to_thread(register.caller, received.phone)
        if caller.opted_out:
            await asyncio.to_thread(inbox.done, received.sid)
        else:
            await asyncio.to_thread(inbox.answer, caller.conversation_id, received.sid, told.said, False, told.taken)
        del self._told[received.sid]
        return True

    async def _say(self, received: Received, text: str) -> _Told:
        known = self._answering.known(received.phone)
        conversation_id = known.conversation_id if known else _nobodys(received.phone)
        said = await self._gate.pass_on(Inbound(conversation_id, received.sid, SMS, text, again=True))
        in_danger = is_danger(said)
        if in_danger and known is None:
            await self._say_who(received, conversation_id)
        told = _Told(tuple(as_said(said)) if in_danger and not (known and known.opted_out) else ())
        self._told[received.sid] = told
        while len(self._told) > MAX_REMEMBERED:
            self._told.popitem(last=False)
        return told

    async def _say_who(self, received: Received, conversation_id: str) -> None:
        """The care team must know whom to call: that conversation leads to no number."""
        alert = CrisisAlert(
            conversation_id=conversation_id,
            message_id=f"{received.sid}-from",
            kind=KINDS[0],
            channel=SMS,
            raised_at=clock.now(),
            text=f"[the text came from {received.phone}]",
            seen_by=("conversation",),
        )
        await asyncio.to_thread(self._alarm, alert)

    async def _give(self, received: Received, key: str, body: str, told: _Told) -> None:
        text = Outgoing(
            id=0, key=key, thread_id=0, enrolment_id=None, purpose=Purpose.DANGER, phone=received.phone, body=body
        )
        try:
            told.taken[key] = await asyncio.to_thread(self._send, text)
        except Exception as error:  # noqa: BLE001  whatever a carrier does, it is tried again
            log.error("texts: %s could not be sent directly: %s", key, type(error).__name__)


def _nobodys(phone: str) -> str:
    """The id of a conversation of which nobody can say whose it is, for as long as the database is down."""
    return f"sms-{keyed_hash(f'text without database {phone}')[:32]}"
