"""The three processes of `nightlight run`, started and watched by honcho."""

import os
import shlex
import sys
import threading
import time
from collections.abc import Callable

import httpx
from honcho.manager import Manager
from honcho.printer import Printer

from bot.settings import ROOT, Settings

NAMES = ("engine", "actions", "worker")
PATIENCE = 180  # seconds until the start counts as failed


def run_all(settings: Settings, say: Callable[[str], None]) -> int:
    """Run all processes until one ends or the person interrupts; returns the exit code."""
    manager = Manager(Printer(output=sys.stderr))
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    for name in NAMES:
        command = shlex.join([sys.executable, "-m", "bot.cli", name])
        manager.add_process(name, command, env=environment, cwd=str(ROOT))
    threading.Thread(target=_announce, args=(settings, say, time.perf_counter()), daemon=True).start()
    manager.loop()
    return manager.returncode or 0


def _announce(settings: Settings, say: Callable[[str], None], start: float) -> None:
    """Say of each process when it is ready, and at last where the page is."""
    address = f"http://{settings.host}:{settings.port}"
    waiting = {"engine", "actions", "database"}
    while waiting and time.perf_counter() - start < PATIENCE:
        time.sleep(0.3)
        for name in sorted(waiting & _ready(address)):
            say(f"  {name}: ready after {time.perf_counter() - start:.1f} s")
            waiting.remove(name)
            if name == "engine":
                say(f"\nNightlight answers at {address}/ (stop with Ctrl-C)\n")
    for name in sorted(waiting):
        say(f"  {name}: not ready after {PATIENCE} s; see its lines above")


def _ready(address: str) -> set[str]:
    try:
        state = httpx.get(f"{address}/health/ready", timeout=3).json()
    except (httpx.HTTPError, ValueError):
        return set()
    return {name for name, is_ready in state.items() if is_ready}
