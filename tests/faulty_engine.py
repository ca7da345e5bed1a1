"""The engine process with components that fail at will: `python tests/faulty_engine.py <file>`.

The file holds the fault: `raise` and `hang` are in the understanding of a message, `raise after words` and
`hang after words` in the choice of what follows its words. A hanging component blocks the engine's thread
until the file says otherwise.
"""

import sys
import time
from pathlib import Path
from typing import Any

from bot.engine.decision import Decider
from bot.engine.logs import configure
from bot.engine.policies import SafetyPolicy, since_last_message
from bot.engine.server import serve
from bot.engine.training import model_path
from bot.settings import settings


def fail(fault: Path, when: str, text: str) -> None:
    """Raise or block here, if the fault says so; `text` is what the error says."""
    if fault.read_text() == f"raise{when}":
        raise RuntimeError(text)
    while fault.read_text() == f"hang{when}":
        time.sleep(0.02)


def break_down(fault: Path) -> None:
    """Make the components fail as the file `fault` says."""
    process, plan = Decider.process, SafetyPolicy.plan

    def processed(self: Decider, messages: list[Any], tracker: Any) -> list[Any]:
        fail(fault, "", str(messages[0].get("text")))
        return process(self, messages, tracker)

    def planned(self: SafetyPolicy, tracker: Any, message: Any) -> list[str]:
        if since_last_message(tracker):
            fail(fault, " after words", str(message.text))
        return plan(self, tracker, message)

    Decider.process, SafetyPolicy.plan = processed, planned


if __name__ == "__main__":
    configure(settings().log_level)
    break_down(Path(sys.argv[1]))
    serve(settings(), model_path(settings()))
