"""A text that a mother may read: where it stands, and what it says at each clinic."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.clinic import PLACEHOLDER, Clinic, fill
from bot.faq.findings import Finding, shown

SMS = "sms"
WEB = "web"
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_MARKS = re.compile(r"[*_`#]+|^\s*[-+]\s+", re.MULTILINE)


@dataclass(frozen=True)
class Said:
    """A text as it is said at one clinic, its placeholders filled."""

    clinic: Clinic
    words: str


@dataclass(frozen=True)
class Text:
    """A text as written. `where` is `<topic>/<key>`; `said` leaves out clinics that lack one of its facts."""

    file: Path
    line: int
    where: str
    channel: str
    written: str
    said: tuple[Said, ...]
    missing: tuple[tuple[str, str], ...] = ()  # clinic, fact

    def finding(self, rule: str, problem: str, mend: str, near: str = "") -> Finding:
        """A finding here, on the line that has `near` if the text was written so."""
        key = self.where.partition("/")[2]
        return Finding(shown(self.file), self.line_of(near), rule, f"{key}: {problem}", mend)

    def line_of(self, near: str) -> int:
        """The line of the file on which `near` stands; else the line of the text's key."""
        lines = self.file.read_text(encoding="utf-8").splitlines()
        span = lines[self.line - 1 : self.line + len(self.written.splitlines()) + len(self.written) // 80 + 2]
        found = (n for n, line in enumerate(span, start=self.line) if near and near.lower() in line.lower())
        return next(found, self.line)


def text(
    file: Path, line: int, where: str, channel: str, written: str, facts: Iterable[tuple[Clinic, Mapping[str, str]]]
) -> Text:
    """The text `written`, filled for each clinic from its facts."""
    said, missing = [], []
    for clinic, known in facts:
        lacking = [name for name in PLACEHOLDER.findall(written) if name not in known]
        missing += [(clinic.short_name, name) for name in lacking]
        if not lacking:
            said.append(Said(clinic, fill(written, known).strip()))
    return Text(file, line, where, channel, written, tuple(said), tuple(missing))


def plain(markdown: str) -> str:
    """`markdown` as it is read: links by their words, no marks."""
    return _MARKS.sub("", _LINK.sub(r"\1", markdown))


def lead(markdown: str) -> str:
    """The first paragraph, as it is read."""
    return plain(markdown.strip().split("\n\n")[0]).strip()


def differing(said: Iterable[Said]) -> Iterator[Said]:
    """`said` without repetitions: most texts are the same at every clinic."""
    seen: set[str] = set()
    for one in said:
        if one.words not in seen:
            seen.add(one.words)
            yield one
