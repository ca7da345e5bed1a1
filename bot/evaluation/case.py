"""The lines of an evaluation file."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import NightlightError
from bot.safety.verdict import KINDS


@dataclass(frozen=True)
class Case:
    """One message with what is right.

    `right` are the intents of which each is right; with `several`, all of them and nothing
    else. A near miss has neither: it is wrong only if danger is raised.
    """

    text: str
    right: tuple[str, ...] = ()
    several: bool = False
    context: str | None = None
    near_miss: bool = False

    @property
    def danger(self) -> bool:
        """Whether this message must raise danger."""
        return bool(self.right) and self.right[0] in KINDS


def read_cases(paths: Iterable[Path], intents: Iterable[str]) -> list[Case]:
    """The cases in JSON-lines files. Raises `NightlightError` naming file and line of what is wrong."""
    known = frozenset(intents)
    return [_case(line, f"{path}:{n}", known) for path in paths for n, line in _lines(path)]


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NightlightError(f"{path} cannot be read: {error}") from error
    return [(n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]


def _case(line: str, where: str, known: frozenset[str]) -> Case:
    try:
        data: dict[str, Any] = json.loads(line)
        text = data["text"]
    except (ValueError, KeyError, TypeError) as error:
        raise NightlightError(f"{where}: not a case: it needs a JSON object with `text`.") from error
    if "acceptable" in data:
        return Case(text, near_miss=True)
    right = tuple(data["intents"]) if "intents" in data else (data.get("intent"), *data.get("also", ()))
    unknown = [i for i in (*right, data.get("context") or right[0]) if i not in known]
    if unknown:
        raise NightlightError(f"{where}: unknown intent {unknown[0]!r}.")
    return Case(text, right, several="intents" in data, context=data.get("context"))
