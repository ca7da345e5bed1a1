"""What waits to be written: turns, deletions, votes and counts, in the order in which they must be done."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bot.storage import answers, transcripts
from bot.storage.answers import Cast
from bot.storage.sessions import Session
from bot.storage.transcripts import Turn

MOST = 20_000  # turns, and as many votes; the oldest go first


@dataclass
class Backlog:
    """What waits. `gone` are conversations to be deleted, before what is said in them afterwards is written.

    `numbers` are rows of other processes with the places that they were given.
    """

    gone: set[str] = field(default_factory=set)
    turns: list[Turn] = field(default_factory=list)
    numbers: dict[int, tuple[str, int]] = field(default_factory=dict)
    votes: dict[str, Cast] = field(default_factory=dict)
    answered: Counter[tuple[str, object]] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.gone or self.turns or self.numbers or self.votes or self.answered)

    def forget(self, conversation_id: str) -> None:
        """That conversation is to be deleted; of what waits of it, nothing is written."""
        self.gone.add(conversation_id)
        self.drop(conversation_id)

    def drop(self, conversation_id: str) -> None:
        """Of what waits of that conversation, nothing is written."""
        self.turns = [turn for turn in self.turns if turn.conversation_id != conversation_id]
        self.numbers = {row: (of, place) for row, (of, place) in self.numbers.items() if of != conversation_id}

    def count(self, topics: Iterable[str], at: datetime) -> None:
        """Each of `topics` was answered once more."""
        self.answered.update((topic, at.date()) for topic in topics)

    def take(self, most: int) -> "Backlog":
        """The oldest of what waits, `most` turns of it; it waits here no more."""
        taken = Backlog(self.gone, self.turns[:most], self.numbers, self.votes, self.answered)
        self.gone, self.turns, self.numbers, self.votes, self.answered = set(), self.turns[most:], {}, {}, Counter()
        return taken

    def put_back(self, taken: "Backlog") -> int:
        """`taken` could not be written, and waits again, in its place; returns how much of it is too much to keep."""
        turns = [turn for turn in taken.turns if turn.conversation_id not in self.gone]
        numbers = {row: given for row, given in taken.numbers.items() if given[0] not in self.gone}
        self.gone |= taken.gone
        self.turns = [*turns, *self.turns]
        self.numbers = numbers | self.numbers
        self.votes = taken.votes | self.votes
        self.answered += taken.answered
        return self.shorten()

    def shorten(self) -> int:
        """Drops what is too much to keep; returns how much that was. Deletions are never dropped."""
        too_many = max(len(self.turns) - MOST, 0)
        del self.turns[:too_many]
        while len(self.votes) > MOST:
            del self.votes[next(iter(self.votes))]
            too_many += 1
        return too_many

    def parts(self) -> "list[Backlog]":
        """The same, each thing for itself."""
        alone = [Backlog(gone=self.gone)] if self.gone else []
        alone += [Backlog(turns=[turn]) for turn in self.turns]
        alone += [Backlog(numbers={row: given}) for row, given in self.numbers.items()]
        return [*alone, Backlog(votes=self.votes, answered=self.answered)]

    def write(self, session: Session) -> None:
        """Writes all of it. Raises (through the transaction) `StorageUnavailable` or `Conflict`."""
        if self.gone:
            transcripts.forget(session, self.gone)
        transcripts.write(session, self.turns)
        for row, (_, place) in self.numbers.items():
            transcripts.number(session, row, place)
        answers.vote(session, list(self.votes.values()))
        answers.count(session, self.answered)
