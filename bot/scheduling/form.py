"""One turn of the form with what it does in the world: the request is stored, and only then anything is said of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.clock import Now
from bot.errors import NightlightError
from bot.scheduling.answers import Setting
from bot.scheduling.conversation import Message, Outcome, Turn, begin, step
from bot.scheduling.draft import Draft, Question
from bot.scheduling.problems import Problem
from bot.scheduling.request import AppointmentRequest

Store = Callable[[AppointmentRequest, Now], str]


@dataclass(frozen=True)
class Reply:
    """What she reads, by the keys of `data/appointment.yml`, and where the form stands now.

    `question` is None once the form is left. `facts` are for the words of this turn only; `shown` is the
    draft that they speak of, which after the end is no longer kept.
    """

    draft: Draft
    question: Question | None
    words: tuple[str, ...]
    shown: Draft
    facts: dict[str, str] = field(default_factory=dict)


def take(
    draft: Draft, asked: Question | None, message: Message, setting: Setting, who: tuple[str, str], store: Store
) -> Reply:
    """The reply to `message` while `asked` is open, or, with None, to the message that begins the form.

    `who` is conversation and channel. Raises what `store` raises, but for a `NightlightError`: that is
    told to her, and the summary stays open, with the same id.
    """
    turn = step(draft, asked, message, setting) if asked else begin(draft, message.text, setting)
    if turn.outcome == Outcome.CONFIRMED:
        return _stored(turn, setting, who, store)
    if turn.outcome != Outcome.ASKED:
        return Reply(turn.draft, None, (str(turn.outcome),), turn.draft)
    assert turn.question
    return Reply(turn.draft, turn.question, (*map(str, turn.notes), _words(turn.question, turn.problem)), turn.draft)


def _stored(turn: Turn, setting: Setting, who: tuple[str, str], store: Store) -> Reply:
    request = turn.draft.request(*who)
    try:
        reference = store(request, lambda: setting.now)
    except NightlightError:
        return Reply(turn.draft, Question.CONFIRMED, ("not_saved",), turn.draft)
    return Reply(Draft(), None, ("saved",), turn.draft, {"reference": reference})


def _words(question: Question, problem: Problem | None) -> str:
    """The key of the words that ask `question`, or ask it again because of `problem`."""
    if problem in {Problem.NEEDED, Problem.ANSWER_MISSING, Problem.WORDS_TOO_LONG}:
        return f"{problem}_{question}"
    return str(problem) if problem else f"ask_{question}"
