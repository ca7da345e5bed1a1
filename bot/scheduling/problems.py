"""What can be wrong with an answer. Each has its words in `data/appointment.yml`."""

from enum import StrEnum


class Problem(StrEnum):
    """Why the question is asked again."""

    NAME_MISSING = "name_missing"
    NAME_TOO_LONG = "name_too_long"
    PHONE_MISSING = "phone_missing"
    PHONE_TOO_SHORT = "phone_too_short"
    PHONE_TOO_LONG = "phone_too_long"
    PHONE_UNKNOWN = "phone_unknown"  # enough digits, but no such number can exist
    REACH_MISSING = "reach_missing"
    PLACE_UNKNOWN = "place_unknown"
    STATE_UNKNOWN = "state_unknown"
    STATE_NOT_SERVED = "state_not_served"
    DAY_MISSING = "day_missing"
    DAY_IN_PAST = "day_in_past"
    DAY_CLOSED = "day_closed"
    DAY_HOLIDAY = "day_holiday"
    DAY_TOO_FAR = "day_too_far"
    PART_MISSING = "part_missing"
    PART_CLOSED = "part_closed"
    WORDS_TOO_LONG = "words_too_long"
    ANSWER_MISSING = "answer_missing"  # neither yes nor no
    NEEDED = "needed"  # she would rather not say what a request cannot do without
    CHANGE_UNCLEAR = "change_unclear"
