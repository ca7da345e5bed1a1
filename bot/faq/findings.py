"""What the check of the contents finds: where it stands, which rule it breaks, how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.settings import ROOT


@dataclass(frozen=True, order=True)
class Finding:
    """One fault in a file of contents, for the editor who mends it."""

    file: str
    line: int
    rule: str
    problem: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}: {_sentence(self.problem)} Mend: {_sentence(self.mend)}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def shown(path: Path) -> str:
    """`path` as an editor knows it: from the root of the project, or whole where it lies elsewhere."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def sort(findings: Iterable[Finding]) -> list[Finding]:
    """`findings` by file and line, each once: two clinics may show the same fault."""
    return sorted(set(findings))
