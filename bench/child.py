"""What the bench does in processes of their own: `python -m bench.child <what> ...`. Rasa is imported here alone."""

import asyncio
import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.score import Reading, best_of
from bot.errors import NightlightError

OURS = "ours"


def train(system: str, project: str, model: str) -> None:
    """Train the project in the folder `project` by Rasa's own call, and put the model at `model`."""
    _as_run(system)
    from rasa.model_training import train as rasa_train

    folder = Path(project)
    result = rasa_train(
        domain=str(folder / "domain.yml"),
        config=str(folder / "config.yml"),
        training_files=[str(folder / "data")],
        output=str(folder / "models"),
        fixed_model_name="model",
    )
    if result.code != 0 or not result.model:
        raise NightlightError("The training gave no model.")
    shutil.move(result.model, model)


def understand(system: str, model: str, questions: str, readings: str) -> None:
    """Read each text of the JSON list `questions` with `model`, for itself, and write the readings."""
    _as_run(system)
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.engine.channels.gate import readable

    agent = Agent.load(model)

    async def read(text: str) -> Reading:
        text = readable(text) if system == OURS else text
        if not text:
            return Reading(None, "nlu_fallback")
        tracker = DialogueStateTracker.from_events("bench", [])
        assert agent.processor is not None
        return _reading(await agent.processor.parse_message(UserMessage(text), tracker))

    async def read_all() -> list[dict[str, Any]]:
        return [asdict(await read(text)) for text in json.loads(Path(questions).read_text(encoding="utf-8"))]

    Path(readings).write_text(json.dumps(asyncio.run(read_all())), encoding="utf-8")


def _reading(found: dict[str, Any]) -> Reading:
    ranking = [intent["name"] for intent in found.get("intent_ranking") or []]
    several, options = found.get("questions") or (), found.get("options") or ()
    return Reading(best_of(ranking), found["intent"]["name"], tuple(several), tuple(options))


def engine(model: str) -> None:
    """Serve our engine, as `nightlight run` does, with `model`."""
    _as_run(OURS)
    from bot.engine.server import serve
    from bot.settings import settings

    serve(settings(), Path(model))


def actions() -> None:
    """Serve our actions, on a database of their own."""
    _as_run(OURS)
    from actions.__main__ import main as serve
    from bot.storage.migrate import upgrade

    upgrade()
    serve()


def _as_run(system: str) -> None:
    """Our processes begin as the `nightlight` command does; Rasa's own as Rasa does."""
    if system == OURS:
        from bot.engine.logs import configure, quieten
        from bot.settings import settings

        quieten()
        configure(settings().log_level)


DOES = {"train": train, "understand": understand, "engine": engine, "actions": actions}

if __name__ == "__main__":
    DOES[sys.argv[1]](*sys.argv[2:])
