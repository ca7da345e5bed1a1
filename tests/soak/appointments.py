"""Many mothers ask for a visit while processes are killed: is what they confirmed there once, and told?

`make soak` runs it at its full size, 200 conversations, and writes bench/appointments.json. The engine, the action
server and the worker are real processes that end by SIGKILL at any moment; the mail server and the webhook's
receiver really listen. A mother tries again as the page does: the same message with the same id.
"""

import argparse
import json
import random
import re
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.handoff.reference import ALPHABET
from bot.settings import ROOT
from bot.storage.models import Appointment, HandOff, OutboxEntry
from receivers import http_receiver, smtp_receiver
from running import Nightlight, environment, published_model
from support import rows

REFERENCE = re.compile(rf"\b[{ALPHABET}]{{3}}-[{ALPHABET}]{{3}}\b")
BEGIN = "i want to book"
# What a part of the bot's question says, and what she answers to it.
ANSWERS = {
    "What name should they ask for": "jo",
    "What phone number": "214 555 0123",
    "call you or text you": "text",
    "good time to reach you": "after 3",
    "Which place suits you": "the frisco one",
    "Which day would suit you": "next tuesday after 2",
    "Which part of the day": "afternoon",
    "which insurance and plan": "aetna ppo",
    "about this request?": "yes",
    "It is not sent yet": "yes",
}
MOST_MESSAGES = 60  # of one mother; with fewer than that she should long be through
GIVEN_UP = 600.0  # seconds for one message
VICTIMS = ("engine", "actions", "actions", "actions", "worker", "worker")


@dataclass
class Told:
    """What became of one mother: her conversation, and the references that she was told, in their order."""

    conversation_id: str = ""
    references: list[str] = field(default_factory=list)
    messages: int = 0
    retries: int = 0


