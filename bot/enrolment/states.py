"""What may become of an enrolment."""

from collections.abc import Mapping
from enum import StrEnum

from bot.errors import NightlightError


class State(StrEnum):
    """Where an enrolment stands."""

    INVITED = "invited"  # one invitation, and nothing else until she answers it
    ACTIVE = "active"
    PAUSED = "paused"  # she is answered; nothing is started
    OPTED_OUT = "opted_out"  # she is sent nothing
    ENDED = "ended"  # as if she had never been enrolled


class Cause(StrEnum):
    """Why an enrolment went from one state to another."""

    CLINIC = "clinic"  # staff did it
    WEBSITE = "website"  # she gave back the code that was sent to her number
    ANSWER = "answer"  # she said yes to the invitation
    DECLINED = "declined"  # she said no to it
    STOP = "stop"  # she wants no more texts
    START = "start"  # she wants them again
    CARRIER = "carrier"  # her number cannot be texted, as the carrier says
    SENDER = "sender"  # the clinic's own number may not send, as the carrier says
    ANOTHER_PERSON = "another_person"  # the number belongs to somebody else now
    ERASED = "erased"  # she wanted everything erased


_NEXT: Mapping[State, frozenset[State]] = {
    State.INVITED: frozenset({State.ACTIVE, State.OPTED_OUT, State.ENDED}),
    State.ACTIVE: frozenset({State.PAUSED, State.OPTED_OUT, State.ENDED}),
    State.PAUSED: frozenset({State.ACTIVE, State.OPTED_OUT, State.ENDED}),
    State.OPTED_OUT: frozenset({State.ACTIVE, State.ENDED}),
    State.ENDED: frozenset(),
}
ANSWERED = frozenset({State.ACTIVE, State.PAUSED})  # in these she has agreed, and is answered


class WrongState(NightlightError):
    """An enrolment cannot go from its state to that one; the text says where it can go."""


def check(reference: str, before: State, after: State) -> None:
    """Raises `WrongState` unless the enrolment called `reference` may go from the state `before` to `after`."""
    allowed = _NEXT[before]
    if after not in allowed:
        may = ", ".join(state for state in State if state in allowed)
        raise WrongState(
            f"{reference} is {before} and cannot become {after}. "
            + (f"It can become: {may}." if may else "That is its end; whoever wants texts again is enrolled anew.")
        )
