"""A reference that a mother can read aloud and type."""

import pytest

from bot.handoff.reference import as_written, is_reference, new_reference
from bot.scheduling.lookup import find_reference


def test_every_reference_is_known_again_however_it_is_typed():
    for reference in (new_reference() for _ in range(500)):
        for typed in (reference, reference.lower(), reference.lower().replace("-", " "), reference.replace("-", "")):
            assert is_reference(typed)
            assert as_written(typed) == reference
        assert find_reference(f"it is {reference.lower().replace('-', ' ')}") == reference


@pytest.mark.parametrize("words", ["help me", "cry cry", "k7m", "911 now", "hit him", "nkm nxd", "", "214 555 0123"])
def test_words_are_no_reference(words):
    assert not is_reference(words)
