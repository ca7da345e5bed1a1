"""One message of the bot, typed, as every channel gets it; and how Rasa's output becomes one."""

import threading
from dataclasses import dataclass, replace
from typing import Any

import nh3
from markdown_it import MarkdownIt
from rasa.core.channels.channel import OutputChannel

from bot.safety.verdict import KINDS

ANSWER, DANGER, FORM, NOTICE = "answer", "danger", "form", "notice"
LANGUAGE = "en"  # of everything that is said
_TAGS = {"p", "strong", "em", "ul", "ol", "li", "a", "br"}
_SCHEMES = {"https", "tel", "sms"}
_MARKDOWN = MarkdownIt("zero").enable(["emphasis", "link", "list", "newline"])


@dataclass(frozen=True)
class Outbound:
    """What the bot says: `type` is answer, danger, form or notice; `text` is Markdown on the web.

    `name` is the response's name in the model, where it came from there; `buttons` are
    (title, payload) pairs, the payload never leaves the server. `topic` is the FAQ topic that it
    answers, `kind` the kind of danger that it speaks of, where there is one.
    """

    type: str
    text: str
    name: str = ""
    buttons: tuple[tuple[str, str], ...] = ()
    sources: tuple[dict[str, str], ...] = ()
    review: str | None = None
    topic: str | None = None
    kind: str | None = None


class TypedOutput(OutputChannel):  # type: ignore[misc]
    """Collects what Rasa says in one turn. Its name chooses the variation: `web` or `sms`.

    Written in the engine's thread and read in the server's, also while the turn is still running.
    """

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._messages: list[Outbound] = []
        self._lock = threading.Lock()

    def name(self) -> str:  # type: ignore[override]
        """The channel's name, which Rasa compares with a response's `channel`."""
        return self._channel

    def say(self, message: Outbound) -> None:
        """Keep `message`; nothing leaves before the gate takes it."""
        with self._lock:
            self._messages.append(message)

    def take(self) -> list[Outbound]:
        """What was said since it was last asked: each message is handed over once, the list is the caller's."""
        with self._lock:
            said, self._messages = self._messages, []
        return said

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """See `OutputChannel`."""
        metadata = message.get("metadata") or {}
        name = message.get("utter_action") or ""
        kind = name.removeprefix("utter_")
        self.say(
            Outbound(
                type=metadata.get("type", NOTICE),
                text=(message.get("text") or "").strip(),
                name=name,
                buttons=tuple((b["title"], b["payload"]) for b in message.get("buttons") or []),
                sources=tuple(metadata.get("sources") or ()),
                review=metadata.get("review"),
                topic=metadata.get("topic"),
                kind=kind if kind in KINDS else None,
            )
        )


def one_set_of_buttons(messages: list[Outbound]) -> list[Outbound]:
    """`messages` with the buttons of the last that has any: one choice at a time, nothing beside danger."""
    if any(message.type == DANGER for message in messages):
        return [replace(message, buttons=()) for message in messages]
    last = max((i for i, message in enumerate(messages) if message.buttons), default=-1)
    return [replace(message, buttons=message.buttons if i == last else ()) for i, message in enumerate(messages)]


def html(markdown: str) -> str:
    """`markdown` as HTML of few tags; links only to web pages, calls and text messages."""
    rendered = _MARKDOWN.render(markdown)
    links = {"attributes": {"a": {"href"}}, "url_schemes": _SCHEMES, "url_relative": "deny", "link_rel": "noopener"}
    return nh3.clean(rendered, tags=_TAGS, **links)
