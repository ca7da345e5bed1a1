"""The files of `data/faq/`, read with the line of every key, for findings that point."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import NightlightError
from bot.faq.topic import Topic
from bot.settings import ROOT

FOLDER = ROOT / "data" / "faq"
SOURCES = "sources.yml"
INTENT_PREFIX = "faq_"


class Citation(BaseModel):
    """A source: title, year and address as they were read."""

    model_config = ConfigDict(extra="forbid")

    title: str
    year: int | str | None = None
    address: str | None = None


@dataclass(frozen=True)
class Entry:
    """One topic with where it stands: `lines` maps a dotted key to its line."""

    name: str
    path: Path
    topic: Topic
    lines: dict[str, int] = field(repr=False)

    @property
    def intent(self) -> str:
        """The intent that this topic answers."""
        return INTENT_PREFIX + self.name

    def line(self, key: str) -> int:
        """The line of `key`, or of the nearest key above it."""
        while key and key not in self.lines:
            key = key.rpartition(".")[0]
        return self.lines.get(key, 1)


class _Loader(yaml.SafeLoader):
    """YAML whose booleans are `true` and `false` alone: `on` is a key of a review, not a yes."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


class BrokenFile(NightlightError):
    """A file of the FAQ that cannot be read; names file and line."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path.name}:{line}: {problem}")
        self.path, self.line, self.problem = path, line, problem


def key_lines(node: yaml.Node | None, prefix: str = "") -> dict[str, int]:
    """The line (from 1) of each key below `node`, by dotted path."""
    found: dict[str, int] = {}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            path = f"{prefix}.{key.value}" if prefix else str(key.value)
            found[path] = key.start_mark.line + 1
            found |= key_lines(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            found[f"{prefix}.{number}"] = item.start_mark.line + 1
            found |= key_lines(item, f"{prefix}.{number}")
    return found


def read_yaml(path: Path) -> tuple[Any, dict[str, int]]:
    """The content of `path` and the line of each key. Raises `BrokenFile`."""
    text = path.read_text(encoding="utf-8")
    try:
        return yaml.load(text, _Loader), key_lines(yaml.compose(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BrokenFile(path, line, f"is not YAML: {error.problem}") from error


def read_entry(path: Path) -> Entry:
    """The topic in `path`. Raises `BrokenFile` where the schema is not met."""
    content, lines = read_yaml(path)
    try:
        return Entry(path.stem, path, Topic.model_validate(content), lines)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        line = Entry(path.stem, path, None, lines).line(key)  # type: ignore[arg-type]
        raise BrokenFile(path, line, f"{key or 'the file'}: {first['msg']}") from error


def topic_files(folder: Path = FOLDER) -> list[Path]:
    """The files that hold a topic, in order of name."""
    return sorted(p for p in folder.glob("*.yml") if p.name != SOURCES)


def read_sources(folder: Path = FOLDER) -> dict[str, Citation]:
    """The citations by key. Raises `BrokenFile`."""
    path = folder / SOURCES
    content, _ = read_yaml(path)
    try:
        return {key: Citation.model_validate(value) for key, value in content.items()}
    except ValidationError as error:
        raise BrokenFile(path, 1, str(error)) from error


@lru_cache(maxsize=1)
def library() -> dict[str, Entry]:
    """All topics of this project by intent, read once."""
    entries = [read_entry(path) for path in topic_files()]
    return {entry.intent: entry for entry in entries}
