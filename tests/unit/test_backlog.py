"""What waits for the database is written once, in order, and nothing that was erased comes back."""

from datetime import date

import pytest

from bot.engine.channels import backlog
from bot.engine.channels.backlog import Backlog
from bot.storage.answers import Cast
from bot.storage.transcripts import Turn
from support import NIGHT


def turn(conversation_id: str, first: int) -> Turn:
    return Turn(conversation_id, first, "{}", NIGHT)


def waiting(*turns: Turn) -> Backlog:
    return Backlog(turns=list(turns))


def test_nothing_waits_at_first():
    assert not Backlog()
    assert all(Backlog(**{name: value}) for name, value in {"gone": {"a"}, "votes": {"b": None}}.items())


def test_what_is_taken_waits_no_more_and_what_is_put_back_is_before_what_came_since():
    it = waiting(turn("a", 1), turn("a", 3), turn("b", 1))
    taken = it.take(2)
    assert (taken.turns, it.turns) == ([turn("a", 1), turn("a", 3)], [turn("b", 1)])
    it.turns.append(turn("a", 5))
    assert it.put_back(taken) == 0
    assert it.turns == [turn("a", 1), turn("a", 3), turn("b", 1), turn("a", 5)]


def test_what_is_forgotten_is_not_written_also_when_it_was_on_its_way():
    it = waiting(turn("a", 1), turn("b", 1))
    it.numbers = {7: ("a", 3), 8: ("b", 3)}
    taken = it.take(10)
    it.turns.append(turn("a", 5))
    it.forget("a")
    it.turns.append(turn("a", 7))
    it.put_back(taken)
    assert it.gone == {"a"}
    assert it.turns == [turn("b", 1), turn("a", 7)]
    assert it.numbers == {8: ("b", 3)}


def test_what_is_dropped_is_not_to_be_deleted():
    it = waiting(turn("a", 1), turn("b", 1))
    it.drop("a")
    assert (it.gone, it.turns) == (set(), [turn("b", 1)])


def test_counts_and_votes_come_together_and_the_last_vote_counts():
    it = Backlog()
    it.count(["cost", "cost", "driving"], NIGHT)
    it.votes["x"] = Cast("x", "cost", True, NIGHT)
    taken = it.take(10)
    it.count(["cost"], NIGHT)
    it.votes["x"] = Cast("x", "cost", False, NIGHT)
    it.put_back(taken)
    assert it.answered == {("cost", date(2026, 3, 2)): 3, ("driving", date(2026, 3, 2)): 1}
    assert [cast.helpful for cast in it.votes.values()] == [False]


def test_it_does_not_grow_without_end_and_keeps_the_newest(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backlog, "MOST", 2)
    it = waiting(*(turn("a", n) for n in range(5)))
    it.votes = {str(n): Cast(str(n), "cost", True, NIGHT) for n in range(3)}
    assert it.shorten() == 4
    assert ([t.first for t in it.turns], list(it.votes)) == ([3, 4], ["1", "2"])


def test_each_thing_can_be_written_by_itself_deletions_first():
    it = waiting(turn("a", 1), turn("b", 1))
    it.gone, it.numbers = {"c"}, {7: ("b", 3)}
    parts = it.parts()
    assert [bool(part.gone) for part in parts] == [True, False, False, False, False]
    assert [len(part.turns) for part in parts] == [0, 1, 1, 0, 0]
