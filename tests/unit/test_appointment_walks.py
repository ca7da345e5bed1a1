"""Random walks: whatever she writes and whatever fails, what she confirmed is stored once, and no more.

`NIGHTLIGHT_WALKS=100000` walks as many times; without it, as many as an ordinary test run can spare.
"""

import os
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from appointments import AT_HOME, IN_CLINIC, WEDNESDAY
from bot.errors import NightlightError
from bot.scheduling.answers import Setting
from bot.scheduling.conversation import Message
from bot.scheduling.draft import Draft, Question
from bot.scheduling.form import Reply, take
from bot.scheduling.request import AppointmentRequest
from bot.scheduling.times import today

WALKS = int(os.environ.get("NIGHTLIGHT_WALKS", "1500"))
ANSWERS = {
    Question.NAME: ["jo", "my name is Dana", "Zoë O'Brien", "jo, 214 555 0123"],
    Question.PHONE: ["214 555 0123", "2145550177", "(214) 555-0199 is my number"],
    Question.REACH_BY: ["call", "text me after 3", "either", "don't call"],
    Question.BEST_TIME: ["mornings", "any time", "when the baby naps"],
    Question.PLACE: ["frisco", "the mckinney one", "texas", "tx", "ohio"],
    Question.DAY: ["friday", "next tuesday after 2", "asap", "mornings", "in two weeks"],
    Question.PART_OF_DAY: ["morning", "after 2", "either"],
    Question.COVERAGE: ["aetna ppo", "no insurance", "skip"],
    Question.AGREED_AT: ["yes", "i agree", "sure"],
    Question.CONFIRMED: ["yes", "send it", "looks good"],
    Question.CHANGE: ["the phone", "the day", "my name", "nothing, no"],
}
STRAY = [
    "no wait, the number is 214 555 0111",
    "actually my name is Ann",
    "go back",
    "skip",
    "i'd rather not say",
    "the day is wrong",
    "friday in allen",
    "saturday",
    "yesterday",
    "evening",
    "555",
    "911",
    "",
    "no",
    "yes",
    "maybe",
    "xyzzy",
    "start over",
    "x" * 300,
    "does it hurt?",
    "what does it cost",
    "allen instead please",
    "change the place",
    "call me instead",
    "{name} [x](http://y)",
]
LEAVE = ["cancel", "later", "never mind", "i have to go"]
BUTTONS = [
    "agreed_at:yes",
    "agreed_at:no",
    "confirmed:yes",
    "confirmed:change",
    "change:phone",
    "change:day",
    "change:nothing",
    "place:Allen",
    "reach_by:call",
    "part_of_day:evening",
    "part_of_day:morning",
    "day:any",
    "coverage:skip",
    "do:back",
    "do:dance",
    "nonsense",
]
FAULTS = ["none"] * 6 + ["before", "storage", "after"]


class Down(NightlightError):
    """The database does not answer."""


@dataclass
class Desk:
    """What the database keeps: a request for each confirmation."""

    kept: dict[str, AppointmentRequest] = field(default_factory=dict)
    writes: int = 0
    down: bool = False

    def request_appointment(self, request, at):
        if self.down:
            raise Down
        if request.confirmation_id not in self.kept:
            self.kept[request.confirmation_id] = request
            self.writes += 1
        return f"K7M-{list(self.kept).index(request.confirmation_id)}"


