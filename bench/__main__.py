"""`make bench`: trains and runs this configuration and stock Rasa's in one run, and writes the results."""

import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from bench import data, report
from bench.measure import Load, installed_size, load, summary
from bench.processes import busy_share, finish, peak_memory, processor_seconds
from bench.score import Reading, score
from bench.systems import Ours, Stock, System
from bot.errors import NightlightError
from bot.evaluation.case import Case
from bot.settings import ROOT

QUESTIONS = ROOT / "tests" / "evaluation" / "questions.jsonl"
OUT = ROOT / "bench"
TURNS = {1: 240, 16: 480}  # by so many clients; together no more than there are held-out questions
WARM_UP = 20
TRAINING_PATIENCE = 3 * 3600  # seconds
UNDERSTANDING_PATIENCE = 1800
QUIET = 0.15  # of the processors: what others may have when a round begins
QUIET_SAMPLE = 3  # seconds


class Progress:
    """One line for each thing done, with the minutes since the run began; and what patience is left."""

    def __init__(self, patience: int) -> None:
        self._start = perf_counter()
        self._patience = patience

    @property
    def minutes(self) -> float:
        """Since the run began."""
        return round((perf_counter() - self._start) / 60, 1)

    def say(self, line: str) -> None:
        """Print `line` now."""
        print(f"[{self.minutes:5.1f} min] {line}", file=sys.stderr, flush=True)

    def wait_for_quiet(self) -> None:
        """Wait, not for ever, until the machine has nothing else to do: nothing of ours runs now."""
        waiting = False
        while self._patience > 0 and (busy := busy_share(QUIET_SAMPLE)) > QUIET:
            if not waiting:
                self.say(f"the machine is busy with other things ({busy:.0%}); waiting")
            waiting = True
            self._patience -= QUIET_SAMPLE
            if self._patience <= 0:
                self.say("the machine does not become quiet; measuring all the same from here on")


