"""What a turn says after its time-out: told before the next answer, where it still matters."""

from collections import OrderedDict

from bot.engine.channels.outbound import DANGER, Outbound

RAISED = "utter_alert_raised"
MAX_OWED = 1_000  # conversations; the oldest go first


class Late:
    """Owed to each conversation: words of danger that came too late, and that the care team knows after all.

    Any other late answer is left out: she was told that there is none, and has gone on since.
    """

    def __init__(self) -> None:
        self._owed: OrderedDict[str, list[Outbound]] = OrderedDict()

    def keep(self, conversation_id: str, late: list[Outbound], said: list[Outbound]) -> None:
        """Keep of `late` what still matters after `said`, which she has read."""
        warned = any(message.type == DANGER for message in said)
        owed = [m for m in late if m.name == RAISED or (m.type == DANGER and not warned)]
        if owed:
            self._owed[conversation_id] = [*self._owed.pop(conversation_id, []), *owed]
        while len(self._owed) > MAX_OWED:
            self._owed.popitem(last=False)

    def before(self, conversation_id: str, said: list[Outbound]) -> list[Outbound]:
        """`said`, behind what is owed to that conversation, each thing once; then nothing is owed any more."""
        names = {message.name for message in said}
        owed = {m.name: m for m in self._owed.pop(conversation_id, []) if m.name not in names}
        return [*owed.values(), *said]
