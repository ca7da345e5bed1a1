"""What leaves in answer to what she wrote."""

from collections.abc import Sequence

from bot.clock import Now, now
from bot.errors import NightlightError
from bot.storage import texts, threads
from bot.storage.models import Purpose, TextThread
from bot.storage.sessions import Session, transaction
from bot.texting.book import words
from bot.texting.render import Option, Said, render


def reply(conversation_id: str, key: str, said: Sequence[Said], at: Now = now) -> None:
    """Puts the answer to the message `key` (the carrier's id of it) in the outbox, once, in her thread.

    Remembers the options that a number picks from now on, and what "MORE" brings. Raises `Conflict` if that
    message has an answer already, `StorageUnavailable`, `NightlightError` if there is no such thread.
    """
    with transaction() as session:
        put_in(session, thread_of(session, conversation_id), key, said, at)


def more(conversation_id: str, key: str, at: Now = now) -> None:
    """Puts in the next piece of the answer that was too long; where there is none, the words for that."""
    with transaction() as session:
        thread = thread_of(session, conversation_id)
        rest = threads.take_rest(thread) or [words("nothing_more")]
        threads.offer(thread, ())
        threads.keep_rest(thread, rest[1:])
        texts.queue(session, thread, key, Purpose.REPLY, rest[:1], at())


def offered(conversation_id: str) -> list[Option]:
    """The options that a number picks: (title, payload), in order."""
    with transaction() as session:
        return threads.offered(thread_of(session, conversation_id))


def put_in(session: Session, thread: TextThread, key: str, said: Sequence[Said], at: Now) -> None:
    """See `reply`; within a transaction of the caller's."""
    rendered = render(said, words("more"))
    threads.offer(thread, rendered.options)
    threads.keep_rest(thread, rendered.rest)
    for number, (body, danger) in enumerate(rendered.texts):
        purpose = Purpose.DANGER if danger else Purpose.REPLY
        texts.queue(session, thread, f"{key}-{number}", purpose, [body], at())


def thread_of(session: Session, conversation_id: str) -> TextThread:
    """The thread of that conversation, kept from others. Raises `NightlightError` if there is none."""
    thread = threads.of_conversation(session, conversation_id)
    if thread is None:
        raise NightlightError("There is no such thread of texts.")
    return thread
