"""Many mothers text at once, Twilio repeats itself and fails, processes are killed: who got what, in what order?

`make soak` runs the whole of it (10,000 texts of 500 numbers) and writes bench/texts.json;
`tests/integration/test_texts_under_load.py` runs a small one. Twilio is tests/twilio_stand_in.py, a real server.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from bot.enrolment.states import Cause, State
from bot.settings import ROOT
from bot.storage import enrolments
from bot.storage.models import HandOff, HandOffMessage, InboundText, TextMessage
from bot.storage.sessions import StorageUnavailable, transaction
from enrolled import newcomer
from running import Nightlight, environment, published_model
from twilio_stand_in import (
    ACCOUNT,
    BROKEN,
    BUSY,
    NUMBER,
    REPORTS,
    TAKE,
    TAKE_AND_DROP,
    Refusal,
    Twilio,
    new_sid,
    signature,
    twilio,
)

CARRIERS_STOP, HER_STOP, START, DANGER, QUESTION, STRANGER = (
    "stop",
    "her stop",
    "start",
    "danger",
    "question",
    "stranger",
)

QUESTIONS = {
    "can i drive after my session": "Don't drive until the next day",
    "is ketamine therapy legal": "It is legal when a licensed clinician",
    "are you a robot": "I'm an automated assistant, not a person",
    "HELP": "Cedar Lane. In danger: call 911",
    "thank you so much": "You are welcome",
}
IN_DANGER = {
    "i want to die": "I'm glad you told me. Please reach a person now",
    "i am going to kill myself tonight": "I'm glad you told me. Please reach a person now",
    "my husband hits me": "You don't deserve this. In danger now",
}
FAIL_SAFE = "Please reach a person now: call 911"
TOLD = "I have also told the care team"
NOT_ENROLLED = "Cedar Lane: this line is for people"
FAREWELL = "You will get no more texts"
WELCOME = "You get texts from Cedar Lane now"


Front = Callable[[str], AbstractContextManager[str]]


@dataclass(frozen=True)
class Plan:
    """How much of what there is."""

    texts: int = 10_000
    numbers: int = 500
    kills: int = 12  # of the engine and the worker, by turns
    seed: int = 7
    clients: int = 16
    repeated: float = 0.1  # the share of texts that the carrier brings twice
    patience: float = 1_800.0  # seconds until all must be answered

    @property
    def each(self) -> int:
        """How many texts a number sends."""
        return max(1, self.texts // self.numbers)


@dataclass
class Sender:
    """One number: what she texts, and what must leave for it, in order."""

    phone: str
    enrolled: bool
    sends: list[tuple[str, str, str]] = field(default_factory=list)  # sid, body, what it is
    expected: list[tuple[str, str]] = field(default_factory=list)  # sid, how the text begins or what is in it
    before_stop: list[int] = field(default_factory=list)  # how many of `expected` stand before each opt-out
    out: bool = False
    told: bool = False

    def plan(self, chance: random.Random, count: int) -> None:
        """Makes up `count` texts."""
        for _ in range(count):
            roll = chance.random()
            if self.out and roll < 0.3:
                self._add("START", START)
            elif not self.out and self.enrolled and roll < 0.02:
                self._add(chance.choice(["STOP", "stop", "Quit"]), CARRIERS_STOP)
            elif not self.out and self.enrolled and roll < 0.04:
                self._add(chance.choice(["please stop texting me", "leave me alone"]), HER_STOP)
            elif roll < 0.15:
                self._add(chance.choice(list(IN_DANGER)), DANGER)
            else:
                self._add(chance.choice(list(QUESTIONS)), QUESTION)

    def _add(self, body: str, kind: str) -> None:
        sid = new_sid()
        self.sends.append((sid, body, kind))
        if kind in (CARRIERS_STOP, HER_STOP):
            self.before_stop.append(len(self.expected))
            self.out = True
            self.expected += [(sid, FAREWELL)] if kind == HER_STOP else []
        elif kind == START:
            self.out = False
            self.expected.append((sid, WELCOME))
        elif self.out:
            return  # nothing leaves; of danger the care team is told
        elif kind == DANGER:
            self.expected += [(sid, IN_DANGER[body]), (sid, TOLD)]
        elif self.enrolled:
            self.expected.append((sid, QUESTIONS[body]))
        elif not self.told:
            self.told = True
            self.expected.append((sid, NOT_ENROLLED))


class Soak(Nightlight):
    """Nightlight with the stand-in as its carrier; its processes can be killed and come again."""

    def __init__(self, folder: Path, stand_in: Twilio, database: str = "") -> None:
        super().__init__(folder, published_model())
        self.variables |= {
            **stand_in.variables,
            "NIGHTLIGHT_PUBLIC_URL": self.address,
            "NIGHTLIGHT_DELIVERY_TIMEOUT": "10",
            "NIGHTLIGHT_LOG_LEVEL": "INFO",
            "DATABASE_URL": database,
        }

    def command(self, name: str) -> list[str]:
        """What is run as the process `name`."""
        if name == "worker":
            return [sys.executable, str(ROOT / "tests" / "soak" / "worker.py")]
        return super().command(name)

    def again(self, name: str) -> None:
        """Kills a process at once and starts it anew; does not wait for it."""
        self.kill(name)
        self.launch(name)


def moods(chance: random.Random) -> Any:
    """Twilio on a middling day: at the first attempt it is sometimes busy, broken, or gone after it took a text."""

    def mood(to: str, body: str, number: int) -> str | Refusal:
        if chance.random() > 0.05:
            return TAKE
        return chance.choice([BUSY, BROKEN, TAKE_AND_DROP])

    return mood


@contextmanager
def in_the_way(started: Soak, plan: Plan, done: threading.Event) -> Iterator[list[str]]:
    """Within the block processes are killed at random moments; yields which."""
    chance, killed = random.Random(plan.seed), []

    def work() -> None:
        for number in range(plan.kills):
            if done.wait(chance.uniform(3, 12)):
                return
            name = ("worker", "engine")[number % 2]
            started.again(name)
            killed.append(name)
            # A machine that only ever starts answers nobody.
            while name == "engine" and not done.wait(0.5) and not started.answers("/health/ready"):
                pass

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield killed
    finally:
        done.set()
        thread.join()


class Posting:
    """Brings texts as Twilio does: one number's in their order, each until it is taken, some of them twice."""

    def __init__(self, started: Soak, plan: Plan) -> None:
        path = "/webhooks/sms/messages"
        self._signed_for, self._url = started.variables["NIGHTLIGHT_PUBLIC_URL"] + path, started.address + path
        # Not one for each text: to make one costs more than the request.
        self._http = httpx.Client(timeout=30)
        self._plan = plan
        self.seconds: list[float] = []
        self.retries = 0
        self._lock = threading.Lock()

    def all_of(self, senders: list[Sender]) -> None:
        """Brings everything that `senders` send."""
        with ThreadPoolExecutor(self._plan.clients) as pool:
            list(pool.map(self._one, senders))

    def _one(self, sender: Sender) -> None:
        chance = random.Random(sender.phone)
        for sid, body, _ in sender.sends:
            self._bring(sender.phone, body, sid)
            if chance.random() < self._plan.repeated:
                self._bring(sender.phone, body, sid)

    def _bring(self, phone: str, body: str, sid: str) -> None:
        form = {"MessageSid": sid, "From": phone, "To": NUMBER, "Body": body, "NumMedia": "0", "AccountSid": ACCOUNT}
        headers = {"X-Twilio-Signature": signature(self._signed_for, form)}
        while True:
            began = time.monotonic()
            try:
                status = self._http.post(self._url, data=form, headers=headers).status_code
            except httpx.HTTPError:
                status = 0
            with self._lock:
                self.seconds += [time.monotonic() - began] if status == 200 else []
                self.retries += status != 200
            if status == 200:
                return
            time.sleep(0.5)


