"""Which texts may leave to whom: asked before every one of them."""

from bot.enrolment.states import State
from bot.storage.models.text_message import Purpose

# What we begin ourselves: in her hours only.
OURS = frozenset({Purpose.INVITATION, Purpose.STARTED})
# What an opt-out does not hold back: its one confirmation, and the crisis lines for who writes of danger after it
# (47 CFR 64.1200(f)(4): emergency purposes). She gets them only in answer to her own words.
_AFTER_OPT_OUT = frozenset({Purpose.FAREWELL, Purpose.DANGER})
HELD_BACK = frozenset(Purpose) - _AFTER_OPT_OUT


def may_leave(purpose: Purpose, state: State | None, opted_out: bool) -> bool:
    """Whether a text of that purpose may go to a number now; `state` is of its enrolment, None if it has none."""
    if purpose in _AFTER_OPT_OUT:
        return True
    if opted_out:
        return False
    if purpose is Purpose.INVITATION:
        return state is State.INVITED
    if purpose is Purpose.STARTED:
        return state is State.ACTIVE
    return True
