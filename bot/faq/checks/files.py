"""Whether a file can be read at all: YAML, schema, no key twice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from bot.faq.findings import Finding, shown
from bot.faq.library import BrokenFile, Citation, Entry, read_yaml
from bot.faq.topic import Topic

_MEND = {
    "missing": "Write the key; docs/editors.md lists them all.",
    "extra_forbidden": "Take the key out or correct its spelling; docs/editors.md lists them all.",
    "string_too_long": "Say it in fewer letters.",
}
# The same as PyYAML's own, but in C where that was built: this runs on each file.
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ELSE = "See docs/editors.md for what belongs there."
_QUOTE = "Look at the spaces before the line; quote a value that has a colon or a '#' in it."


def schema(path: Path, line: int, problem: str, mend: str = _ELSE) -> Finding:
    """The finding that `path` is not what it must be."""
    return Finding(shown(path), line, "schema", problem, mend)


def read(path: Path) -> tuple[Any, dict[str, int], list[Finding]]:
    """The content of `path`, its lines by key, and what keeps it from being read (the content is None then)."""
    try:
        content, lines = read_yaml(path)
        twice = list(doubled(path))
    except BrokenFile as error:
        return None, {}, [_unread(error)]
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return None, {}, [schema(path, 1, f"cannot be read: {error}", "Save it as plain text in UTF-8.")]
    if not isinstance(content, dict):
        return None, {}, [schema(path, 1, "is empty or not a list of keys")]
    return content, lines, twice


def topic(path: Path) -> tuple[Entry | None, list[Finding]]:
    """The topic in `path`, if it can be read, and what is wrong with the file."""
    content, lines, findings = read(path)
    if content is None:
        return None, findings
    try:
        return Entry(path.stem, path, Topic.model_validate(content), lines), findings
    except ValidationError as error:
        return None, [*findings, *invalid(path, lines, "", error)]


def sources(path: Path) -> tuple[dict[str, Citation], list[Finding]]:
    """The citations that can be read, and what is wrong with the others."""
    content, lines, findings = read(path)
    known: dict[str, Citation] = {}
    for key, value in (content or {}).items():
        try:
            known[key] = Citation.model_validate(value)
        except ValidationError as error:
            findings += invalid(path, lines, key, error)
    return known, findings


def invalid(path: Path, lines: dict[str, int], key: str, error: ValidationError) -> list[Finding]:
    """A finding for each thing that is wrong with what stands under `key` (all of the file, if it is empty)."""
    return [_invalid(path, lines, [key, *map(str, one["loc"])], one["type"], one["msg"]) for one in error.errors()]


def _invalid(path: Path, lines: dict[str, int], keys: list[str], kind: str, says: str) -> Finding:
    below = ".".join(filter(None, keys))
    line = Entry("", path, None, lines).line(below)  # type: ignore[arg-type]
    return schema(path, line, f"{below or 'the file'}: {says}", _MEND.get(kind, _ELSE))


def _unread(error: BrokenFile) -> Finding:
    return schema(error.path, error.line, error.problem, _QUOTE)


def doubled(path: Path) -> Iterator[Finding]:
    """A finding for each key that stands twice in one place: YAML takes the last and says nothing."""
    yield from _doubled(path, yaml.compose(path.read_text(encoding="utf-8"), Loader=_FAST))


def _doubled(path: Path, node: yaml.Node | None) -> Iterator[Finding]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                yield schema(
                    path, line, f"the key `{key.value}` stands twice; only the last counts", "Keep one of them."
                )
            seen.add(key.value)
            yield from _doubled(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _doubled(path, item)