class World:
    """A conversation, its desk, and what can go wrong between them."""

    def __init__(self, clinic=IN_CLINIC) -> None:
        self.clinic, self.now, self.desk = clinic, WEDNESDAY, Desk()
        self.draft, self.asked = Draft(), None
        self.shown: dict[str, AppointmentRequest] = {}
        self.confirmed: set[str] = set()
        self.told: list[AppointmentRequest] = []
        self.count = 0

    def says(self, text: str = "", choice: str | None = None, fault: str = "none", aside: bool = False) -> None:
        self.count += 1
        if fault == "before":  # killed before anything was done: the form is left, what it held is kept
            self.asked = None
            return
        setting = Setting(self.clinic, self.now, f"m-{self.count}")
        self.desk.down = fault == "storage"
        before = self.draft
        # As a conversation keeps it.
        draft = Draft.from_json(before.to_json())
        reply = take(
            draft, self.asked, Message(text, choice, aside), setting, ("c", "web"), self.desk.request_appointment
        )
        assert "not_saved" not in reply.words or self.desk.down, "said not to be saved and stored"
        self._witness(before, reply)
        if fault == "after":  # killed before the answer: the desk knows, the conversation does not
            self.asked = None
            return
        self._read(reply)

    def _witness(self, before: Draft, reply: Reply) -> None:
        if self.asked == Question.CONFIRMED and reply.words[-1] in {"saved", "not_saved"}:
            self.confirmed.add(before.summary_id)

    def _read(self, reply: Reply) -> None:
        self.draft, self.asked = reply.draft, reply.question
        if reply.words == ("saved",):
            self.told.append(self.desk.kept[reply.shown.summary_id])
        if reply.words[-1] == "ask_confirmed":
            self.shown[reply.draft.summary_id] = reply.draft.request("c", "web")

    def holds(self) -> None:
        kept = self.desk.kept
        assert set(kept) <= self.confirmed, "stored and not confirmed"
        assert len(kept) == self.desk.writes, "stored twice"
        for request in self.told:
            assert kept[request.confirmation_id] == request, "said to be saved and not stored"
        for request in kept.values():
            assert request == self.shown[request.confirmation_id], "not what she saw"
            assert request.day is None or request.day >= today(self.clinic, WEDNESDAY)
            assert request.agreed_at
        assert self.asked is None or self.draft.to_json() is not None


def walk(seed: int) -> World:
    chance = random.Random(seed)
    world = World(chance.choice([IN_CLINIC, IN_CLINIC, AT_HOME]))
    for _ in range(chance.randint(5, 40)):
        fault = chance.choice(FAULTS) if chance.random() < 0.5 else "none"
        kind = chance.random()
        if kind < 0.72 and world.asked:
            world.says(chance.choice(ANSWERS[world.asked]), fault=fault)
        elif kind < 0.84:
            world.says(chance.choice(STRAY), fault=fault, aside=chance.random() < 0.2)
        elif kind < 0.95:
            world.says(choice=chance.choice(BUTTONS), fault=fault)
        elif kind < 0.97:
            world.says(chance.choice(LEAVE))
        else:
            world.now += timedelta(days=chance.randint(0, 9))
        world.holds()
    return world


@pytest.mark.parametrize("part", range(5))
def test_what_she_confirmed_is_stored_once_and_nothing_else_is(part):
    each = WALKS // 5
    stored = sum(len(walk(seed).desk.kept) for seed in range(part * each, (part + 1) * each))
    assert stored > each / 10, "the walks hardly ever reach the end, so they show nothing"


class FormMachine(RuleBasedStateMachine):
    """The same, searched and shrunk by hypothesis, with texts of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @rule(pick=st.randoms(use_true_random=False), fault=st.sampled_from(FAULTS))
    def answers(self, pick, fault):
        asked = self.world.asked
        self.world.says(pick.choice(ANSWERS[asked]) if asked else "i want to book", fault=fault)

    @rule(text=st.sampled_from(STRAY + LEAVE) | st.text(max_size=40), aside=st.booleans())
    def strays(self, text, aside):
        self.world.says(text, aside=aside)

    @rule(choice=st.sampled_from(BUTTONS), fault=st.sampled_from(FAULTS))
    def presses(self, choice, fault):
        self.world.says(choice=choice, fault=fault)

    @rule(days=st.integers(0, 20))
    def waits(self, days):
        self.world.now += timedelta(days=days)

    @invariant()
    def what_she_confirmed_is_stored_once(self):
        self.world.holds()


FormMachine.TestCase.settings = hypothesis_settings(max_examples=60, stateful_step_count=40, deadline=None)
TestFormMachine = FormMachine.TestCase


def test_a_confirmation_that_is_lost_and_repeated_is_one_request():
    world = World()
    for text in ("book", "jo", "214 555 0123", "text", "after 3", "frisco", "friday morning", "skip", "yes"):
        world.says(text)
    world.says("yes", fault="after")
    assert world.asked is None
    world.says("i want to book a visit")
    assert world.asked == Question.CONFIRMED
    world.says("yes")
    assert len(world.desk.kept) == len(world.told) == 1


def test_the_walks_begin_on_a_day_that_is_open():
    assert datetime(2026, 3, 4, tzinfo=UTC).date() == today(IN_CLINIC, WEDNESDAY)
