"""What a mother wrote, erased at her wish."""

from bot.clock import Now, now
from bot.storage.erasure import Erased, erase_conversation
from bot.storage.sessions import transaction


def erase(conversation_id: str, at: Now = now) -> Erased:
    """Erases what that conversation has left in the database, all of it or nothing.

    Returns what went and what stays, so that she can be told both. The memory of the engine is not touched: see
    `bot.engine.turns`. Raises `StorageUnavailable` if nothing was erased.
    """
    with transaction() as session:
        return erase_conversation(session, conversation_id, at())