def reporting(stand_in: Twilio, chance: random.Random, done: threading.Event) -> threading.Thread:
    """Reports what becomes of some of the texts: in any order, some twice."""

    def work() -> None:
        reported = 0
        while not done.wait(0.2):
            for sent in stand_in.sent[reported:]:
                reported += 1
                if chance.random() < 0.2:
                    said = [*REPORTS, chance.choice(REPORTS)]
                    chance.shuffle(said)
                    with suppress(httpx.HTTPError):
                        stand_in.reports_all(sent, said)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


@contextmanager
def begun(folder: Path, database: str = "", front: Front | None = None) -> Iterator[tuple[Soak, Twilio]]:
    """Nightlight and its carrier, all processes running; `front` stands between them, under its own address."""
    with twilio() as stand_in, ExitStack() as stack:
        started = Soak(folder, stand_in, database)
        if front:
            started.variables["NIGHTLIGHT_PUBLIC_URL"] = stack.enter_context(front(started.address))
        started.migrate()
        try:
            started.start("engine", "actions")
            started.launch("worker")
            yield started, stand_in
        finally:
            started.stop()


def soak(plan: Plan, started: Soak, stand_in: Twilio) -> dict[str, Any]:
    """Runs `plan`, and returns what came out; `faults` is empty if everybody got what she must get, in order."""
    chance = random.Random(plan.seed)
    stand_in.mood = moods(chance)
    return _run(plan, started, stand_in, enrol(started, plan, chance), chance)


