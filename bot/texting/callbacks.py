"""What the carrier reports of texts after it has taken them: in any order, and more than once."""

from bot.clock import Now, now
from bot.storage import texts
from bot.storage.sessions import Conflict, transaction
from bot.texting.states import said
from bot.texting.trouble import follow


def note(sid: str, status: str, code: int | None, key: str | None, at: Now = now) -> None:
    """Keeps the furthest state of the text `sid`; `key` is the idempotency key that the report's address brings.

    What is lost is followed up once. A word or a text that nobody knows changes nothing. Raises `StorageUnavailable`:
    then the carrier should report again.
    """
    try:
        _note(sid, status, code, key, at)
    except Conflict:
        # Somebody raised the same alert at the same moment.
        _note(sid, status, code, key, at)


def _note(sid: str, status: str, code: int | None, key: str | None, at: Now) -> None:
    state = said(status)
    if state is None:
        return
    with transaction() as session:
        text_id = texts.find(session, sid, key)
        owner = texts.owner(session, text_id) if text_id else None
        if text_id is None or owner is None:
            return
        if text := texts.note_status(session, text_id, sid, state, code, at()):
            follow(session, text, *owner, at)
