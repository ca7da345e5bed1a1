"""The one error that a person at the keyboard is meant to read."""


class NightlightError(Exception):
    """Something the operator or editor can mend; its text says what to do."""
