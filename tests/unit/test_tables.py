"""What staff read in a terminal."""

from datetime import timedelta

import pytest

from bot.commands.tables import printable, waited
from bot.errors import NightlightError
from bot.handoff.names import operator


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "less than a minute"), (59, "less than a minute"), (60, "1 minute"), (119, "1 minute"),
        (3_599, "59 minutes"),
        (3_600, "1 hour"), (3_660, "1 hour 1 minute"), (86_399, "23 hours 59 minutes"), (86_400, "1 day"),
        (86_400 * 2 + 4_000, "2 days"),
    ],
)  # fmt: skip
def test_how_long_it_waited_is_said_in_words(seconds: int, words: str) -> None:
    assert waited(timedelta(seconds=seconds)) == words


def test_what_she_wrote_cannot_move_the_cursor() -> None:
    assert printable("a\x1b[2Jb\rc\nd\u202ee 😭") == "a\ufffd[2Jb\ufffdc\nd\ufffde 😭"


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "ann\x00", "Nightlight", "mother"])
def test_what_is_no_name_of_an_operator_is_refused(name: str) -> None:
    with pytest.raises(NightlightError):
        operator(name)


def test_a_name_is_kept_as_it_is_said() -> None:
    assert operator("  Ana  Lúcia Ng ") == "Ana Lúcia Ng"
