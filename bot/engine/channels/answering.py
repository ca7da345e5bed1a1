"""What is done with one text: who wrote it, what she means by it, what is said, and what leaves.

Danger is read before everything else, and she who is in danger is answered whoever she is, but for one: to a number
that wants no texts nothing is sent, and the care team is told.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from bot import clock
from bot.engine.channels.gate import Alarm, Gate, Inbound
from bot.engine.channels.outbound import DANGER, Outbound
from bot.engine.turns import Engine
from bot.enrolment import register
from bot.enrolment.register import SMS, Caller
from bot.enrolment.states import State
from bot.errors import NightlightError
from bot.faq.compile import utter
from bot.handoff import desk
from bot.handoff.alert import CrisisAlert
from bot.safety.verdict import CONCERN, KINDS
from bot.scheduling.phrases import yes_or_no
from bot.storage.sessions import Conflict
from bot.texting import book, inbox, replies
from bot.texting.gsm import MAX_SEGMENTS, segments
from bot.texting.received import Received
from bot.texting.render import Said, fitting, plain
from bot.texting.words import Means, Reading, words

T = TypeVar("T")
Say = Sequence[Said]
Hurry = Callable[[], None]

OPT_OUT = "utter_opt_out"
HELP = "utter_help"
FORM = "form"
MORE_OF_IT = "tell me more"
CHANGE_VISIT = "/change_appointment"
TELL_AGAIN = timedelta(days=1)  # a number that is not enrolled
FORM_PATIENCE = 1.0  # seconds
MAX_KNOWN = 5_000  # numbers; the longest unheard ones go first

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """One text, and what is known of it: `text` is what is read, her last words too where they belong together."""

    received: Received
    text: str = field(repr=False)
    caller: Caller
    reading: Reading
    again: bool = False

    @property
    def conversation_id(self) -> str:
        """Her conversation."""
        return self.caller.conversation_id

    @property
    def inbound(self) -> Inbound:
        """The text as the gate takes it."""
        return Inbound(self.conversation_id, self.received.sid, SMS, self.text, self.again)


class Answering:
    """Answers one text after the other; `Texts` keeps those of one person in order."""

    def __init__(self, engine: Engine, gate: Gate, alarm: Alarm, carrier_answers: bool, hurry: Hurry) -> None:
        """`carrier_answers`: the carrier itself confirms its stop words. `hurry` sends what is of danger, now."""
        self._engine = engine
        self._gate = gate
        self._alarm = alarm
        self._carrier_answers = carrier_answers
        self._hurry = hurry
        self._known: OrderedDict[str, Caller] = OrderedDict()

    def known(self, phone: str) -> Caller | None:
        """Who wrote from that number when it was last asked for, if that was not long ago."""
        return self._known.get(phone)

    async def answer(self, received: Received, text: str, again: bool = False) -> None:
        """Does all that is to be done with `received`, once, also where it was begun before (`again`).

        Raises `StorageUnavailable`: then it must be answered again.
        """
        if again and await _work(inbox.is_answered, received.sid):
            await _work(inbox.done, received.sid)
            return
        caller = await self._caller(received.phone)
        asked = Asked(received, text, caller, self._reading(received, text), again)
        said, told = await self._said(asked)
        if said:
            await self.put_in(caller.conversation_id, received.sid, said, told)
        else:
            await _work(inbox.done, received.sid)

    async def _caller(self, phone: str) -> Caller:
        try:
            caller = await _work(register.caller, phone)
        except Conflict:
            caller = await _work(register.caller, phone)  # begun by another process just now
        self._known[phone] = caller
        self._known.move_to_end(phone)
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
        return caller

    async def put_in(self, conversation_id: str, sid: str, said: Say, told: bool = False) -> None:
        """Lets `said` leave."""
        await _work(inbox.answer, conversation_id, sid, _joined(said), told)
        if any(one.danger for one in said):
            self._hurry()

    async def say_late(self, inbound: Inbound, late: Sequence[Outbound]) -> None:
        """Lets leave what the bot said to `inbound` after its time, unless she wants no texts meanwhile."""
        try:
            await _work(inbox.add, inbound.conversation_id, f"{inbound.message_id}-late", as_said(late))
            self._hurry()
        except NightlightError as error:
            log.error("texts: late words to %s could not be kept: %s", inbound.message_id, type(error).__name__)

    @staticmethod
    def _reading(received: Received, text: str) -> Reading:
        acted = {"STOP": Means.STOP, "START": Means.START, "HELP": Means.HELP}.get(received.acted)
        if acted:
            return Reading(acted, by_carrier=True)
        read = words().read(received.body)
        # Danger in two parts: the second alone may look like anything.
        return Reading(Means.TALK) if text != received.body and not read.by_carrier else read

    async def _said(self, asked: Asked) -> tuple[Say, bool]:
        """What is said, and whether it tells a number that is not enrolled how to be."""
        member = asked.caller.member
        if asked.reading.means is Means.STOP and asked.reading.by_carrier:
            return await self._stopped_by_carrier(asked), False
        if asked.caller.opted_out:
            if asked.reading.means not in {Means.START, Means.YES}:
                return await self._only_listen(asked), False
            await self._start(asked)
            if member:
                return (), False
        if member is None:
            return await self._to_stranger(asked)
        if member.state is State.INVITED:
            return await self._to_invited(asked), False
        return await self._to_member(asked), False

    # --- who wants no texts, or wants them again

    async def _stopped_by_carrier(self, asked: Asked) -> Say:
        await self._stop(asked)
        return await self._only_listen(asked)

    async def _stop(self, asked: Asked) -> Say:
        confirmed = asked.reading.by_carrier and self._carrier_answers
        key = None if confirmed else asked.received.sid
        await _work(register.stop, asked.received.phone, asked.received.body, key)
        return ()

    async def _start(self, asked: Asked) -> None:
        """She is welcomed by ourselves, also where the carrier has said something: only we give the lines."""
        await _work(register.start, asked.received.phone, asked.received.body, asked.received.sid)

    async def _only_listen(self, asked: Asked) -> Say:
        """Nothing is sent to her; what is dangerous is still told to the care team."""
        said = await self._listen(asked)
        if any(one.name == utter(CONCERN) for one in said):
            # She cannot be asked whether she means it, so it counts as if she did.
            await self._alert(asked)
        return ()

    async def _alert(self, asked: Asked) -> None:
        alert = CrisisAlert(
            conversation_id=asked.conversation_id,
            message_id=asked.received.sid,
            kind=KINDS[0],
            channel=SMS,
            raised_at=clock.now(),
            text=asked.text,
            seen_by=("conversation",),
        )
        await _work(self._alarm, alert)

    # --- who is not enrolled, or has not agreed yet

    async def _to_stranger(self, asked: Asked) -> tuple[Say, bool]:
        said = await self._listen(asked)
        if is_danger(said):
            return as_said(said), False
        if self._wants_none(asked, said):
            return await self._stop(asked), False
        told = asked.caller.told_at
        if told and asked.received.at - told < TELL_AGAIN:
            return (), False
        return (Said(inbox.words("not_enrolled")),), True

    async def _to_invited(self, asked: Asked) -> Say:
        received, reading = asked.received, asked.reading
        yes = yes_or_no(received.body)
        if reading.means in {Means.START, Means.YES} or reading.number == 1:
            return await self._agree(asked)
        if reading.number == 2:
            return await self._decline(asked)
        said = await self._listen(asked)
        if is_danger(said):
            return as_said(said)
        if self._wants_none(asked, said):
            return await self._stop(asked)
        if reading.means is Means.HELP:
            return (Said(inbox.words("help")),)
        if yes is not None:
            return await self._agree(asked) if yes else await self._decline(asked)
        return (Said(inbox.words("not_answered")),)

    async def _agree(self, asked: Asked) -> Say:
        await _work(register.agree, asked.received.phone, asked.received.body, asked.received.sid)
        return ()

    async def _decline(self, asked: Asked) -> Say:
        await _work(register.decline, asked.received.phone, asked.received.body, asked.received.sid)
        return ()

    async def _listen(self, asked: Asked) -> list[Outbound]:
        """What the bot would say; of what is no danger nothing is kept of who is not enrolled or has not agreed."""
        said = await self._gate.pass_on(asked.inbound)
        member = asked.caller.member
        if not is_danger(said) and (member is None or member.state is State.INVITED):
            self._engine.forget(asked.conversation_id)
        return said

    # --- who is enrolled

    async def _to_member(self, asked: Asked) -> Say:
        if asked.received.pictures and not asked.received.body.strip():
            return (Said(inbox.words("picture")),)
        said = await self._meant(asked)
        note = (Said(inbox.words("picture_too")),) if asked.received.pictures and said else ()
        return (*said, *note)

    async def _meant(self, asked: Asked) -> Say:
        means = asked.reading.means
        if means is Means.HELP:
            return await self._help(asked)
        if means is Means.START:
            return (Said(book.words("welcome")),)
        if means is Means.NUMBER:
            return await self._number(asked)
        if means in {Means.CALL, Means.MORE, Means.CHANGE}:
            return await self._command(asked)
        return await self._talk(asked)

    async def _help(self, asked: Asked) -> Say:
        """The lines, the clinic and how to reach it; but as the answer to "are you thinking of ...?" it is no no."""
        said = await self._gate.pass_on(asked.inbound)
        if is_danger(said):
            return as_said(said)
        asks = [one for one in said if one.type == FORM]
        return (Said(inbox.words("help")), *as_said(asks))

    async def _number(self, asked: Asked) -> Say:
        options = await _work(replies.offered, asked.conversation_id)
        picked = (asked.reading.number or 0) - 1
        if picked >= len(options):
            # In a form it may be an answer ("2" for a time), and one to the question whether she is in danger.
            said = await self._gate.pass_on(asked.inbound)
            is_used = is_danger(said) or any(one.type == FORM for one in said)
            return as_said(said) if is_used else (Said(inbox.words("no_such_option")),)
        _, payload = options[picked]
        inbound = Inbound(asked.conversation_id, asked.received.sid, SMS, payload, asked.again)
        return as_said(await self._gate.choose(inbound))

    async def _command(self, asked: Asked) -> Say:
        means = asked.reading.means
        if means is Means.MORE and await _work(inbox.more, asked.conversation_id, asked.received.sid):
            return ()
        if await self._in_form(asked.conversation_id):
            return await self._talk(asked)
        if means is Means.CALL:
            return await self._call(asked)
        inbound = asked.inbound
        if means is Means.CHANGE:
            return as_said(await self._gate.choose(_with_text(inbound, CHANGE_VISIT)))
        return as_said(await self._gate.pass_on(_with_text(inbound, MORE_OF_IT)))

    async def _call(self, asked: Asked) -> Say:
        received = asked.received
        try:
            await _work(desk.ask_for_call, asked.conversation_id, received.sid, SMS, received.body)
        except NightlightError as error:
            log.error("texts: a call could not be asked for: %s", type(error).__name__)
            return (Said(inbox.words("call_not_asked")),)
        return (Said(inbox.words("call_asked")),)

    async def _in_form(self, conversation_id: str) -> bool:
        try:
            return await asyncio.wait_for(self._engine.in_form(conversation_id), FORM_PATIENCE)
        except Exception as error:  # noqa: BLE001  the engine may be down, or slow
            log.warning("texts: it is not known whether a form is open: %s", type(error).__name__)
            return False

    async def _talk(self, asked: Asked) -> Say:
        """Her own words, which may mean that she wants no more texts."""
        in_form = asked.reading.means is Means.PERHAPS_STOP and await self._in_form(asked.conversation_id)
        said = await self._gate.pass_on(asked.inbound)
        if is_danger(said):
            return as_said(said)
        if self._wants_none(asked, said) and not in_form:
            return await self._stop(asked)
        rest = [one for one in said if one.name != OPT_OUT]
        # The classifier takes it for an opt-out, and the words alone do not say that it is one.
        unsure = (Said(inbox.words("if_no_more")),) if len(rest) < len(said) else ()
        return (*as_said(rest), *unsure)

    @staticmethod
    def _wants_none(asked: Asked, said: Sequence[Outbound]) -> bool:
        """Whether she wants no more texts, by her words alone or by what the classifier makes of them (`said`)."""
        if asked.reading.means in {Means.STOP, Means.PERHAPS_STOP}:
            return True
        return any(one.name == OPT_OUT for one in said) and bool(words().confirms(asked.text))


def _with_text(inbound: Inbound, text: str) -> Inbound:
    return Inbound(inbound.conversation_id, inbound.message_id, inbound.channel, text, inbound.again)


def is_danger(said: Sequence[Outbound]) -> bool:
    """Whether there are words of danger in `said`."""
    return any(one.type == DANGER for one in said)


def as_said(said: Sequence[Outbound]) -> list[Said]:
    """`said` as it is made into texts, words of danger first: each leaves by itself."""
    made = [Said(one.text, one.buttons, one.type == DANGER) for one in said if one.text.strip()]
    return sorted(made, key=lambda one: not one.danger)


def _joined(said: Say) -> list[Said]:
    """`said` in as few texts as it goes in; words of danger stay by themselves."""
    joined: list[Said] = []
    for one in said:
        last = joined[-1] if joined else None
        if last and not last.danger and not last.options and not one.danger:
            both = Said(f"{plain(last.text)}\n{plain(one.text)}", one.options)
            if _fits(both):
                joined[-1] = both
                continue
        joined.append(one)
    return joined


def _fits(said: Said) -> bool:
    return segments(said.text) <= MAX_SEGMENTS and fitting(said.text, said.options) == tuple(said.options)


async def _work(work: Callable[..., T], *arguments: Any) -> T:
    """`work` in a thread: databases are waited for."""
    return await asyncio.to_thread(work, *arguments)