def enrol(started: Soak, plan: Plan, chance: random.Random) -> list[Sender]:
    """The numbers, nine in ten of them enrolled and active."""
    senders = [Sender(f"+1214{2_000_000 + n:07d}", n % 10 != 9) for n in range(plan.numbers)]
    for sender in senders:
        sender.plan(chance, plan.each)
    _activate(started, [sender for sender in senders if sender.enrolled])
    return senders


def _activate(started: Soak, senders: list[Sender]) -> None:
    with environment(started.variables):
        for sender in senders:
            with transaction() as session:
                made = enrolments.add(session, newcomer(phone=sender.phone), Cause.CLINIC, datetime.now(UTC))
                enrolments.move(session, made, State.ACTIVE, Cause.ANSWER, "1", datetime.now(UTC))


def _run(plan: Plan, started: Soak, stand_in: Twilio, senders: list[Sender], chance: random.Random) -> dict[str, Any]:
    done, began = threading.Event(), time.monotonic()
    posting = Posting(started, plan)
    reports = reporting(stand_in, chance, done)
    with in_the_way(started, plan, done) as killed:
        posting.all_of(senders)
        posted = time.monotonic() - began
        waited = _wait_until_answered(plan, started)
    done.set()
    reports.join(10)
    with environment(started.variables):
        faults = [] if waited else [f"not everything was answered within {plan.patience:.0f} s: {_waiting()}"]
        faults += [fault for sender in senders for fault in check(sender, stand_in)]
    taken = sum(len(sender.sends) for sender in senders)
    return {
        "texts": taken,
        "numbers": len(senders),
        "texts_out": len(stand_in.sent),
        "danger": sum(kind == DANGER for sender in senders for _, _, kind in sender.sends),
        "opt_outs": sum(kind in (CARRIERS_STOP, HER_STOP) for sender in senders for _, _, kind in sender.sends),
        "killed": dict(Counter(killed)),
        "retries_of_the_carrier": posting.retries,
        "refused_by_the_carrier": len(stand_in.refused),
        "seconds_until_all_were_taken": round(posted, 1),
        "seconds_until_all_were_answered": round(time.monotonic() - began, 1),
        "webhook_p50_ms": round(1000 * statistics.median(posting.seconds), 1),
        "webhook_p95_ms": round(1000 * percentile(posting.seconds, 95), 1),
        "faults": faults,
    }


def latency(started: Soak, stand_in: Twilio, numbers: int = 16, each: int = 10) -> list[float]:
    """How long the carrier waited for each answer, in seconds, while `numbers` mothers text at the same time."""
    plan = Plan(texts=numbers * each, numbers=numbers, clients=numbers, repeated=0)
    posting = Posting(started, plan)
    senders = [Sender(f"+1214{3_000_000 + n:07d}", False) for n in range(numbers)]
    chance = random.Random(plan.seed)
    for sender in senders:
        sender.sends = [(new_sid(), chance.choice(list(QUESTIONS)), QUESTION) for _ in range(each)]
    _activate(started, senders)
    posting.all_of(senders)
    return posting.seconds


