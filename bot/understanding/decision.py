"""From probabilities to what the bot does: answer, answer several, ask back, or give up kindly."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.safety.verdict import CONCERN, Verdict
from bot.understanding import erasure
from bot.understanding.questions import is_named, is_order, leans

Ranking = Sequence[tuple[str, float]]

FALLBACK = "nlu_fallback"
AGAIN = "not_understood_again"
CLEARED = "crisis_concern_cleared"
ANSWER = "appointment_answer"
MAX_QUESTIONS = 3
MAX_OPTIONS = 3
MIN_QUESTION_WORDS = 2  # of a part; a single word leans on its neighbours
MIN_OWN_WORDS = 3  # of the one part that asks, to be heard beside the whole message
FAQ = "faq_"
ERASE = "delete_my_data"
# What makes no sense as "did you mean": it is answered at once or not at all.
_NOT_OFFERED = frozenset({"greet", "goodbye", "thanks", "affirm", "deny", "repeat", "out_of_scope", "feel_safe_now"})
_STARTED = frozenset(
    [
        "request_appointment",
        "change_appointment",
        "ask_appointment_status",
        "start_self_assessment",
        "check_eligibility",
        "plan_session",
        "message_care_team",
        "delete_my_data",
        "opt_out",
        "baby_care",
        "bot_challenge",
    ]
)
_SMALL_TALK = frozenset({"greet", "thanks", "goodbye", "affirm", "deny", "help", "repeat", "bot_challenge"})
_BESIDE_QUESTIONS = frozenset({"greet", "thanks", "goodbye", "affirm", "deny"})
# What starts something and has these in it: who wants her day planned names what the plan is about.
_HOLDS = {
    "plan_session": frozenset(
        f"faq_{topic}"
        for topic in ("breastfeeding", "driving", "childcare", "session", "preparation", "support_person")
    ),
    "check_eligibility": frozenset({"faq_eligibility"}),
    "start_self_assessment": frozenset({"faq_symptoms", "faq_what_is_ppd"}),
    "request_appointment": frozenset({"message_care_team"}),
    "change_appointment": frozenset({"ask_appointment_status"}),
}


@dataclass(frozen=True)
class Thresholds:
    """The probabilities at which the decision turns; set in config.yml, chosen by docs/evaluation.md."""

    answer: float = 0.6
    part: float = 0.55  # a part that asks
    order_part: float = 0.7  # a part that tells the bot to do something
    told_part: float = 0.9  # any other part that does not ask, but starts something
    named_part: float = 0.95  # a part that only names a topic
    stray_part: float = (
        0.8  # a part that is no full question, and whose intent has hardly a `trace` in the whole message
    )
    trace: float = 0.01
    context: float = 0.15  # the weight of the whole message where a part is read
    own: float = 0.3  # the weight of the one part that asks where the whole message is read
    follow_up: float = 0.9


@dataclass(frozen=True)
class Context:
    """What was said before this message."""

    topic: str | None = None  # the intent that was answered last
    fell_back: bool = False  # whether the last message was not understood
    asked_if_danger: bool = False  # whether the bot has just asked the one direct question
    asked_to_erase: bool = False  # whether it has just asked if it shall erase what it knows of her
    asked_last: bool = False  # whether that was the last thing it said
    answers: Callable[[str], bool] | None = None  # inside a form: whether a text is meant for it


@dataclass(frozen=True)
class Decision:
    """What a message is taken for.

    `questions` are the intents to answer, in her order; `options` what she is asked about
    where that is not clear; `situation` chooses among the variations of an answer.
    """

    intent: str
    confidence: float
    questions: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    situation: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A part of the message: its words, whether it asks, what it may mean."""

    text: str
    asks: bool
    ranking: Ranking


