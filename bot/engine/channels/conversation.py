"""One web conversation: its transcript, the buttons it was offered, the answers it was given."""

import asyncio
import json
import secrets
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

from bot import clock
from bot.engine.channels.messages import BOT, CARE_TEAM, MOTHER, Button, Json, Message, Source
from bot.engine.channels.outbound import ANSWER, FORM, LANGUAGE, Outbound, html
from bot.scheduling.inputs import input_for
from bot.storage.transcripts import Stored, Turn

MAX_TRANSCRIPT = 400  # messages
MAX_OFFERED = 1_000  # buttons
REMEMBERED_ANSWERS = 50
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Conversation:
    """One conversation. `lock` keeps its messages in order; `is_whole` says that all that is stored of it is here.

    Messages have rising numbers, and are handed out before they are stored. Where nobody could say how many there
    were, the numbers go on from one that is higher than any before: a client that has those misses nothing.
    """

    def __init__(self, conversation_id: str, is_whole: bool = True) -> None:
        self.id = conversation_id
        self.lock = asyncio.Lock()
        self.is_whole = is_whole
        self.has_ended = False
        self._transcript: list[Json] = []
        self._numbers = count(1 if is_whole else _beyond())
        self._topics: dict[int, str] = {}
        self._offered: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._answers: OrderedDict[str, list[Json]] = OrderedDict()
        self._joined: set[int] = set()  # rows of other processes
        self._watches: set[asyncio.Event] = set()
        self._uncut: list[Json] = []
        self._uncut_offers: dict[str, tuple[str, str]] = {}

    # --- what is said

    def hear(self, text: str, message_id: str) -> None:
        """Write down what she wrote."""
        self._write(self._message(sender=MOTHER, type="text", text=text, id=message_id))

    def say(self, said: Outbound) -> Json:
        """Write down what the bot says; returns it as the client gets it, its buttons with opaque ids."""
        offered = {secrets.token_urlsafe(9): button for button in said.buttons}
        self._offer(offered)
        self._uncut_offers |= offered
        message = self._message(
            sender=BOT,
            type=said.type,
            text=said.text,
            html=html(said.text),
            buttons=[Button(id=button, title=title) for button, (title, _) in offered.items()],
            sources=[Source(**source) for source in said.sources],
            review=said.review,
            rateable=said.type == ANSWER and said.topic is not None,
            kind=said.kind,
            input=input_for(said.name) if said.type == FORM else None,
        )
        if said.topic and message["rateable"]:
            self._topics[message["seq"]] = said.topic
        return self._write(message)

    def _message(self, **fields: Any) -> Json:
        at = clock.now().isoformat(timespec="seconds")
        return Message(seq=next(self._numbers), lang=LANGUAGE, at=at, **fields).model_dump(by_alias=True)

    def _write(self, message: Json) -> Json:
        self._transcript.append(message)
        self._uncut.append(message)
        self._shorten()
        self._call()
        return message

    def _shorten(self) -> None:
        for left in self._transcript[:-MAX_TRANSCRIPT]:
            self._topics.pop(left["seq"], None)
        del self._transcript[:-MAX_TRANSCRIPT]

    # --- what is known of it

    def after(self, seq: int) -> list[Json]:
        """The messages of both sides after the number `seq`, in order."""
        return [message for message in self._transcript if message["seq"] > seq]

    def topic(self, seq: int) -> str | None:
        """The topic of the answer with the number `seq`, if it may be rated."""
        return self._topics.get(seq)

    def offered(self, button_id: str) -> tuple[str, str] | None:
        """Title and payload of a button that this conversation was offered."""
        return self._offered.get(button_id)

    def answered(self, message_id: str) -> list[Json] | None:
        """The answer that the message `message_id` got, if it came before."""
        return self._answers.get(message_id)

    def remember(self, message_id: str, answer: list[Json]) -> None:
        """Keep the answer to `message_id`, so that a retry gets it again and nothing is done twice."""
        self._answers[message_id] = answer
        while len(self._answers) > REMEMBERED_ANSWERS:
            self._answers.popitem(last=False)

    def _offer(self, buttons: dict[str, tuple[str, str]]) -> None:
        self._offered |= buttons
        while len(self._offered) > MAX_OFFERED:
            self._offered.popitem(last=False)

    # --- who waits for news

    @contextmanager
    def watched(self) -> Iterator[asyncio.Event]:
        """Within the block the event is set when there is something new, or when the conversation ends."""
        news = asyncio.Event()
        self._watches.add(news)
        try:
            yield news
        finally:
            self._watches.discard(news)

    @property
    def watchers(self) -> int:
        """How many wait for news."""
        return len(self._watches)

    def end(self) -> None:
        """It is over: nothing of it is kept, and nobody waits for news of it any more."""
        self.has_ended = True
        self.forget()
        self._call()

    def _call(self) -> None:
        for news in self._watches:
            news.set()

    # --- what is stored

    def cut(self, message_id: str | None = None) -> Turn | None:
        """What was said since the last cut, to be stored; `message_id` is hers that it answers. None if nothing was."""
        said, offers, self._uncut, self._uncut_offers = self._uncut, self._uncut_offers, [], {}
        if not said or self.has_ended:
            return None
        seqs = [message["seq"] for message in said]
        turn = {
            "messages": [_kept(message) for message in said],
            "offered": offers,
            "topics": {seq: self._topics[seq] for seq in seqs if seq in self._topics},
            "id": message_id,
            "answer": [m["seq"] for m in self._answers.get(message_id or "", [])],
        }
        return Turn(self.id, seqs[0], json.dumps(turn), clock.now())

    def forget(self) -> None:
        """Drop both sides and all answers and buttons; the numbers go on, so that a client misses nothing."""
        for kept in (self._transcript, self._answers, self._offered, self._topics, self._uncut, self._uncut_offers):
            kept.clear()
        self.is_whole = True

    def restore(self, stored: Sequence[Stored]) -> list[tuple[int, int]]:
        """Take in what was stored before; returns the rows of other processes with the numbers that they get now."""
        turns = [turn for turn in stored if turn.first is not None]
        before = [message for turn in turns for message in self._turn(turn)]
        if not self._transcript:
            self._numbers = count(max((message["seq"] for message in before), default=0) + 1)
        known = {message["seq"] for message in self._transcript}
        self._transcript[:0] = [message for message in before if message["seq"] not in known]
        self._transcript.sort(key=lambda message: int(message["seq"]))
        self._shorten()
        self.is_whole = True
        return self.join([turn for turn in stored if turn.first is None])

    def _turn(self, stored: Stored) -> list[Json]:
        turn = json.loads(stored.said)
        given = count(stored.first or 0)
        messages = [self._shown({"seq": next(given), "at": _iso(stored.at), **m}) for m in turn["messages"]]
        self._offer({button: (title, payload) for button, (title, payload) in turn.get("offered", {}).items()})
        self._topics |= {int(seq): topic for seq, topic in turn.get("topics", {}).items()}
        if turn.get("id"):
            self.remember(turn["id"], [m for m in messages if m["seq"] in turn["answer"]])
        return messages

    def join(self, incoming: Sequence[Stored]) -> list[tuple[int, int]]:
        """Write down what other processes have added; returns each row with its number. Each is taken once."""
        given = []
        for stored in incoming:
            if stored.id in self._joined or self.has_ended:
                continue
            self._joined.add(stored.id)
            messages = [
                self._shown({"at": _iso(stored.at), **message, "seq": next(self._numbers)})
                for message in json.loads(stored.said)["messages"]
            ]
            self._transcript += messages
            given += [(stored.id, message["seq"]) for message in messages[:1]]
        self._shorten()
        if given:
            self._call()
        return given

    @staticmethod
    def _shown(kept: Json) -> Json:
        message = Message(**kept)
        if message.sender in {BOT, CARE_TEAM}:
            message.html = html(message.text)
        return message.model_dump(by_alias=True)


def _kept(message: Json) -> Json:
    """`message` without what is as ever, and without its HTML: that is made anew, by the rules of the day."""
    return {name: value for name, value in message.items() if name == "text" or (value and name != "html")}


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _beyond() -> int:
    """A number that no conversation reaches by counting: the seconds since this was written."""
    return int((clock.now() - _EPOCH).total_seconds())
