"""Enrolments from a CSV file, and from the options of a command: read by the same rules."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from bot.clinic import Clinic, ModelOfCare
from bot.clock import Now, now, read_moment
from bot.enrolment.numbers import mobile
from bot.enrolment.person import LANGUAGES, Consent, Newcomer
from bot.errors import NightlightError
from bot.texting.schedule import zone_of_visits

REQUIRED = ("name", "phone", "consent_by", "consent_on", "consent_words")
OPTIONAL = ("time_zone", "language", "model_of_care", "sessions")
COLUMNS = REQUIRED + OPTIONAL
MAX_NAME = 80
BETWEEN_SESSIONS = ";"


@dataclass(frozen=True)
class Row:
    """One line of the file: its number as an editor shows it, and whom it enrols, or what is wrong with it.

    `wrong` never repeats a name or a number.
    """

    line: int
    newcomer: Newcomer | None
    wrong: tuple[str, ...] = ()


def read_csv(path: Path, clinic: Clinic, at: Now = now) -> list[Row]:
    """The rows of the file at `path`, in order. Raises `NightlightError` if it is not such a file at all."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _without_doubles(list(_rows(file, path, clinic, at)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NightlightError(f"{path.name} cannot be read as CSV in UTF-8: {error}") from error


def read_newcomer(said: Mapping[str, str], clinic: Clinic, at: Now = now) -> Newcomer:
    """Whom `said` enrols; its keys are `COLUMNS`. Raises `Wrong` with all that is wrong with it."""
    return _Reading(said, clinic, at).newcomer()


class Wrong(NightlightError):
    """Somebody cannot be enrolled by what was said; `problems` has one sentence for each thing."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class _Reading:
    """What was said, read column by column; all problems are gathered."""

    def __init__(self, said: Mapping[str, str], clinic: Clinic, at: Now) -> None:
        self._said = {name: " ".join((said.get(name) or "").split()) for name in COLUMNS}
        self._clinic = clinic
        self._at = at
        self._problems: list[str] = []

    def newcomer(self) -> Newcomer:
        name, phone = self._name(), self._phone()
        zone, language, model = self._time_zone(), self._language(), self._model()
        consent = self._consent()
        sessions = self._sessions(zone, model)
        if self._problems:
            raise Wrong(self._problems)
        return Newcomer(name, phone, zone, consent, model, language, sessions)

    def _wrong(self, column: str, problem: str) -> None:
        self._problems.append(f"{column}: {problem}")

    def _name(self) -> str:
        name = self._said["name"]
        if not name or len(name) > MAX_NAME or not name.isprintable():
            self._wrong("name", f"it has 1 to {MAX_NAME} characters, all of them printable")
        return name

    def _phone(self) -> str:
        try:
            return mobile(self._said["phone"], self._clinic.country)
        except ValueError as error:
            self._wrong("phone", str(error))
            return ""

    def _time_zone(self) -> str:
        zone = self._said["time_zone"] or self._clinic.time_zone
        if zone not in available_timezones():
            self._wrong("time_zone", f"{zone!r} is none; one looks like America/Chicago")
            return self._clinic.time_zone
        return zone

    def _language(self) -> str:
        language = (self._said["language"] or LANGUAGES[0]).lower()
        if language not in LANGUAGES:
            self._wrong("language", f"there are no words in {language!r}; there are in {', '.join(LANGUAGES)}")
        return language

    def _model(self) -> ModelOfCare:
        said = self._said["model_of_care"].lower().replace("-", "_").replace(" ", "_")
        try:
            return ModelOfCare(said) if said else self._clinic.model_of_care
        except ValueError:
            self._wrong("model_of_care", f"{said!r} is none; it takes {' or '.join(ModelOfCare)}")
            return self._clinic.model_of_care

    def _consent(self) -> Consent:
        by, words = self._said["consent_by"], self._said["consent_words"]
        if not by:
            self._wrong("consent_by", "it says who agreed, or who heard her agree")
        if not words:
            self._wrong("consent_words", "it says to which words she agreed")
        return Consent(by, self._consent_on(), words)

    def _consent_on(self) -> datetime:
        said, zone = self._said["consent_on"], self._clinic.time_zone
        try:
            moment = _day_or_moment(said, zone)
        except NightlightError as error:
            self._wrong("consent_on", str(error))
            return self._at()
        if moment > self._at():
            self._wrong("consent_on", f"{said} is still to come")
        return moment

    def _sessions(self, zone: str, model: ModelOfCare) -> tuple[datetime, ...]:
        found = []
        for said in filter(None, (part.strip() for part in self._said["sessions"].split(BETWEEN_SESSIONS))):
            try:
                found.append(read_moment(said, zone_of_visits(self._clinic, model, zone).key))
            except NightlightError as error:
                self._wrong("sessions", str(error))
        return tuple(dict.fromkeys(found))


def _day_or_moment(said: str, zone: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(said), time(0), ZoneInfo(zone))
    except ValueError:
        return read_moment(said, zone)


def _rows(file: Iterator[str], path: Path, clinic: Clinic, at: Now) -> Iterator[Row]:
    reader = csv.reader(file, strict=True)
    heading = [name.strip().lower() for name in next(reader, [])]
    _check_heading(heading, path)
    line = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield _row(line, heading, cells, clinic, at)
        line = reader.line_num + 1  # a cell may have line breaks: it is the first line that an editor shows


def _row(line: int, heading: Sequence[str], cells: Sequence[str], clinic: Clinic, at: Now) -> Row:
    if len(cells) != len(heading):
        return Row(line, None, (f"it has {len(cells)} cells, and the first line {len(heading)}",))
    try:
        return Row(line, read_newcomer(dict(zip(heading, cells, strict=True)), clinic, at))
    except Wrong as error:
        return Row(line, None, error.problems)


def _check_heading(heading: Sequence[str], path: Path) -> None:
    missing = [name for name in REQUIRED if name not in heading]
    unknown = [name for name in heading if name not in COLUMNS]
    if missing or unknown or len(set(heading)) < len(heading):
        raise NightlightError(
            f"The first line of {path.name} names the columns. It needs: {', '.join(REQUIRED)}; it may have: "
            f"{', '.join(OPTIONAL)}; each once, and no other."
        )


def _without_doubles(rows: Sequence[Row]) -> list[Row]:
    """`rows`, where the second of two with one number is wrong."""
    first: dict[str, int] = {}
    found = []
    for row in rows:
        before = first.setdefault(row.newcomer.phone, row.line) if row.newcomer else row.line
        twice = before != row.line
        found.append(Row(row.line, None, (f"phone: the same number stands in line {before}",)) if twice else row)
    return found
