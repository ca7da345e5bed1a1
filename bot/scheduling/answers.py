"""One answer to one question: read, checked, and put into the draft."""

import re
from dataclasses import dataclass
from datetime import datetime

from bot.clinic import Clinic
from bot.scheduling.coverage import find_coverage, read_coverage
from bot.scheduling.draft import Draft, Question
from bot.scheduling.hours import is_open
from bot.scheduling.names import find_name, read_name
from bot.scheduling.phones import find_phone, read_phone
from bot.scheduling.phrases import corrects, leaves_it_open, yes_or_no
from bot.scheduling.places import find_place, read_place
from bot.scheduling.problems import Problem
from bot.scheduling.reach import find_best_time, find_reach, read_best_time, read_reach
from bot.scheduling.request import PartOfDay
from bot.scheduling.times import MAX_TIME_WORDS, When, find_when, read_part, wrong_with


@dataclass(frozen=True)
class Setting:
    """Where and when a message is read: the clinic, the moment (with its zone), the message's id."""

    clinic: Clinic
    now: datetime
    message_id: str


@dataclass(frozen=True)
class Taken:
    """The draft after reading; `problem` is why something could not be taken, `about` the question to ask for it."""

    draft: Draft
    problem: Problem | None = None
    about: Question | None = None


def answer(draft: Draft, question: Question, text: str, setting: Setting) -> Taken:
    """`text` read as the answer to `question`."""
    if question == Question.DAY:
        return _answer_day(draft, text, setting)
    if question == Question.PART_OF_DAY:
        return _answer_part(draft, text, setting)
    if question == Question.AGREED_AT:
        return _answer_agreement(draft, text, setting)
    found = _plain_answer(question, text, setting.clinic)
    if isinstance(found, Problem):
        return Taken(draft, found, question)
    extra = {}
    if question == Question.REACH_BY and draft.best_time is None and (best := find_best_time(text)):
        extra["best_time"] = best
    return Taken(draft.set(**{question.value: found}, **extra))


def _plain_answer(question: Question, text: str, clinic: Clinic) -> object:
    match question:
        case Question.NAME:
            return read_name(text, clinic.country)
        case Question.PHONE:
            return read_phone(text, clinic.country)
        case Question.REACH_BY:
            return read_reach(text)
        case Question.BEST_TIME:
            return read_best_time(text)
        case Question.PLACE:
            return read_place(text, clinic)
        case Question.COVERAGE:
            return read_coverage(text)
    raise ValueError(f"{question} is not answered by a text alone")


def _answer_agreement(draft: Draft, text: str, setting: Setting) -> Taken:
    if yes_or_no(text):
        return Taken(draft.set(agreed_at=setting.now))
    return Taken(draft, Problem.ANSWER_MISSING, Question.AGREED_AT)


def _answer_day(draft: Draft, text: str, setting: Setting) -> Taken:
    when = find_when(text, setting.clinic, setting.now)
    if when is None and leaves_it_open(text):
        when = When(None, True, None, "")
    if when is None:
        return Taken(draft, Problem.DAY_MISSING, Question.DAY)
    return take_when(draft, when, setting)


def _answer_part(draft: Draft, text: str, setting: Setting) -> Taken:
    when = find_when(text, setting.clinic, setting.now)
    if when and when.day and when.day != draft.day:
        return take_when(draft, when, setting)
    part = read_part(text)
    if isinstance(part, Problem):
        return Taken(draft, part, Question.PART_OF_DAY)
    if not is_open(setting.clinic, draft.day, part):
        return Taken(draft, Problem.PART_CLOSED, Question.PART_OF_DAY)
    words = ", ".join(filter(None, (draft.time_words, when.words if when else "")))[:MAX_TIME_WORDS]
    return Taken(draft.set(part_of_day=part, time_words=words if part != PartOfDay.ANY else draft.time_words))


def take_when(draft: Draft, when: When, setting: Setting) -> Taken:
    """The draft with the wish `when`, as far as it can be met."""
    if when.day is None and not when.day_open:
        # Only a part of the day: of the day that she named before, or else of any.
        joined = ", ".join(filter(None, (draft.time_words, when.words)))[:MAX_TIME_WORDS]
        when = When(draft.day, draft.day is None, when.part, joined if draft.day else when.words)
    problem = wrong_with(when, setting.clinic, setting.now)
    if problem == Problem.PART_CLOSED:
        kept = draft.set(day=when.day, day_open=when.day_open, part_of_day=None, time_words="")
        return Taken(kept, problem, Question.PART_OF_DAY)
    if problem:
        return Taken(draft.without(Question.DAY), problem, Question.DAY)
    part = when.part or _kept_part(draft, when, setting)
    return Taken(draft.set(day=when.day, day_open=when.day_open, part_of_day=part, time_words=when.words))


def _kept_part(draft: Draft, when: When, setting: Setting) -> PartOfDay | None:
    part = draft.part_of_day
    return part if part and is_open(setting.clinic, when.day, part) else None


_OF_A_VISIT = re.compile(r"\b(?:day|date|appointment|visit|come in|come|see|seen|slot)\b", re.IGNORECASE)
_EXPLICIT_NAME = re.compile(
    r"\b(?:my name|name(?:'s| is| should be| to)|call me (?!at|on|after|before|back|in|between|\d))\b", re.IGNORECASE
)
_TIMES_ELSEWHERE = {Question.REACH_BY, Question.BEST_TIME, Question.COVERAGE, Question.AGREED_AT}


def volunteered(draft: Draft, asked: Question | None, text: str, setting: Setting) -> Taken:
    """What `text` says beside the answer to `asked`; with `asked` None it is the first message, all of it."""
    clinic = setting.clinic
    found: dict[str, object] = {}
    name = find_name(text, clinic.country) if asked is None or _EXPLICIT_NAME.search(text) else None
    if name and asked != Question.NAME:
        found["name"] = name
    phone = find_phone(text, clinic.country)
    if phone and asked != Question.PHONE:
        found["phone"] = phone
    rest = re.sub(rf"\b{re.escape(name)}\b", " ", text, flags=re.IGNORECASE) if name else text
    if asked not in {Question.REACH_BY, Question.BEST_TIME} and (reach := find_reach(rest)):
        found["reach_by"] = reach
        if best := find_best_time(rest):
            found["best_time"] = best
            rest = rest.replace(best, " ")
    place = find_place(rest, clinic) if asked not in {Question.NAME, Question.PLACE, Question.COVERAGE} else None
    if place and (not clinic.states or clinic.places.count(place) or place in clinic.states):
        found["place"] = place
    if asked in {None, Question.CONFIRMED, Question.CHANGE} and (coverage := find_coverage(rest)):
        found["coverage"] = coverage
    draft = draft.set(**found)
    if asked in {Question.DAY, Question.PART_OF_DAY}:
        return Taken(draft)
    if asked in _TIMES_ELSEWHERE and not (corrects(text) and _OF_A_VISIT.search(text)):
        return Taken(draft)
    when = find_when(rest, clinic, setting.now)
    # "The nights are rough" is no wish for a visit, unless a visit is what she speaks of.
    of_a_visit = asked in {None, Question.CONFIRMED, Question.CHANGE} or (when and (when.day or when.day_open))
    return take_when(draft, when, setting) if when and of_a_visit else Taken(draft)
