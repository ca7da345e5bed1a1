"""A mother who texts, and what leaves in answer. Imported as `texters`."""

import asyncio
import secrets
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bot import clock
from bot.enrolment import register
from bot.enrolment.states import State
from bot.handoff.alert import CrisisAlert
from bot.storage import enrolments, opt_outs, texts
from bot.storage.models import TextMessage
from bot.storage.sessions import transaction
from bot.texting import inbox
from bot.texting.received import Received
from enrolled import enrolled

_numbers = count(secrets.randbelow(9_000_000))


def new_number() -> str:
    """A number that nobody else in these tests has."""
    return f"+1214{next(_numbers) % 10_000_000:07d}"


@dataclass
class Texter:
    """Somebody with a telephone. `alerts` are those that the gate kept, `hurried` counts what was sent at once."""

    answering: Any
    alerts: list[CrisisAlert] = field(default_factory=list)
    phone: str = field(default_factory=new_number)
    hurried: int = 0
    read: list[TextMessage] = field(default_factory=list)
    sid: str = ""

    def hurry(self) -> None:
        self.hurried += 1

    def is_enrolled(self, state: State = State.ACTIVE) -> "Texter":
        """The clinic has enrolled her, and she is in that state."""
        enrolled(state, phone=self.phone)
        return self

    def texts(self, body: str, **more: Any) -> list[str]:
        """She texts `body`; the bodies of what leaves in answer."""
        self.sid = f"SM{secrets.token_hex(16)}"
        received = Received(self.sid, self.phone, body, clock.now(), **more)
        return self.brings(received)

    def brings(self, received: Received, again: bool = False) -> list[str]:
        """The carrier brings `received`; the bodies of what leaves in answer to it."""
        inbox.keep(received)
        asyncio.run(self.answering.answer(received, received.body, again))
        with transaction() as session:
            self.read = texts.of_key(session, received.sid)
        return [text.body for text in self.read]

    @property
    def conversation_id(self) -> str:
        return register.caller(self.phone).conversation_id

    @property
    def state(self) -> State | None:
        """Where her enrolment stands."""
        with transaction() as session:
            found = enrolments.of_phone(session, self.phone)
            return State(found.state) if found else None

    @property
    def opted_out(self) -> bool:
        """Whether her number is sent nothing."""
        with transaction() as session:
            return opt_outs.stands(session, self.phone)