class Mother:
    """Asks for a visit, whatever happens to the other side."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=f"{address}/webhooks/web", timeout=20)
        self.told = Told()

    def goes_through_with_it(self) -> Told:
        """The whole of it, until she reads a reference."""
        begun = self._insists("POST", "/conversations", {})
        self.told.conversation_id = begun["id"]
        self._http.headers["Authorization"] = f"Bearer {begun['token']}"
        said = ""
        while not self.told.references and self.told.messages < MOST_MESSAGES:
            said = self._writes(next((answer for part, answer in ANSWERS.items() if part in said), BEGIN))
            if "It is not sent yet" not in said:
                self.told.references += REFERENCE.findall(said)
        return self.told

    def _writes(self, text: str) -> str:
        self.told.messages += 1
        answer = self._insists("POST", "/messages", {"id": str(uuid.uuid4()), "text": text})
        return "\n".join(message["text"] for message in answer["messages"])

    def _insists(self, method: str, path: str, body: dict) -> dict:
        end = time.monotonic() + GIVEN_UP
        while time.monotonic() < end:
            with suppress(httpx.HTTPError):
                response = self._http.request(method, path, json=body)
                if response.is_success:
                    return response.json()
            self.told.retries += 1
            time.sleep(random.uniform(0.2, 1.0))
        raise TimeoutError(path)


class Killer(threading.Thread):
    """Ends one process after the other at random moments, and starts it again."""

    def __init__(self, nightlight: Nightlight, pause: float) -> None:
        super().__init__(daemon=True)
        self.kills: Counter[str] = Counter()
        self._nightlight, self._pause = nightlight, pause
        self.over = threading.Event()

    def run(self) -> None:
        """See `Thread`."""
        while not self.over.wait(random.uniform(0.2, 2) * self._pause):
            victim = random.choice(VICTIMS)
            self._nightlight.kill(victim)
            self._nightlight.launch(victim)
            self.kills[victim] += 1
            if victim == "engine":  # it needs its time to load, or nobody would ever come through
                while not self.over.is_set() and "engine" not in self._nightlight.ready():
                    time.sleep(0.5)


class Hurried(Nightlight):
    """Whose worker has leases and pauses of seconds."""

    def command(self, name: str) -> list[str]:
        """See `Nightlight`."""
        hurried = [sys.executable, str(ROOT / "tests" / "hurried_worker.py")]
        return hurried if name == "worker" else super().command(name)


def soak(conversations: int, at_once: int, pause: float, folder: Path) -> dict:
    """The figures, and under `wrong` whatever must not be."""
    with smtp_receiver() as (port, mail), http_receiver() as (address, web):
        nightlight = Hurried(folder, published_model())
        nightlight.variables |= {
            "NIGHTLIGHT_SMTP_HOST": "127.0.0.1",
            "NIGHTLIGHT_SMTP_PORT": str(port),
            "NIGHTLIGHT_SMTP_TLS": "none",
            "NIGHTLIGHT_MAIL_FROM": "nightlight@cedar-lane.example",
            "NIGHTLIGHT_WEBHOOK_URL": address,
            "NIGHTLIGHT_WEBHOOK_SECRET": "a secret of some length, for tests only",
            "NIGHTLIGHT_DELIVERY_TIMEOUT": "1",
            **dict.fromkeys([f"NIGHTLIGHT_LIMIT_{what}" for what in ("MESSAGES", "REQUESTS", "CONVERSATIONS")], ""),
        }
        nightlight.migrate()
        try:
            nightlight.start("engine", "actions")
            nightlight.launch("worker")
            killer = Killer(nightlight, pause)
            killer.start()
            started = time.monotonic()
            with ThreadPoolExecutor(at_once) as pool:
                mothers = [Mother(nightlight.address) for _ in range(conversations)]
                told = list(pool.map(Mother.goes_through_with_it, mothers))
            killer.over.set()
            killer.join()
            seconds = time.monotonic() - started
            with environment(nightlight.variables):
                _until_delivered()
                wrong = _wrong(told, [mail.taken, web.taken])
        finally:
            nightlight.stop()
    return {
        "conversations": conversations,
        "messages": sum(one.messages for one in told),
        "retries": sum(one.retries for one in told),
        "kills": dict(killer.kills),
        "deliveries": sum(mail.came.values()) + sum(web.came.values()),
        "came_twice": sum(count > 1 for came in (mail.came, web.came) for count in came.values()),
        "seconds": round(seconds),
        "wrong": wrong,
    }


def _until_delivered() -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end and any(entry.state != "delivered" for entry in rows(OutboxEntry)):
        time.sleep(0.5)


def _wrong(told: list[Told], taken: list[Counter[str]]) -> list[str]:
    found = []
    stored = {row.id: row for row in rows(HandOff)}
    requests = [(row.conversation_id, stored[row.hand_off_id].reference) for row in rows(Appointment)]
    for one in told:
        hers = [reference for conversation, reference in requests if conversation == one.conversation_id]
        if not one.references:
            found.append(f"never came through in {one.messages} messages")
        elif hers != one.references[:1]:
            found.append(f"was told {one.references}, and {hers} is stored")
    if strangers := {conversation for conversation, _ in requests} - {one.conversation_id for one in told}:
        found.append(f"{len(strangers)} requests of nobody")
    found += [f"a notice is {entry.state}" for entry in rows(OutboxEntry) if entry.state != "delivered"]
    keys = Counter(entry.idempotency_key for entry in rows(OutboxEntry))
    if set(keys) != set().union(*taken) or any(count > 1 for count in keys.values()):
        found.append("what was delivered is not what was to be delivered")
    return found


def main() -> None:
    """Run it, print the figures, and end with 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--pause", type=float, default=3.0, help="seconds between two kills, about")
    parser.add_argument("--out", type=Path, help="where the figures go as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = soak(options.conversations, options.at_once, options.pause, Path(folder))
    written = json.dumps(figures, indent=2) + "\n"
    sys.stdout.write(written)
    if options.out:
        options.out.write_text(written, encoding="utf-8")
    sys.exit(bool(figures["wrong"]))


if __name__ == "__main__":
    main()
