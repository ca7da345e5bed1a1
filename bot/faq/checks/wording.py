"""Wording that no text may have, from `data/wording.yml`, with the places where it is allowed."""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.faq.checks.files import invalid, read
from bot.faq.checks.texts import Text, differing, plain
from bot.faq.findings import Finding

_SENTENCE = re.compile(r"(?<=[.!?]) ")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Allowed(_Strict):
    """Where the wording may stand: in texts named like `where`, or inside the words of `phrase`."""

    where: str = "*"
    phrase: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> "Allowed":
        if self.where == "*" and not self.phrase:
            raise ValueError("names neither `where` nor `phrase`: it would allow everything")
        return self

    def covers(self, where: str, words: str, start: int, end: int) -> bool:
        """Whether the wording at `start` to `end` of `words` is allowed there."""
        if not fnmatchcase(where, self.where):
            return False
        spans = re.finditer(re.escape(self.phrase), words, re.IGNORECASE)
        return not self.phrase or any(span.start() <= start and end <= span.end() for span in spans)


class Ban(_Strict):
    """Words, or a pattern, that must not be said, unless the sentence (or text) also says one of `unless`."""

    words: list[str] = []
    pattern: str = ""
    why: str
    mend: str
    unless: list[str] = []
    scope: Literal["sentence", "text"] = "sentence"
    allowed: list[Allowed] = []

    @model_validator(mode="after")
    def _can_be_searched(self) -> "Ban":
        if bool(self.words) == bool(self.pattern):
            raise ValueError("give either `words` or `pattern`")
        try:
            _ = self.searched, self.excused
        except re.error as error:
            raise ValueError(f"is not a regular expression: {error}") from error
        return self

    @cached_property
    def searched(self) -> re.Pattern[str]:
        """What is looked for, in any case."""
        words = "|".join(re.escape(word) for word in self.words)
        return re.compile(self.pattern or rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)

    @cached_property
    def excused(self) -> re.Pattern[str] | None:
        """What makes it right when it stands beside."""
        return re.compile("|".join(self.unless), re.IGNORECASE) if self.unless else None

    def broken(self, where: str, words: str) -> Iterator[str]:
        """Each place in `words` that breaks this rule, as it is written there."""
        for match in self.searched.finditer(words):
            beside = words if self.scope == "text" else _sentence(words, match.start())
            excused = self.excused is not None and self.excused.search(beside)
            if not excused and not any(a.covers(where, words, *match.span()) for a in self.allowed):
                yield match[0].strip()


class Wording(_Strict):
    """`data/wording.yml`: what is not said, and which topics must link to each other."""

    banned: list[Ban] = Field(min_length=1)
    borders: list[list[str]] = []


def load(path: Path) -> tuple[Wording | None, list[Finding]]:
    """The rules in `path`, and what is wrong with the file."""
    content, lines, findings = read(path)
    if content is None:
        return None, findings
    try:
        return Wording.model_validate(content), findings
    except ValidationError as error:
        return None, [*findings, *invalid(path, lines, "", error)]


def banned(of: Text, bans: Sequence[Ban]) -> Iterator[Finding]:
    """A finding for each wording in the text that is not to be said."""
    for said in differing(of.said):
        words = _even(said.words)
        for ban in bans:
            for found in ban.broken(of.where, words):
                yield of.finding("wording", f'"{found}": {ban.why}', ban.mend, near=found)


def _even(words: str) -> str:
    """`words` on one line, without marks, with plain apostrophes: what a line break or a star would hide."""
    return re.sub(r"\s+", " ", plain(words).replace("\u2019", "'"))


def _sentence(words: str, at: int) -> str:
    start = 0
    for gap in _SENTENCE.finditer(words):
        if gap.start() >= at:
            return words[start : gap.start()]
        start = gap.end()
    return words[start:]