def percentile(values: list[float], share: int) -> float:
    """That percentile of `values`."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share / 100))]


def _wait_until_answered(plan: Plan, started: Soak) -> bool:
    end, spool = time.monotonic() + plan.patience, Path(started.variables["NIGHTLIGHT_VAR"]) / "spool"
    with environment(started.variables):
        while time.monotonic() < end:
            with suppress(StorageUnavailable):
                if _waiting() == (0, 0) and not any("lock" not in p.name for p in spool.glob("*")):
                    return True
            time.sleep(0.5)
    return False


def _waiting() -> tuple[int, int]:
    """How many texts are not answered, and how many have not left."""
    with transaction() as session:
        inbound = select(func.count(InboundText.id)).where(InboundText.answered_at.is_(None))
        outbound = select(func.count(TextMessage.id)).where(TextMessage.state == "waiting")
        return session.execute(inbound).scalar_one(), session.execute(outbound).scalar_one()


def check(sender: Sender, stand_in: Twilio) -> list[str]:
    """What is wrong with what left for `sender`.

    Words of danger do not wait for a text that the carrier has refused and that is to be tried again: they may overtake
    it, and are overtaken by nothing.
    """
    got, faults = stand_in.to(sender.phone), []
    for danger in (True, False):
        left = [body for body in got if _is_danger(body) == danger]
        due = [(n, sid, words) for n, (sid, words) in enumerate(sender.expected) if _is_danger(words) == danger]
        faults += _in_order(sender, left, due)
    late = [n for n, body in enumerate(got) if _is_danger(body) and n > _place(sender, got, n)]
    faults += (
        []
        if sender.before_stop
        else [f"{sender.phone}: the words of danger came behind what was written later"]
        if late
        else []
    )
    unknown = [sid for sid, _, kind in sender.sends if kind == DANGER and not _known(sid)]
    return faults + [f"{sender.phone}: the care team was not told of danger"] * len(unknown)


def _in_order(sender: Sender, left: list[str], due: list[tuple[int, str, str]]) -> list[str]:
    place = 0
    for number, sid, words in due:
        if place < len(left) and left[place].startswith((words, FAIL_SAFE) if _is_danger(words) else words):
            place += 1
        elif words == TOLD:  # said only where the alert was stored in time; that there is one is looked at apart
            continue
        elif number not in _may_be_withheld(sender):
            said = left[place][:40] if place < len(left) else "nothing"
            return [f"{sender.phone}: {words!r} was due, and there was {said!r}"]
        elif _is_danger(words) and not _known(f"lost-{sid}"):
            return [f"{sender.phone}: words of danger were withheld and nobody was told"]
    return [f"{sender.phone}: {len(left) - place} too many, {left[place][:40]!r}"] if place < len(left) else []


def _place(sender: Sender, got: list[str], at: int) -> int:
    """Where the words of danger at that place stand among what is expected: they are the n-th of theirs."""
    nth = sum(_is_danger(body) for body in got[: at + 1])
    places = [n for n, (_, words) in enumerate(sender.expected) if _is_danger(words)]
    return places[min(nth, len(places)) - 1]


def _is_danger(words: str) -> bool:
    return words.startswith((FAIL_SAFE, *IN_DANGER.values()))


def _may_be_withheld(sender: Sender) -> set[int]:
    """What had not left when she said STOP does not leave any more."""
    return {n for stop in sender.before_stop for n in range(max(0, stop - 12), stop)}


def _known(message_id: str) -> bool:
    """Whether there is an alert of that message, or of what became of the answer to it."""
    with transaction() as session:
        query = select(HandOffMessage.id).join(HandOff, HandOff.id == HandOffMessage.hand_off_id)
        return session.execute(query.where(HandOffMessage.message_id.startswith(message_id))).first() is not None


def main() -> None:
    """Runs the whole of it."""
    usual = Plan()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=usual.texts)
    parser.add_argument("--numbers", type=int, default=usual.numbers)
    parser.add_argument("--kills", type=int, default=usual.kills)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--output", type=Path, default=ROOT / "bench" / "texts.json")
    asked = parser.parse_args()
    plan = Plan(texts=asked.texts, numbers=asked.numbers, kills=asked.kills, seed=asked.seed)
    database = os.environ.get("NIGHTLIGHT_SOAK_DATABASE", "")
    with tempfile.TemporaryDirectory() as folder, begun(Path(folder), database) as (started, stand_in):
        stand_in.delay = 2.0
        waited = latency(started, stand_in)
        stand_in.delay = 0.0
        found = soak(plan, started, stand_in)
    found["sixteen_numbers_sends_of_2_s"] = {
        "webhook_p50_ms": round(1000 * statistics.median(waited), 1),
        "webhook_p95_ms": round(1000 * percentile(waited, 95), 1),
    }
    found = {"measured_on": f"{datetime.now(UTC):%Y-%m-%d}", "cores": os.cpu_count(), "seed": plan.seed, **found}
    text = json.dumps(found, indent=2) + "\n"
    asked.output.write_text(text)
    sys.stdout.write(text)
    sys.exit(bool(found["faults"]))


if __name__ == "__main__":
    main()
