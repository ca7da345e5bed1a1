"""How to reach her, where she wants to be seen, what pays for it."""

import pytest

from appointments import AT_HOME, IN_CLINIC
from bot.scheduling.coverage import NONE, find_coverage, read_coverage
from bot.scheduling.phrases import Command, command, yes_or_no
from bot.scheduling.places import find_place, read_place
from bot.scheduling.problems import Problem
from bot.scheduling.reach import find_best_time, find_reach, read_reach
from bot.scheduling.request import ReachBy

CALL, TEXT = ReachBy.CALL, ReachBy.TEXT


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("call", CALL),
        ("a call is fine", CALL),
        ("text me", TEXT),
        ("txt pls", TEXT),
        ("don't call, text", TEXT),
        ("no texts please", CALL),
        ("please no phone calls", TEXT),
        ("either", CALL),
        ("call or text", CALL),
        ("text or call", TEXT),
        ("the frisco one", Problem.REACH_MISSING),
        ("yes", Problem.REACH_MISSING),
    ],
)
def test_how_to_reach_her(text, way):
    assert read_reach(text) == way


@pytest.mark.parametrize(
    ("text", "way", "best"),
    [
        ("book me in, text me after 3", TEXT, "after 3"),
        ("could a scheduler phone me between naps, around 1 pm?", CALL, "between naps"),
        ("please don't call, my husband sleeps in the day", TEXT, None),
        ("i want to book a video call with the doctor", None, None),
        ("text me at 214 555 0119 to book", TEXT, None),
    ],
)
def test_how_to_reach_her_inside_a_longer_message(text, way, best):
    assert find_reach(text) == way
    if way and best:
        assert find_best_time(text) == best


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Frisco", "Frisco"),
        ("the frisco one", "Frisco"),
        ("mckinney pls", "McKinney"),
        ("mc kinney", "McKinney"),
        ("mckiney", "McKinney"),
        ("firsco", "Frisco"),
        ("not allen, dallas", "Dallas"),
        ("allen or frisco, frisco is closer", "Frisco"),
        ("houston", Problem.PLACE_UNKNOWN),
        ("any", Problem.PLACE_UNKNOWN),
    ],
)
def test_a_place_of_the_clinic_by_its_words(text, place):
    assert read_place(text, IN_CLINIC) == place


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("texas", "Texas"),
        ("TX", "Texas"),
        ("i live in west virginia", "West Virginia"),
        ("virginia", "Virginia"),
        ("new york", "New York"),
        ("califronia", "California"),
        ("toronto", Problem.STATE_UNKNOWN),
    ],
)
def test_her_state_where_the_care_is_at_home(text, state):
    assert read_place(text, AT_HOME) == state


def test_a_state_that_is_not_served_is_said_so():
    served = AT_HOME.model_copy(update={"states": ["Texas", "Florida"]})
    assert read_place("ohio", served) == Problem.STATE_NOT_SERVED
    assert read_place("fl", served) == "Florida"


def test_two_letters_are_a_state_only_where_the_state_is_asked():
    assert find_place("i want to come in or call me", AT_HOME) is None


@pytest.mark.parametrize(
    ("text", "coverage"),
    [
        ("aetna ppo", "aetna ppo"),
        ("i have Blue Cross through work", "Blue Cross through work"),
        ("no insurance", NONE),
        ("i don't have any insurance", NONE),
        ("self pay", NONE),
        ("none", NONE),
        ("yes", Problem.ANSWER_MISSING),
        ("x" * 100, Problem.WORDS_TOO_LONG),
    ],
)
def test_coverage_in_her_words(text, coverage):
    assert read_coverage(text) == coverage


def test_coverage_inside_a_longer_message():
    assert find_coverage("friday in allen, i have aetna ppo, text me") == "aetna ppo"
    assert find_coverage("i have a 3 week old, can i come friday") is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("cancel", Command.CANCEL),
        ("never mind", Command.CANCEL),
        ("forget it", Command.CANCEL),
        ("i don't want this anymore", Command.CANCEL),
        ("ok cancel my request please", Command.CANCEL),
        ("start over", Command.RESTART),
        ("stop", Command.PAUSE),
        ("later", Command.PAUSE),
        ("i have to go", Command.PAUSE),
        ("the baby is crying", Command.PAUSE),
        ("go back", Command.BACK),
        ("previous question", Command.BACK),
        ("skip", Command.DECLINE),
        ("i'd rather not say", Command.DECLINE),
        ("prefer not to answer", Command.DECLINE),
        ("text me later in the day", None),
        ("call me back", None),
        ("back pain", None),
        ("i can't stop crying", None),
        ("friday", None),
        ("no", None),
    ],
)
def test_what_steers_the_form(text, meant):
    assert command(text) == meant


@pytest.mark.parametrize(
    "text", ["yes", "y", "yep", "ok sure", "yes please", "sounds good", "send it", "i agree", "looks right, thanks"]
)
def test_a_yes(text):
    assert yes_or_no(text) is True


@pytest.mark.parametrize("text", ["no", "nope", "no thanks", "not yet", "don't", "that's wrong"])
def test_a_no(text):
    assert yes_or_no(text) is False


@pytest.mark.parametrize(
    "text", ["yes but the number is wrong", "maybe", "yes if it is free", "what", "no wait", "214", ""]
)
def test_anything_less_clear_is_neither(text):
    assert yes_or_no(text) is None
