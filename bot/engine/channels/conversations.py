"""The web conversations that are open: transcript, offered buttons, answers already given.

In memory: what mothers write here is not kept on disk. A restart begins anew.
"""

import asyncio
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from bot.engine.channels.outbound import Outbound, html

MAX_OPEN = 5_000
MAX_TRANSCRIPT = 400
REMEMBERED_ANSWERS = 50


@dataclass
class Conversation:
    """One conversation. `lock` keeps its messages in order."""

    id: str
    transcript: list[dict[str, Any]] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _offered: dict[str, tuple[str, str]] = field(default_factory=dict)
    _answers: OrderedDict[str, list[dict[str, Any]]] = field(default_factory=OrderedDict)
    _count: int = 0

    def hear(self, text: str) -> None:
        """Write down what she wrote."""
        self._write(
            {"from": "mother", "type": "text", "text": text, "html": None, "buttons": [], "sources": [], "review": None}
        )

    def say(self, message: Outbound) -> dict[str, Any]:
        """Write down what the bot says; returns it as the client gets it, its buttons with opaque ids."""
        buttons = []
        for title, payload in message.buttons:
            button_id = secrets.token_urlsafe(9)
            self._offered[button_id] = (title, payload)
            buttons.append({"id": button_id, "title": title})
        return self._write(
            {
                "from": "bot",
                "type": message.type,
                "text": message.text,
                "html": html(message.text),
                "buttons": buttons,
                "sources": list(message.sources),
                "review": message.review,
            }
        )

    def _write(self, entry: dict[str, Any]) -> dict[str, Any]:
        self._count += 1
        numbered = {"seq": self._count, **entry}
        self.transcript.append(numbered)
        del self.transcript[:-MAX_TRANSCRIPT]
        return numbered

    def forget(self) -> None:
        """Drop both sides and all answers and buttons; the numbers go on, so that a client misses nothing."""
        self.transcript.clear()
        self._answers.clear()
        self._offered.clear()

    def offered(self, button_id: str) -> tuple[str, str] | None:
        """Title and payload of a button that this conversation was offered."""
        return self._offered.get(button_id)

    def answered(self, message_id: str) -> list[dict[str, Any]] | None:
        """The answer that the message `message_id` got, if it came before."""
        return self._answers.get(message_id)

    def remember(self, message_id: str, answer: list[dict[str, Any]]) -> None:
        """Keep the answer to `message_id`, so that a retry gets it again and nothing is done twice."""
        self._answers[message_id] = answer
        while len(self._answers) > REMEMBERED_ANSWERS:
            self._answers.popitem(last=False)


class Conversations:
    """The open conversations by id; the longest untouched ones go first."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Conversation] = OrderedDict()

    def begin(self) -> Conversation:
        """A new conversation with an id that cannot be guessed."""
        conversation = Conversation(secrets.token_urlsafe(18))
        self._open[conversation.id] = conversation
        while len(self._open) > MAX_OPEN:
            self._open.popitem(last=False)
        return conversation

    def find(self, conversation_id: str) -> Conversation | None:
        """The open conversation `conversation_id`."""
        found = self._open.get(conversation_id)
        if found:
            self._open.move_to_end(conversation_id)
        return found

    def end(self, conversation_id: str) -> None:
        """Forget it."""
        self._open.pop(conversation_id, None)