def main() -> int:
    """Run the bench; returns the exit code."""
    arguments = _arguments()
    # A stop from outside leaves by the same doors as an error: child processes are ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with tempfile.TemporaryDirectory(prefix="nightlight-bench-") as folder:
            results = run(Path(folder), arguments, Progress(arguments.patience))
    except NightlightError as error:
        print(f"The bench stopped. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("The bench was interrupted; nothing was written.", file=sys.stderr)
        return 130
    _write(results, arguments.out)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--per-topic", type=int, default=12, help="examples an intent (0: all, which takes hours)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each server is started and asked")
    parser.add_argument("--patience", type=int, default=120, help="seconds to wait for a quiet machine, all together")
    parser.add_argument("--rules-only", action="store_true", help="no stories for stock Rasa: TED is not trained")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for results.json, .md and .svg")
    return parser.parse_args()


def run(folder: Path, arguments: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """The results of the whole run; `folder` is for what is not kept."""
    cases = held_out(QUESTIONS)
    known = data.without(data.read_examples(ROOT / "data" / "nlu.yml"), (case.text for case in cases))
    examples = data.sample(known, arguments.per_topic)
    progress.say(f"{data.count(examples)} examples of {len(examples)} intents; {len(cases)} held-out questions")
    systems: list[System] = [Ours(folder), Stock(folder, stories=not arguments.rules_only)]
    found = {system.key: learn(system, examples, cases, progress) for system in systems}
    for key, figures in serve(systems, [case.text for case in cases], arguments.rounds, progress).items():
        found[key] |= figures
    found["ours"]["packages_mb"], found["stock"]["packages_mb"] = (
        _megabytes(installed_size(package)) for package in ("nightlight", "rasa")
    )
    return {
        "made": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "minutes": progress.minutes,
        "machine": machine(),
        "setup": {
            "per_topic": arguments.per_topic,
            "examples": data.count(examples),
            "intents": len(examples),
            "held_out": len(cases),
            "seed": data.SEED,
            "rounds": arguments.rounds,
            "rules_only": arguments.rules_only,
            "turns": {str(clients): turns for clients, turns in TURNS.items()},
        },
        **found,
        "ratios": report.ratios(found["ours"], found["stock"]),
    }


def held_out(path: Path) -> list[Case]:
    """The held-out questions."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [Case(line["text"], (line["intent"], *line.get("also", ()))) for line in lines]


def learn(system: System, examples: data.Examples, cases: list[Case], progress: Progress) -> dict[str, Any]:
    """Train `system` and let it read the held-out questions."""
    system.write(examples)
    progress.wait_for_quiet()
    progress.say(f"{system.title}: training ...")
    spent = finish(
        f"The training of {system.title}", system.train_command(), system.environment(), system.log, TRAINING_PATIENCE
    )
    progress.say(f"{system.title}: trained in {spent.seconds:.0f} s, {spent.processor_seconds:.0f} s of the processors")
    progress.say(f"{system.title}: reading the held-out questions ...")
    understanding = score(cases, _readings(system, cases))
    progress.say(f"{system.title}: first guess right in {understanding['first_guess_percent']} %")
    return {
        "understanding": understanding,
        "training_seconds": round(spent.seconds, 1),
        "training_processor_seconds": round(spent.processor_seconds, 1),
        "training_others_percent": round(100 * spent.others),
        "model_mb": _megabytes(system.model.stat().st_size),
    }


def _readings(system: System, cases: list[Case]) -> list[Reading]:
    questions, readings = system.folder / "questions.json", system.folder / "readings.json"
    questions.write_text(json.dumps([case.text for case in cases]), encoding="utf-8")
    finish(
        f"Reading the held-out questions with {system.title}",
        system.understand_command(questions, readings),
        system.environment(),
        system.log,
        UNDERSTANDING_PATIENCE,
    )
    return [Reading(**reading) for reading in json.loads(readings.read_text(encoding="utf-8"))]


def serve(systems: list[System], questions: list[str], rounds: int, progress: Progress) -> dict[str, dict[str, Any]]:
    """Start, ask and stop each system in turn, so many rounds: what a busy neighbour costs, it costs both."""
    seen: dict[str, list[Round]] = {system.key: [] for system in systems}
    for number in range(1, rounds + 1):
        for system in systems:
            progress.wait_for_quiet()
            seen[system.key].append(one_round(system, questions, data.SEED + number))
            progress.say(f"{system.title}, round {number}: {seen[system.key][-1].told()}")
    return {key: served_figures(found) for key, found in seen.items()}


@dataclass(frozen=True)
class Round:
    """One start of a system: seconds to its first answer, its loads by number of clients, its memory in MB."""

    start: float
    start_processors: float
    loads: dict[int, Load]
    server_mb: float
    beside_mb: float

    def told(self) -> str:
        """This round in a line."""
        turns = (
            f"{clients} at a time: p50 {summary([found])['p50_ms']} ms (others {found.others:.0%})"
            for clients, found in self.loads.items()
        )
        return "; ".join([f"first answer after {self.start:.1f} s", *turns])


def one_round(system: System, questions: list[str], seed: int) -> Round:
    """Start `system`, ask, stop it. No text twice: an encoder that remembers texts would be at an advantage."""
    texts = random.Random(seed).sample(questions, len(questions))
    with system.served() as served:
        start = system.first_answer(served, texts.pop())
        start_processors = processor_seconds([served.server])
        load(system, served, 1, [texts.pop() for _ in range(WARM_UP)])
        loads = {
            clients: load(system, served, clients, [texts.pop() for _ in range(turns)])
            for clients, turns in TURNS.items()
        }
        beside = sum(peak_memory(process) for process in served.beside)
        return Round(start, start_processors, loads, _megabytes(peak_memory(served.server)), _megabytes(beside))


def served_figures(rounds: list[Round]) -> dict[str, Any]:
    """The figures over all rounds of a system."""
    return {
        "start_seconds": round(median(one.start for one in rounds), 1),
        "start_processor_seconds": round(median(one.start_processors for one in rounds), 1),
        "turns": {str(clients): summary([one.loads[clients] for one in rounds]) for clients in TURNS},
        "memory_mb": max(one.server_mb for one in rounds),
        "memory_with_actions_mb": max(one.server_mb + one.beside_mb for one in rounds),
    }


def commit() -> str:
    """The commit that was measured, marked where files differ from it; empty outside a repository."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def machine() -> dict[str, Any]:
    """What this ran on."""
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "rasa": version("rasa"),
        "tensorflow": version("tensorflow-cpu"),
    }


def _megabytes(size: float) -> float:
    return round(size / report.MB, 1)


def _write(results: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    text = report.table(results)
    (folder / "results.md").write_text(text, encoding="utf-8")
    report.draw(results, folder / "results.svg")
    print(text)
    print(f"For README.md:\n\n{report.short_table(results)}")


if __name__ == "__main__":
    sys.exit(main())
