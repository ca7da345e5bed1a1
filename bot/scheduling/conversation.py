"""The appointment form as a state machine: a draft, a question and a message in, the next of each out.

Nothing is stored here and nothing said: `Turn` names what to do and which words of `data/appointment.yml` to say.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.scheduling.answers import Setting, Taken, answer, take_when, volunteered
from bot.scheduling.draft import ORDER, Draft, Question
from bot.scheduling.hours import is_open, wrong_with_day
from bot.scheduling.phrases import Command, command, corrects, yes_or_no
from bot.scheduling.places import only_place
from bot.scheduling.problems import Problem
from bot.scheduling.request import PartOfDay, ReachBy
from bot.scheduling.times import When, today
from bot.understanding.questions import is_question, parts

STUCK_AFTER = 2  # unusable answers to one question, before another way is offered


class Outcome(StrEnum):
    """What the turn comes to."""

    ASKED = "asked"
    CONFIRMED = "confirmed"  # to be stored now; only then anything is said of it
    CANCELLED = "cancelled"  # what she told is thrown away
    PAUSED = "paused"  # what she told is kept
    REFUSED = "refused"  # no leave to contact her: nothing can be passed on


class Note(StrEnum):
    """What is said before the question."""

    CHANGED = "changed"
    RESUMED = "resumed"
    RESTARTED = "restarted"
    NOTHING_BEFORE = "nothing_before"
    STUCK = "stuck"
    NOT_KNOWN = "not_known"  # she asked something that is no topic


@dataclass(frozen=True)
class Message:
    """What she wrote, or the value of the button that she took; `aside`: it is being answered elsewhere."""

    text: str = ""
    choice: str | None = None
    aside: bool = False


@dataclass(frozen=True)
class Turn:
    """What follows: `question` is asked next, with the words for `problem` in place of its own; `notes` come first."""

    draft: Draft
    question: Question | None
    outcome: Outcome = Outcome.ASKED
    problem: Problem | None = None
    notes: tuple[Note, ...] = ()


OPTIONAL: dict[Question, dict[str, object]] = {
    Question.BEST_TIME: {"best_time": ""},
    Question.DAY: {"day_open": True},
    Question.PART_OF_DAY: {"part_of_day": PartOfDay.ANY},
    Question.COVERAGE: {"coverage": ""},
}


def begin(draft: Draft, text: str, setting: Setting) -> Turn:
    """The form begins, or goes on with a draft that was kept; what she says with it is taken."""
    kept = not draft.empty
    taken = volunteered(replace(draft, misses=0), None, text, setting)
    turn = _ask(taken, setting)
    return replace(turn, notes=(Note.RESUMED,)) if kept else turn


def step(draft: Draft, asked: Question, message: Message, setting: Setting) -> Turn:
    """One message while `asked` is open."""
    if message.choice:
        return _choice(draft, asked, message.choice, setting)
    if message.aside:
        return _aside(draft, asked, message.text, setting)
    steered = command(message.text)
    if steered:
        return _steer(draft, asked, steered, setting)
    if asked == Question.AGREED_AT and yes_or_no(message.text) is False:
        return Turn(Draft(), None, Outcome.REFUSED)
    if asked == Question.CONFIRMED and yes_or_no(message.text) is not None:
        return _summary_answer(draft, bool(yes_or_no(message.text)), setting)
    return _read(draft, asked, message.text, setting)


def understands(draft: Draft, asked: Question, text: str, setting: Setting) -> bool:
    """Whether `text` is meant for the form: it answers `asked`, corrects an answer, or steers.

    What asks for something is the form's only where it names what was asked for ("is friday ok?").
    """
    if command(text):
        return True
    turn = _read(draft, asked, text, setting)
    changed = _told(turn.draft) != _told(draft)
    if not asks(text):
        specific = turn.problem not in {None, *_UNREAD}
        return changed or specific or turn.question == Question.CHANGE or yes_or_no(text) is not None
    sure = {"phone"} | ({"day"} if asked in {Question.DAY, Question.PART_OF_DAY} else set())
    sure |= {"place"} if asked == Question.PLACE and len(text.split()) <= SHORT else set()
    return any(getattr(turn.draft, name) != getattr(draft, name) for name in sure) or (
        asked == Question.DAY
        and turn.problem in {Problem.DAY_CLOSED, Problem.DAY_HOLIDAY, Problem.DAY_IN_PAST, Problem.DAY_TOO_FAR}
    )


SHORT = 7  # words
_UNREAD = {
    Problem.NAME_MISSING,
    Problem.PHONE_MISSING,
    Problem.REACH_MISSING,
    Problem.PLACE_UNKNOWN,
    Problem.STATE_UNKNOWN,
    Problem.DAY_MISSING,
    Problem.PART_MISSING,
    Problem.ANSWER_MISSING,
    Problem.CHANGE_UNCLEAR,
}
_ASKS = re.compile(
    r"^(?:(?:and|but|so|ok|also|wait|sorry|um+)[,\s]+)*(?:tell me|explain|i (?:want|need|would like"
    r"|'d like) to know|i have a question|question|what about|what if|why|do i|am i)\b",
    re.IGNORECASE,
)


def asks(text: str) -> bool:
    """Whether `text` asks or wants something told."""
    return is_question(text) or bool(_ASKS.match(text.strip()))


def _told(draft: Draft) -> tuple[object, ...]:
    return (*(getattr(draft, q) for q in ORDER), draft.day_open)


def _ask(taken: Taken, setting: Setting, *notes: Note) -> Turn:
    """The next question, or the one about what could not be taken; the summary gets its id."""
    draft, problem, about = taken.draft, taken.problem, taken.about
    if draft.day and not (problem and about == Question.DAY) and (wrong := _wrong_day(draft, setting)):
        draft, problem, about = draft.without(Question.DAY), wrong, Question.DAY
    if draft.place is None and about != Question.PLACE and (only := only_place(setting.clinic)):
        draft = draft.set(place=only)
    question = about if problem and about else draft.next
    if question == Question.CONFIRMED and draft.summary_id is None:
        draft = replace(draft, summary_id=setting.message_id)
    misses = draft.misses + 1 if problem else 0
    if misses >= STUCK_AFTER:
        notes = (*notes, Note.STUCK)
    return Turn(replace(draft, misses=misses), question, problem=problem, notes=notes)


def _wrong_day(draft: Draft, setting: Setting) -> Problem | None:
    assert draft.day
    return wrong_with_day(setting.clinic, draft.day, today(setting.clinic, setting.now))


def _again(draft: Draft, asked: Question, setting: Setting, problem: Problem | None = None, *notes: Note) -> Turn:
    """The same question, or the summary if that is not complete any more."""
    no_summary = draft.next != Question.CONFIRMED or draft.summary_id is None
    if asked in {Question.CONFIRMED, Question.CHANGE} and no_summary:
        return _ask(Taken(draft), setting, *notes)
    if asked == Question.CHANGE and problem is None:
        return Turn(draft, asked, notes=notes)
    if problem or not draft.has(asked):
        misses = draft.misses + 1 if problem else draft.misses
        stuck = (Note.STUCK,) if problem and misses >= STUCK_AFTER else ()
        return Turn(replace(draft, misses=misses), asked, problem=problem, notes=(*notes, *stuck))
    return _ask(Taken(draft), setting, *notes)


def _aside(draft: Draft, asked: Question, text: str, setting: Setting) -> Turn:
    """She asked something else: what she told beside it is kept if it is plain, and the question comes again."""
    told = " ".join(part for part in parts(text) if not asks(part))
    plain = volunteered(draft, Question.COVERAGE, told, setting).draft if told else draft
    kept = draft.set(name=plain.name, phone=plain.phone)
    if kept.has(asked) or kept.next != draft.next:
        return _ask(Taken(kept), setting)
    return _again(kept, asked, setting)


def _steer(draft: Draft, asked: Question, steered: Command, setting: Setting) -> Turn:
    match steered:
        case Command.CANCEL:
            return Turn(Draft(), None, Outcome.CANCELLED)
        case Command.PAUSE:
            return Turn(draft, None, Outcome.PAUSED)
        case Command.RESTART:
            return _ask(Taken(Draft()), setting, Note.RESTARTED)
        case Command.BACK:
            return _back(draft, asked, setting)
        case Command.DECLINE:
            return _decline(draft, asked, setting)


def _back(draft: Draft, asked: Question, setting: Setting) -> Turn:
    if asked == Question.CHANGE:
        return _ask(Taken(draft), setting)
    if not draft.trail:
        return _again(draft, asked, setting, None, Note.NOTHING_BEFORE)
    last = draft.trail[-1]
    return Turn(replace(draft.without(last), trail=draft.trail[:-1], misses=0), last)


def _decline(draft: Draft, asked: Question, setting: Setting) -> Turn:
    if asked in OPTIONAL:
        return _ask(Taken(_walked(draft.set(**OPTIONAL[asked]), asked)), setting)
    if asked in {Question.CONFIRMED, Question.CHANGE}:
        return _again(draft, Question.CONFIRMED, setting, Problem.ANSWER_MISSING)
    return _again(draft, asked, setting, Problem.NEEDED)


def _walked(draft: Draft, asked: Question) -> Draft:
    """The draft, with `asked` as the last question on the way."""
    return replace(draft, trail=(*(q for q in draft.trail if q != asked), asked), misses=0)


def _summary_answer(draft: Draft, yes: bool, setting: Setting) -> Turn:
    if not yes:
        return Turn(replace(draft, misses=0), Question.CHANGE)
    checked = _ask(Taken(draft), setting)
    if checked.question != Question.CONFIRMED or draft.summary_id is None:
        return checked  # a day that has passed since, or no summary that she could have seen
    return Turn(draft, Question.CONFIRMED, Outcome.CONFIRMED)


def _read(draft: Draft, asked: Question, text: str, setting: Setting) -> Turn:
    """An answer, what she says beside it, and corrections."""
    beside = volunteered(draft, asked, text, setting)
    if asked in {Question.CONFIRMED, Question.CHANGE}:
        return _change(draft, asked, beside, text, setting)
    direct = answer(beside.draft, asked, text, setting)
    if direct.problem is None:
        return _accept(draft, asked, direct, beside, setting)
    if _told(beside.draft) != _told(draft) or (beside.problem and direct.problem in _UNREAD):
        return _ask(Taken(beside.draft, beside.problem, beside.about), setting, *_changed(draft, beside.draft))
    if corrects(text):
        corrected = _correct(draft, asked, text, setting)
        if corrected:
            return corrected
    if direct.about and direct.about != asked:
        return _ask(direct, setting)
    if direct.problem == Problem.PART_CLOSED:
        return _ask(Taken(_walked(direct.draft, asked), direct.problem, direct.about), setting)
    if direct.problem in _UNREAD and asks(text):
        return _again(draft, asked, setting, None, Note.NOT_KNOWN)
    return _again(draft, asked, setting, direct.problem)


def _accept(draft: Draft, asked: Question, direct: Taken, beside: Taken, setting: Setting) -> Turn:
    notes = _changed(draft, direct.draft, asked)
    walked = _walked(direct.draft, asked)
    return _ask(Taken(walked, beside.problem, beside.about), setting, *notes)


def _changed(before: Draft, after: Draft, asked: Question | None = None) -> tuple[Note, ...]:
    """A note where an answer that she had given is another now."""
    ours = {asked, Question.AGREED_AT, *({Question.PART_OF_DAY} if asked == Question.DAY else set())}
    other = [q for q in ORDER if q not in ours and before.has(q) and getattr(before, q) != getattr(after, q)]
    return (Note.CHANGED,) if other else ()


_TOPICS = (
    (
        Question.BEST_TIME,
        re.compile(
            r"\b(?:best time|when (?:you |they )?(?:can )?(?:call|text|reach)|time to (?:call|text|reach))\b",
            re.IGNORECASE,
        ),
    ),
    (
        Question.REACH_BY,
        re.compile(
            r"\b(?:call or text|how (?:you |they )?(?:to )?(?:reach|contact)|(?:the )?call(?:ing)?"
            r"|text(?:ing)?|contact)\b",
            re.IGNORECASE,
        ),
    ),
    (Question.PHONE, re.compile(r"\b(?:phone|number|cell|digits)\b", re.IGNORECASE)),
    (Question.NAME, re.compile(r"\bname\b|\bspell(?:ed|ing|t)\b", re.IGNORECASE)),
    (Question.PLACE, re.compile(r"\b(?:place|location|office|clinic|city|town|state|where)\b", re.IGNORECASE)),
    (Question.PART_OF_DAY, re.compile(r"\b(?:part of (?:the )?day|time|hours?)\b", re.IGNORECASE)),
    (Question.DAY, re.compile(r"\b(?:day|date|when)\b", re.IGNORECASE)),
    (Question.COVERAGE, re.compile(r"\b(?:insurance|coverage|insurer|plan)\b", re.IGNORECASE)),
)


def _topic(text: str) -> Question | None:
    return next((question for question, pattern in _TOPICS if pattern.search(text)), None)


def _correct(draft: Draft, asked: Question, text: str, setting: Setting) -> Turn | None:
    """A correction that names what is wrong, or gives another answer to the question before."""
    named = _topic(text)
    if named and named != asked and draft.has(named):
        taken = answer(draft, named, _without_cue(text), setting)
        if taken.problem is None and named not in {Question.NAME, Question.BEST_TIME, Question.COVERAGE}:
            return _ask(taken, setting, Note.CHANGED)
        return Turn(replace(draft.without(named), misses=0), named)
    if not named and draft.trail:
        taken = answer(draft, draft.trail[-1], _without_cue(text), setting)
        if taken.problem is None:
            return _ask(taken, setting, Note.CHANGED)
    return None


_CUES = re.compile(
    r"^(?:(?:no|wait|actually|sorry|oops|i mean|i meant|correction|scratch that|it should be"
    r"|should be|make (?:it|that)|change (?:it|that) to)[,.!\s]+)+",
    re.IGNORECASE,
)


def _without_cue(text: str) -> str:
    return _CUES.sub("", text.strip())


def _change(draft: Draft, asked: Question, beside: Taken, text: str, setting: Setting) -> Turn:
    """At the summary: what she says is taken as a change; else she is asked what she wants to change."""
    if _told(beside.draft) != _told(draft) or beside.problem:
        return _ask(beside, setting, *_changed(draft, beside.draft))
    named = _topic(text)
    if named and (asked == Question.CHANGE or corrects(text) or len(text.split()) <= SHORT):
        return Turn(replace(draft.without(named), misses=0), named)
    if asked == Question.CHANGE:
        if yes_or_no(text) is False:
            return _ask(Taken(draft), setting)
        return _again(draft, asked, setting, Problem.CHANGE_UNCLEAR)
    if corrects(text):
        return Turn(replace(draft, misses=0), Question.CHANGE)
    if asks(text):
        return _again(draft, asked, setting, None, Note.NOT_KNOWN)
    return _again(draft, asked, setting, Problem.ANSWER_MISSING)


SET_BY_BUTTON = {
    Question.COVERAGE,
    Question.REACH_BY,
    Question.BEST_TIME,
    Question.PLACE,
    Question.DAY,
    Question.PART_OF_DAY,
}


def _choice(draft: Draft, asked: Question, choice: str, setting: Setting) -> Turn:
    """A button. What gives leave or confirms counts only under the question that it belongs to."""
    kind, _, value = choice.partition(":")
    if kind == "do":
        return _steer(draft, asked, Command(value), setting) if value in set(Command) else _again(draft, asked, setting)
    if kind not in set(Question):
        return _again(draft, asked, setting)
    question = Question(kind)
    if question == asked == Question.AGREED_AT:
        return _agreement(draft, value, setting)
    if question == asked == Question.CONFIRMED:
        return _summary_answer(draft, value == "yes", setting)
    if question == Question.CHANGE and asked in {Question.CONFIRMED, Question.CHANGE}:
        return _to_change(draft, asked, value, setting)
    if value == "skip" and question == asked:
        return _decline(draft, asked, setting)
    return _pressed(draft, asked, question, value, setting)


def _agreement(draft: Draft, value: str, setting: Setting) -> Turn:
    if value == "no":
        return Turn(Draft(), None, Outcome.REFUSED)
    return _ask(Taken(_walked(draft.set(agreed_at=setting.now), Question.AGREED_AT)), setting)


def _to_change(draft: Draft, asked: Question, value: str, setting: Setting) -> Turn:
    if value not in {q.value for q in ORDER}:
        return _ask(Taken(draft), setting)  # nothing after all
    return Turn(replace(draft.without(Question(value)), misses=0), Question(value))


def _pressed(draft: Draft, asked: Question, question: Question, value: str, setting: Setting) -> Turn:
    """A button that sets an answer, also under a question that was left behind."""
    taken = _by_button(draft, question, value, setting) if question in SET_BY_BUTTON else None
    if taken is None:
        return _again(draft, asked, setting)
    if taken.problem:
        return _ask(taken, setting)
    walked = Taken(_walked(taken.draft, question)) if question == asked else taken
    return _ask(walked, setting, *_changed(draft, taken.draft, asked))


def _by_button(draft: Draft, question: Question, value: str, setting: Setting) -> Taken | None:
    clinic = setting.clinic
    if question == Question.PLACE:
        return Taken(draft.set(place=value)) if value in clinic.places else None
    if question == Question.REACH_BY:
        return Taken(draft.set(reach_by=ReachBy(value))) if value in set(ReachBy) else None
    if question in {Question.BEST_TIME, Question.COVERAGE}:
        return answer(draft, question, value, setting)
    if value not in set(PartOfDay):
        return take_when(draft, When(None, True, PartOfDay.ANY, ""), setting)
    part = PartOfDay(value)
    if question == Question.DAY:
        return take_when(draft, When(None, True, part, ""), setting)
    if not is_open(clinic, draft.day, part):
        return Taken(draft, Problem.PART_CLOSED, Question.PART_OF_DAY)
    return Taken(draft.set(part_of_day=part))