def decide(
    text: str, ranking: Ranking, parts: Sequence[Part], verdict: Verdict, context: Context, limits: Thresholds
) -> Decision:
    """The decision on a message: danger first, then what was asked before, then what it says."""
    if context.asked_if_danger:
        return _answer_to_concern(text, ranking, verdict)
    if verdict.intent:
        return Decision(verdict.intent, 1.0, situation=_situation(verdict))
    if context.asked_to_erase and (answer := erasure.answer(text, context.asked_last)):
        return Decision(answer, 1.0)
    if context.answers:
        return _in_form(context.answers, text, ranking, parts, replace(context, answers=None), limits)
    best, confidence = ranking[0]
    if context.topic and _leans_on(context.topic, text, ranking, limits):
        return Decision(context.topic, confidence, (context.topic,), situation={"follow_up": True})
    several = questions(parts, ranking, limits)
    if len(several) > 1:
        return Decision(several[0], confidence, tuple(several))
    ranking = _with_its_question(ranking, parts, limits)
    best, confidence = ranking[0]
    if confidence >= limits.answer:
        return Decision(best, confidence, (best,))
    if len(several) == 1 and best in _BESIDE_QUESTIONS:
        return Decision(several[0], confidence, (several[0],))
    return Decision(AGAIN if context.fell_back else FALLBACK, 1 - confidence, options=options(ranking))


def _in_form(
    answers: Callable[[str], bool],
    text: str,
    ranking: Ranking,
    parts: Sequence[Part],
    context: Context,
    limits: Thresholds,
) -> Decision:
    """Inside a form the form comes first; what is clearly something else is answered, the rest is told to the form."""
    # "Delete my data" would be an answer to a question that takes any words ("what is the best time?").
    leaves = ranking[0][0] == ERASE and ranking[0][1] >= limits.stray_part
    if answers(text) and not leaves:
        return Decision(ANSWER, 1.0)
    decision = decide(text, ranking, parts, Verdict(), context, limits)
    asks = any(part.asks for part in parts)
    least = limits.answer if asks else limits.told_part
    # What does not ask is more often an answer that cannot be used ("houston") than another subject.
    attempt = not asks and (decision.intent == "out_of_scope" or _is_word_of_topic(decision.intent, text))
    unclear = len(decision.questions) < 2 and decision.confidence < least
    return Decision(ANSWER, 1.0) if decision.intent in _NOT_BESIDE_A_FORM or attempt or unclear else decision


def _is_word_of_topic(intent: str, text: str) -> bool:
    return intent.startswith(FAQ) and len(text.split()) <= MIN_QUESTION_WORDS


_NOT_BESIDE_A_FORM = frozenset({FALLBACK, AGAIN, "affirm", "deny"})

# "Are you thinking about hurting yourself or your baby?": what begins so and doubts nothing is a clear no.
_NO = re.compile(
    r"^(?:(?:oh|god|omg|lol|um|well)[,\s]+)*(?:no+|nope|nah|never|not at all|of course not|definitely not|"
    r"absolutely not|i(?:'m| am|m) (?:not|safe|fine|ok)|i(?:'d| would|d) never|i do(?:n't|nt| not) want to)\b",
    re.IGNORECASE,
)
_DOUBT = re.compile(r"\b(?:but|maybe|sometimes|not sure|kind of|kinda|i guess|yet|idk|know|anymore)\b", re.IGNORECASE)


def _answer_to_concern(text: str, ranking: Ranking, verdict: Verdict) -> Decision:
    best, confidence = ranking[0]
    clear = _NO.match(text) and not _DOUBT.search(text)
    if clear and verdict.kind is None and best in {"deny", "feel_safe_now"}:
        return Decision(CLEARED, confidence)
    return Decision(verdict.kind or "crisis_self_harm", 1.0, situation=_situation(verdict))


def _situation(verdict: Verdict) -> dict[str, bool]:
    # Who writes for another needs other words than who writes of her own past; one of them wins.
    return {"about_other": verdict.about_other, "past": verdict.past and not verdict.about_other}


def questions(parts: Sequence[Part], ranking: Ranking, limits: Thresholds) -> list[str]:
    """The different questions among `parts`, in order, at most `MAX_QUESTIONS`, none twice.

    What is told without asking counts only where it starts something ("book me in") or
    names a topic in a list: a mother who tells her story names many topics and asks about one.
    """
    several_ask = sum(part.asks for part in parts) > 1
    found: list[str] = []
    for part in parts:
        intent, confidence = (_mixed(part.ranking, ranking, limits.context) if len(parts) > 1 else part.ranking)[0]
        named = len(parts) > 1 and not part.asks and is_named(part.text)
        least = _least(part, intent, named, several_ask, dict(ranking).get(intent, 0.0), limits)
        if intent not in found and confidence >= least:
            found.append(intent)
    held = {topic for intent in found for topic in _HOLDS.get(intent, ())}
    return [intent for intent in found if intent not in held][:MAX_QUESTIONS]


