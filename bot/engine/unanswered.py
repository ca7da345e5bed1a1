"""What was not understood, kept for the editors once she has her answer."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from rasa.shared.core.events import UserUttered

from bot import clock
from bot.errors import NightlightError
from bot.storage import unanswered
from bot.storage.sessions import transaction
from bot.understanding.decision import AGAIN, FALLBACK

log = logging.getLogger(__name__)


class UnansweredQuestions:
    """Keeps them in a thread of its own, one after the other: no turn waits for the database."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "unanswered")

    def keep(self, message: UserUttered | None) -> None:
        """Keep `message`, redacted and without who asked, if it was not understood; returns at once."""
        if message and message.intent.get("name") in {FALLBACK, AGAIN}:
            options = list((message.parse_data or {}).get("options") or [])
            asyncio.get_running_loop().run_in_executor(self._thread, _store, message.text or "", options)


def _store(text: str, options: list[str]) -> None:
    # A failure is the editors' loss, not hers.
    try:
        with transaction() as session:
            unanswered.keep(session, text, options, clock.now())
    except NightlightError as error:
        log.warning("unanswered: a question could not be kept: %s", error)
