"""`nightlight faq check`: every rule that the contents are held to, in one pass."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from bot import clock
from bot.clinic import Clinic
from bot.errors import NightlightError
from bot.faq.checks import (
    channel,
    crisis,
    domain,
    facts,
    files,
    form,
    grade,
    length,
    links,
    notices,
    numbers,
    review,
    texting,
    topics,
    wording,
)
from bot.faq.checks.texts import SMS, Text
from bot.faq.checks.wording import Ban, Wording
from bot.faq.findings import Finding, shown, sort
from bot.faq.library import FOLDER, SOURCES, Entry, topic_files
from bot.settings import ROOT, settings

WORDING = "wording.yml"
_EARLIEST = "Pacific/Honolulu"  # a review is late once its day is over for every clinic in the US


def check_all(release: bool = False) -> list[Finding]:
    """What is wrong with the contents of this project; with `release`, also what is not signed yet."""
    clinics, findings = _clinics()
    findings += check(FOLDER, clinics, release, clock.today(_EARLIEST))
    findings += check_crisis(ROOT / "data" / "crisis.yml", clinics, FOLDER.parent / WORDING)
    findings += check_notices(ROOT / "data" / "erasure.yml", clinics, FOLDER.parent / WORDING)
    findings += check_channel(ROOT / "data" / "channel.yml", clinics, FOLDER.parent / WORDING)
    findings += check_domain(ROOT / "domain.yml", clinics, FOLDER.parent / WORDING)
    findings += check_texting(ROOT / "data" / "texting.yml", clinics, FOLDER.parent / WORDING)
    findings += check_texting(ROOT / "data" / "received.yml", clinics, FOLDER.parent / WORDING)
    findings += check_form(ROOT / "data" / "appointment.yml", clinics, FOLDER.parent / WORDING)
    return sort(findings)


def check(folder: Path, clinics: Sequence[Clinic], release: bool, today: date) -> list[Finding]:
    """What is wrong with the topics in `folder`; the rules of wording are in the folder above it."""
    rules, found = wording.load(folder.parent / WORDING)
    cited, wrong = files.sources(folder / SOURCES)
    found += wrong
    entries: dict[str, Entry] = {}
    for path in topic_files(folder):
        entry, wrong = files.topic(path)
        found += wrong
        if entry:
            entries[entry.name] = entry
    names = [path.stem for path in topic_files(folder)]
    for entry in entries.values():
        found += _topic(entry, clinics, rules, cited, names)
        found += [*review.due(entry, today), *(review.draft(entry) if release else ())]
    return sort([*found, *_borders(rules, entries, names, folder.parent / WORDING)])


def check_crisis(path: Path, clinics: Sequence[Clinic], wording_file: Path) -> list[Finding]:
    """What is wrong with the words of danger in `path`."""
    rules = _bans(wording_file)
    texts, found = crisis.load(path, clinics)
    for text in texts:
        found += [*_any_text(text, rules), *crisis.numbers_first(text)]
        found += length.text_message(text) if text.channel == SMS else ()
    return sort(found)


def check_notices(path: Path, clinics: Sequence[Clinic], wording_file: Path) -> list[Finding]:
    """What is wrong with the words beside the FAQ in `path`."""
    rules = _bans(wording_file)
    texts, found = notices.load(path, clinics)
    for text in texts:
        found += _any_text(text, rules)
        found += length.text_message(text) if text.channel == SMS else ()
    return sort(found)


def check_channel(path: Path, clinics: Sequence[Clinic], wording_file: Path) -> list[Finding]:
    """What is wrong with the words of the website's channel in `path`."""
    rules = _bans(wording_file)
    texts, found = channel.load(path, clinics)
    for text, with_lines in texts:
        found += _any_text(text, rules)
        found += crisis.numbers_first(text) if with_lines else ()
    return sort(found)


def check_domain(path: Path, clinics: Sequence[Clinic], wording_file: Path) -> list[Finding]:
    """What is wrong with the responses in the domain file `path`."""
    rules = _bans(wording_file)
    texts, found = domain.load(path, clinics)
    for text, by_sms in texts:
        found += _any_text(text, rules)
        found += length.text_message(text) if by_sms else ()
    return sort(found)


def check_form(path: Path, clinics: Sequence[Clinic], wording_file: Path) -> list[Finding]:
    """What is wrong with the words of the appointment form in `path`."""
    rules = _bans(wording_file)
    texts, found = form.load(path, clinics)
    for text in texts:
        found += _any_text(text, rules)
        found += length.text_message(text) if text.channel == SMS else ()
    return sort(found)


def check_texting(path: Path, clinics: Sequence[Clinic], wording_file: Path) -> list[Finding]:
    """What is wrong with the text messages in `path`."""
    rules = _bans(wording_file)
    texts, found = texting.load(path, clinics)
    for text in texts:
        found += [*_any_text(text, rules), *texting.unsaid(text)]
        found += length.text_message(text) if text.channel == SMS else ()
    return sort(found)


def _topic(
    entry: Entry, clinics: Sequence[Clinic], rules: Wording | None, cited: Iterable[str], names: Sequence[str]
) -> Iterator[Finding]:
    yield from review.sources(entry, list(cited))
    yield from links.related(entry, names)
    yield from topics.channels(entry, clinics)
    yield from topics.dates(entry, clinics)
    for text in topics.texts(entry, clinics):
        yield from _any_text(text, rules.banned if rules else ())
        yield from grade.reading_grade(text)
        yield from length.text_message(text) if text.channel == SMS else ()


def _any_text(text: Text, bans: Sequence[Ban]) -> Iterator[Finding]:
    """What every text is held to, wherever it stands."""
    yield from facts.placeholders(text)
    yield from wording.banned(text, bans)
    yield from numbers.numbers(text)
    yield from numbers.not_alone(text)


def _bans(path: Path) -> Sequence[Ban]:
    rules, _ = wording.load(path)  # what is wrong with it is said once, by `check`
    return rules.banned if rules else ()


def _borders(rules: Wording | None, entries: dict[str, Entry], names: Sequence[str], path: Path) -> Iterator[Finding]:
    if rules:
        _, lines, _ = files.read(path)
        yield from links.strangers(rules.borders, names, path, lines.get("borders", 1))
        yield from links.borders(rules.borders, entries, path)


def _clinics() -> tuple[list[Clinic], list[Finding]]:
    """The clinics in `clinics/`, the configured one too where it lies elsewhere, and the files that are broken."""
    chosen = Path(settings().clinic)
    paths = sorted((ROOT / "clinics").glob("*.yml")) + ([chosen] if chosen.suffix else [])
    found: list[Clinic] = []
    findings: list[Finding] = []
    for path in paths:
        try:
            found.append(Clinic.load(str(path)))
        except NightlightError as error:
            findings.append(Finding(shown(path), 1, "clinic", str(error), "Compare it with clinics/in-clinic.yml."))
    return found, findings
