"""What the engine has in mind of the conversations that go on: the last session of each, and what is not stored yet."""

import json
import math
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker

from bot.storage.conversations import Batch

MAX_HELD = 1_000
SESSION_START = "action_session_start"
Event = dict[str, Any]


@dataclass
class Held:
    """One conversation. `end` is how many events the database has; None where it could not be asked.

    `tracker` is Rasa's own object of it, which would cost more to make anew than all the rest of a turn.
    """

    end: int | None = None
    stored: list[Batch] = field(default_factory=list)
    waiting: list[Batch] = field(default_factory=list)
    tracker: DialogueStateTracker | None = None
    agreed_at: float = -math.inf  # on the monotonic clock

    @property
    def is_live(self) -> bool:
        """Whether `tracker` is what is held here: a turn that failed has left events in it that are not."""
        return self.tracker is not None and len(self.tracker.events) == self.count

    def agreed_within(self, seconds: float) -> bool:
        """Whether nothing waits here, and the database was of one mind with this so short a time ago."""
        return not self.waiting and time.monotonic() - self.agreed_at < seconds

    @property
    def session(self) -> list[Batch]:
        """The batches of the last session."""
        return _last_session([*self.stored, *self.waiting])

    @property
    def count(self) -> int:
        """How many events the last session has."""
        return sum(batch.count for batch in self.session)

    def add(self, events: Sequence[Event]) -> None:
        """Keeps `events`, which follow on those of the last session."""
        self.waiting = [*self.waiting, *cut(events, begins_session=not self.session)]

    def agrees(self, end: int) -> bool:
        """Whether a database with `end` events has what is stored here, and nothing that is not here.

        A write that was given up may have been done all the same: then what waited is stored, up to some turn.
        """
        if self.end is None:
            return bool(self.waiting)
        ends = list(accumulate((batch.count for batch in self.waiting), initial=self.end))
        if end not in ends:
            return False
        self.written(end, ends.index(end))
        return True

    def written(self, end: int, batches: int) -> None:
        """The first `batches` that waited are stored; the database has `end` events now."""
        self.end = end
        self.agreed_at = time.monotonic()
        self.stored = _last_session([*self.stored, *self.waiting[:batches]])
        self.waiting = self.waiting[batches:]


def events_of(batches: Iterable[Batch]) -> list[Event]:
    """The events in `batches`, each a new dict."""
    return [event for batch in batches for event in json.loads(batch.events)]


def cut(events: Sequence[Event], begins_session: bool) -> list[Batch]:
    """`events` as batches, cut where a session starts; `begins_session`: the first does so in any case."""
    starts = [place for place, event in enumerate(events) if place and event.get("name") == SESSION_START]
    edges = [0, *starts, len(events)]
    parts = [events[start:stop] for start, stop in pairwise(edges) if start < stop]
    first = begins_session or (bool(events) and events[0].get("name") == SESSION_START)
    return [Batch(len(part), first or place > 0, json.dumps(part)) for place, part in enumerate(parts)]


def _last_session(batches: list[Batch]) -> list[Batch]:
    begins = [place for place, batch in enumerate(batches) if batch.begins_session]
    return batches[begins[-1] :] if begins else batches


class Memory:
    """The conversations by id; the longest untouched ones go first."""

    def __init__(self, most: int = MAX_HELD) -> None:
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._most = most

    def get(self, conversation_id: str) -> Held | None:
        """That conversation, if it is here."""
        return self._held.get(conversation_id)

    def put(self, conversation_id: str, held: Held) -> Held:
        """Keeps and returns that conversation."""
        self._held[conversation_id] = held
        self._held.move_to_end(conversation_id)
        while len(self._held) > self._most:
            self._held.popitem(last=False)
        return held

    def forget(self, conversation_id: str) -> None:
        """Forgets it."""
        self._held.pop(conversation_id, None)

    def ids(self) -> set[str]:
        """The ids of the conversations that are here."""
        return set(self._held)
