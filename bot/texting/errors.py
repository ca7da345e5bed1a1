"""What the carrier's error codes mean for the text, for the enrolment, and for the clinic."""

from enum import StrEnum


class Fault(StrEnum):
    """Whose an error is, and so what it ends."""

    OPTED_OUT = "opted_out"  # she has said STOP to the carrier
    HER_NUMBER = "her_number"  # it cannot be texted
    NOT_REACHED = "not_reached"  # her phone or its carrier did not take it: it may be gone for good, or for a day
    OUR_SENDER = "our_sender"  # the clinic's own number may not send; what is to be mended is with the clinic
    THIS_TEXT = "this_text"  # it would fail however often it is tried
    PASSING = "passing"  # it may work later


# twilio.com/docs/api/errors
_FAULTS = {
    21610: Fault.OPTED_OUT,
    21211: Fault.HER_NUMBER,  # not a valid number
    21217: Fault.HER_NUMBER,  # not a number at all
    21614: Fault.HER_NUMBER,  # not a mobile number
    30005: Fault.NOT_REACHED,  # unknown handset: the number may not be in use any more
    30006: Fault.NOT_REACHED,  # a landline, or a carrier that cannot be reached
    21212: Fault.OUR_SENDER,  # the sender is not a valid number
    21606: Fault.OUR_SENDER,  # the sender cannot send texts
    21660: Fault.OUR_SENDER,  # the sender is not this account's
    21703: Fault.OUR_SENDER,  # the messaging service has no number
    30032: Fault.OUR_SENDER,  # a toll-free number that is not verified
    30034: Fault.OUR_SENDER,  # a number that is not registered for A2P 10DLC
    21602: Fault.THIS_TEXT,  # no body
    21617: Fault.THIS_TEXT,  # too long
    21408: Fault.THIS_TEXT,  # this account sends nothing to her country
    21612: Fault.THIS_TEXT,  # no way from this sender to her
}
_PASSING_STATUS = frozenset({401, 403, 404, 408, 409, 425, 429})  # a wrong token is mended, and then it works


def fault(code: int | None, status: int | None = None) -> Fault:
    """Whose the error `code` is; where nobody knows that one, the HTTP `status` says whether it may pass."""
    if code in _FAULTS:
        return _FAULTS[code]
    is_final = status is not None and 400 <= status < 500 and status not in _PASSING_STATUS
    return Fault.THIS_TEXT if is_final else Fault.PASSING
