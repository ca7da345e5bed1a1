"""Links between topics: each leads somewhere, and topics that are easily taken for each other link both ways."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from pathlib import Path

from bot.faq.findings import Finding, shown
from bot.faq.library import Entry


def related(entry: Entry, names: Sequence[str]) -> Iterator[Finding]:
    """A finding for each link of `entry` to itself, to nothing, or to where another leads already."""
    links = entry.topic.related
    for number, name in enumerate(links):
        line = entry.line(f"related.{number}")
        if name not in names:
            mend = "Name a file of data/faq/ without its `.yml`."
            yield Finding(shown(entry.path), line, "related", f"there is no topic `{name}`", mend)
        elif name == entry.name or name in links[:number]:
            yield Finding(shown(entry.path), line, "related", f"`{name}` leads nowhere new", "Name another topic.")


def borders(groups: Sequence[Sequence[str]], entries: Mapping[str, Entry], path: Path) -> Iterator[Finding]:
    """A finding for each link that is missing within `groups`; `path` is the file that names these."""
    for group in groups:
        for here, there in permutations(group, 2):
            if here not in entries:
                continue  # a broken file has its own finding
            if there not in entries[here].topic.related:
                entry = entries[here]
                problem = f"no link to `{there}`, where the same question may belong ({shown(path)}, borders)"
                yield Finding(
                    shown(entry.path), entry.line("related"), "border", problem, f"Put `{there}` in `related`."
                )


def strangers(groups: Sequence[Sequence[str]], names: Sequence[str], path: Path, line: int) -> Iterator[Finding]:
    """A finding for each name in `groups` that is no topic."""
    for name in sorted({name for group in groups for name in group} - set(names)):
        mend = "Correct the name, or take it out."
        yield Finding(shown(path), line, "border", f"borders: there is no topic `{name}`", mend)
