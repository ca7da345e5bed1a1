"""Sources and reviews: what an answer rests on, who signed it, until when."""

from collections.abc import Collection, Iterator
from datetime import date

from bot.faq.findings import Finding, shown
from bot.faq.library import SOURCES, Entry


def sources(entry: Entry, known: Collection[str]) -> Iterator[Finding]:
    """A finding for each source that nobody can look up."""
    for number, source in enumerate(entry.topic.sources):
        if source.id not in known:
            mend = f"Correct the key, or add it to {SOURCES} with title, year and address."
            problem = f"the source `{source.id}` is not in {SOURCES}"
            yield Finding(shown(entry.path), entry.line(f"sources.{number}.id"), "source", problem, mend)


def due(entry: Entry, today: date) -> Iterator[Finding]:
    """A finding where the answer should have been looked at again."""
    day = entry.topic.review.due
    if today > day:
        problem = f"the review was due on {day} and is {(today - day).days} days late"
        mend = "Have a clinician read it again, then set `on` and `due`."
        yield Finding(shown(entry.path), entry.line("review.due"), "review", problem, mend)


def draft(entry: Entry) -> Iterator[Finding]:
    """A finding where no clinician has signed the answer: right for a trial, not for a release."""
    if entry.topic.review.status == "draft":
        mend = "Have a clinician read and sign it: `status: reviewed`, `by`, `on`."
        yield Finding(shown(entry.path), entry.line("review.status"), "draft", "no clinician has signed this", mend)
