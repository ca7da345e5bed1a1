"""Which texts may leave to whom: asked before every one of them."""

from bot.enrolment.states import State
from bot.storage.models.text_message import Purpose

# What we begin ourselves: in her hours only.
OURS = frozenset({Purpose.INVITATION, Purpose.STARTED})
# What an opt-out leaves waiting: its one confirmation; and words of danger, of which staff are told when they are
# withheld in their turn.
HELD_BACK = frozenset(Purpose) - {Purpose.FAREWELL, Purpose.DANGER}


def may_leave(purpose: Purpose, state: State | None, opted_out: bool) -> bool:
    """Whether a text of that purpose may go to a number now; `state` is of its enrolment, None if it has none."""
    if opted_out:
        return purpose is Purpose.FAREWELL
    if purpose is Purpose.INVITATION:
        return state is State.INVITED
    if purpose is Purpose.STARTED:
        return state is State.ACTIVE
    return True
