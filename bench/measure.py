"""What is measured of a served system: turns over HTTP by one client and by many; and what lies on the disk."""

import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from statistics import median, quantiles
from threading import Barrier
from time import perf_counter
from typing import Any

from bench.processes import busy_seconds, processor_seconds, share_of_others
from bench.systems import Http, Served, System
from bot.settings import ROOT

TURNS_A_CONVERSATION = 10
WAIT_FOR_ALL = 120  # seconds


@dataclass(frozen=True)
class Load:
    """What so many clients saw, and what it took.

    Milliseconds of each turn; seconds of the whole; of the system's processors; turns that the bot
    itself did not answer; and how busy the machine was with other things, from 0 to 1.
    """

    milliseconds: tuple[float, ...]
    seconds: float
    processor_seconds: float
    unanswered: int
    others: float


@dataclass(frozen=True)
class _Clocks:
    wall: float
    machine: float
    system: float
    own: float

    @classmethod
    def read(cls, served: Served) -> "_Clocks":
        return cls(
            perf_counter(), busy_seconds(), processor_seconds([served.server, *served.beside]), sum(os.times()[:2])
        )


def load(system: System, served: Served, clients: int, texts: Sequence[str]) -> Load:
    """Ask all `texts`, each once, by `clients` at a time, each waiting for its answer before it asks again.

    Conversations are begun before the clock is; a new one every few turns.
    """
    started: list[_Clocks] = []
    together = Barrier(clients, action=lambda: started.append(_Clocks.read(served)))

    def client(share: Sequence[str]) -> list[tuple[float, bool]]:
        http = Http(served.port)
        try:
            talks = [system.begin(http) for _ in range(0, len(share), TURNS_A_CONVERSATION)]
            http.close()  # the server does not keep it open for as long as the others may need
            together.wait(WAIT_FOR_ALL)
            return [_turn(system, http, talks[n // TURNS_A_CONVERSATION], text) for n, text in enumerate(share)]
        except Exception:
            together.abort()
            raise
        finally:
            http.close()

    with ThreadPoolExecutor(clients) as pool:
        turns = [turn for share in pool.map(client, shares(texts, clients)) for turn in share]
    begin, end = started[0], _Clocks.read(served)
    seconds, processors = end.wall - begin.wall, end.system - begin.system
    others = (end.machine - begin.machine) - processors - (end.own - begin.own)
    return Load(
        milliseconds=tuple(time for time, _ in turns),
        seconds=seconds,
        processor_seconds=processors,
        unanswered=sum(not answered for _, answered in turns),
        others=share_of_others(others, seconds),
    )


def _turn(system: System, http: Http, conversation: Any, text: str) -> tuple[float, bool]:
    start = perf_counter()
    said = system.ask(http, conversation, text)
    return (perf_counter() - start) * 1000, system.answers(said)


def shares(texts: Sequence[str], clients: int) -> list[Sequence[str]]:
    """`texts` dealt out to `clients`, as evenly as can be."""
    return [texts[n::clients] for n in range(clients)]


def summary(rounds: Sequence[Load]) -> dict[str, float | int]:
    """The figures of one load over all rounds: of each the median, which one disturbed round does not move."""
    cuts = [quantiles(one.milliseconds, n=100, method="inclusive") for one in rounds]
    return {
        "turns": sum(len(one.milliseconds) for one in rounds),
        "p50_ms": round(median(cut[49] for cut in cuts), 2),
        "p95_ms": round(median(cut[94] for cut in cuts), 2),
        "turns_per_second": round(median(len(one.milliseconds) / one.seconds for one in rounds), 1),
        "processor_ms": round(median(1000 * one.processor_seconds / len(one.milliseconds) for one in rounds), 2),
        "unanswered": sum(one.unanswered for one in rounds),
        "others_percent": round(100 * median(one.others for one in rounds)),
    }


def installed_size(package: str, lock: Path = ROOT / "uv.lock") -> int:
    """Bytes on the disk of `package` and all it needs, as locked and installed here."""
    locked = {p["name"]: p.get("dependencies", []) for p in tomllib.loads(lock.read_text(encoding="utf-8"))["package"]}
    return sum(_size(name) for name in needs(package, {n: [d["name"] for d in found] for n, found in locked.items()}))


def needs(package: str, dependencies: Mapping[str, Iterable[str]]) -> set[str]:
    """`package` and all that it needs, directly or not."""
    found: set[str] = set()
    waiting = [package]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += dependencies.get(name, ())
    return found


def _size(package: str) -> int:
    try:
        files = distribution(package).files or []
    except PackageNotFoundError:  # locked for another system
        return 0
    return sum(path.stat().st_size for path in (Path(str(f.locate())) for f in files) if path.is_file())
