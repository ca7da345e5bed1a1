"""Where she wants to be seen: one of the clinic's places, or, for telehealth, her state."""

import re
from functools import lru_cache
from itertools import pairwise

import holidays

from bot.clinic import Clinic, ModelOfCare
from bot.scheduling.phrases import tidy
from bot.scheduling.problems import Problem
from bot.understanding.text import clean

_NEGATED = r"(?:not|n't|instead of|rather than|except|but not)\s+(?:(?:in|at|the|to|near)\s+)*"
MIN_LETTERS_TO_MISTYPE = 5


def asks_state(clinic: Clinic) -> bool:
    """Whether the state is asked instead of a place."""
    return clinic.model_of_care == ModelOfCare.AT_HOME


def only_place(clinic: Clinic) -> str | None:
    """The clinic's place where there is no choice."""
    return clinic.places[0] if len(clinic.places) == 1 and not asks_state(clinic) else None


def find_place(text: str, clinic: Clinic) -> str | None:
    """The place, or state, that `text` names and does not take back; the last one. None where there is none."""
    if asks_state(clinic):
        return _last(text, _states_said(clinic.country))
    return _last(text, {place: place for place in clinic.places})


def read_place(text: str, clinic: Clinic) -> str | Problem:
    """The place, or state, that answers the question, typing errors forgiven, or what is wrong with it."""
    state = asks_state(clinic)
    known = _states_said(clinic.country) | _codes(clinic.country) if state else {p: p for p in clinic.places}
    found = _last(text, known) or _nearly(text, known)
    if found is None:
        return Problem.STATE_UNKNOWN if state else Problem.PLACE_UNKNOWN
    if state and clinic.states and found not in clinic.states:
        return Problem.STATE_NOT_SERVED
    return found


def _last(text: str, known: dict[str, str]) -> str | None:
    best: tuple[int, int, str] | None = None
    for said, name in known.items():
        for match in re.finditer(rf"(?<![\w-]){re.escape(said)}(?![\w-])", text, re.IGNORECASE):
            if re.search(_NEGATED + "$", text[: match.start()], re.IGNORECASE):
                continue
            # West Virginia is not Virginia: of two that end at one place the longer counts.
            where = (match.end(), len(said), name)
            best = max(best, where) if best else where
    return best[2] if best else None


def _nearly(text: str, known: dict[str, str]) -> str | None:
    words = re.findall(r"[a-z]+", clean(tidy(text)).lower())
    said = words + ["".join(pair) for pair in pairwise(words)]
    for name in known:
        plain = re.sub(r"[^a-z]", "", name.lower())
        if len(plain) >= MIN_LETTERS_TO_MISTYPE and any(_one_off(word, plain) for word in said):
            return known[name]
    return None


def _one_off(one: str, other: str) -> bool:
    """Whether one letter more, less, other or swapped makes `one` of `other`; the first letter must be right."""
    if abs(len(one) - len(other)) > 1 or one[:1] != other[:1]:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    tails = [
        (one[start + 1 :], other[start:]),
        (one[start:], other[start + 1 :]),
        (one[start + 1 :], other[start + 1 :]),
    ]
    swapped = one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]
    return swapped or any(a == b for a, b in tails)


@lru_cache
def _states_said(country: str) -> dict[str, str]:
    """Each state of `country` by its name."""
    named = holidays.country_holidays(country).subdivisions_aliases
    return {name: name for name in named if len(name) > 2}


@lru_cache
def _codes(country: str) -> dict[str, str]:
    """Each state by its code of two letters. Only to the question itself: "in" and "or" are codes too."""
    return {code: name for name, code in holidays.country_holidays(country).subdivisions_aliases.items()}
