"""What a question of the form is answered with: hints for the keyboard of a phone."""

import re
from dataclasses import dataclass
from typing import Literal

from bot.scheduling.draft import Question
from bot.scheduling.problems import Problem
from bot.scheduling.words import PREFIX


@dataclass(frozen=True)
class Input:
    """`keyboard` is text, tel, name or date; `autocomplete` is HTML's own word for what the browser may fill in.

    Words are taken everywhere: "date" says that a day is asked for, not that only a date is understood.
    """

    keyboard: Literal["text", "tel", "name", "date"]
    autocomplete: str = "off"


TEXT = Input("text")
_BY_QUESTION: dict[str, Input] = {
    Question.NAME: Input("name", "name"),
    Question.PHONE: Input("tel", "tel"),
    Question.DAY: Input("date"),
    "lookup_phone": Input("tel", "tel"),
}
_ASKS = re.compile(r"(?:ask|needed|answer_missing|words_too_long)_(\w+)")
# The first word of what can be wrong names the question; where it does not, words are asked for.
_BY_PROBLEM = {"name": Question.NAME, "phone": Question.PHONE, "day": Question.DAY}


def input_for(response: str) -> Input | None:
    """The hint for the answer to the response of that name; None where it asks nothing."""
    key = response.removeprefix(f"utter_{PREFIX}")
    if key == response:
        return None
    if asks := _ASKS.fullmatch(key):
        return _BY_QUESTION.get(asks[1], TEXT)
    if key in set(Problem):
        return _BY_QUESTION.get(_BY_PROBLEM.get(key.split("_")[0], ""), TEXT)
    return TEXT if key in {"change_words_too_long", "lookup_not_found"} else None