def _least(part: Part, intent: str, named: bool, several_ask: bool, in_whole: float, limits: Thresholds) -> float:
    """The probability from which `part` counts as a question of its own; above 1 where it never does."""
    topic = intent.startswith(FAQ)
    if not (intent in _STARTED or (topic and (part.asks or named))):
        return _NEVER
    if len(part.text.split()) < MIN_QUESTION_WORDS and not (named and topic):
        return _NEVER
    told = limits.named_part if named and topic else limits.order_part if is_order(part.text) else limits.told_part
    least = limits.part if part.asks else told
    full = part.asks and several_ask and len(part.text.split()) > MIN_OWN_WORDS and not leans(part.text)
    return least if full or in_whole >= limits.trace else max(least, limits.stray_part)


_NEVER = 2.0
_FLOOR = 1e-3  # the least probability that one reading gives to what another is sure of


def _mixed(ranking: Ranking, other: Ranking, weight: float) -> Ranking:
    """`ranking`, with `other` counting so much beside it."""
    beside = dict(other)
    scores = {i: math.log(max(p, _FLOOR**3)) + weight * math.log(max(beside.get(i, 0.0), _FLOOR)) for i, p in ranking}
    top = max(scores.values())
    raised = {intent: math.exp(score - top) for intent, score in scores.items()}
    total = sum(raised.values())
    return sorted(((intent, value / total) for intent, value in raised.items()), key=lambda pair: -pair[1])


def _with_its_question(ranking: Ranking, parts: Sequence[Part], limits: Thresholds) -> Ranking:
    """The whole message's `ranking`, moved towards the one part that asks: the rest is what she tells with it."""
    asking = [part for part in parts if part.asks and len(part.text.split()) >= MIN_OWN_WORDS]
    return _mixed(ranking, asking[0].ranking, limits.own) if len(parts) > 1 and len(asking) == 1 else ranking


def options(ranking: Ranking) -> tuple[str, ...]:
    """What she may have meant, best first, at most `MAX_OPTIONS`."""
    return tuple(intent for intent, _ in ranking if intent not in _NOT_OFFERED)[:MAX_OPTIONS]


_THAT = r"(?:that|it|this|they|those|these)"
_FOLLOW_UP = re.compile(
    r"^(?:(?:and|but|so|ok|okay|oh|hmm|um|then|well|yes|yeah|no)[,\s]+)*(?:"
    r"why|how|when|how come|how so|why not|for how long|since when|how much|how often|how many|which one|"
    r"how long(?: is that| for| is it| does that take| exactly)?|"
    r"tell me more|say more|more|more info|more details?|go on|explain|meaning|like what|such as|what do you mean.*|"
    r"(?:what|how) about (?:the |a |my |with |for )?.{2,40}|what if .{2,60}|"
    r"(?:and |even )?(?:if|with|for|after|before|when|on|in) .{2,60}|"
    rf"(?:is|are|does|do|can|was|will|would) {_THAT}\b.{{0,60}}|(?:what|how) (?:does|is|are|do) {_THAT}\b.{{0,40}}|"
    r"really|are you sure|seriously|always|never|at all|every time|who says(?: so)?|says who|"
    r"the (?:spray|drip|tablets?|pills?|infusion|iv|other one).{0,30}|"
    r"at night too|not even .{2,40}|what else|anything else|any exceptions?)[\s?.!]*$",
    re.IGNORECASE,
)
MAX_FOLLOW_UP_WORDS = 10


def is_follow_up(text: str) -> bool:
    """Whether `text` leans on what was said before: short, and no question of its own."""
    return len(text.split()) <= MAX_FOLLOW_UP_WORDS and bool(_FOLLOW_UP.match(text.strip()))


def _leans_on(topic: str, text: str, ranking: Ranking, limits: Thresholds) -> bool:
    """Whether `text` is best read as going on about `topic`, which was answered last."""
    best, confidence = ranking[0]
    if is_follow_up(text):
        # "why" looks like small talk; after an answer it is not.
        return best == topic or best in _SMALL_TALK or confidence < limits.follow_up
    unclear = confidence < limits.answer and len(text.split()) <= MAX_FOLLOW_UP_WORDS
    return unclear and topic in options(ranking)


__all__ = ["CONCERN", "Context", "Decision", "Part", "Thresholds", "decide", "is_follow_up", "options", "questions"]
