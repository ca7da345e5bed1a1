"""Logs without what mothers write: levels, and Rasa's own chatter kept below them."""

import logging
import os
import sys
import traceback
import warnings
from collections.abc import Iterator, MutableMapping
from typing import Any

from bot.settings import settings

Event = MutableMapping[str, Any]
EXCEPTION = "exception"
_FOR_PEOPLE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_HARMLESS = frozenset({"event", "level", EXCEPTION})

# Each of these logs the texts of messages at DEBUG, and some at INFO.
_TALKATIVE = (
    "rasa",
    "rasa_sdk",
    "sanic",
    "asyncio",
    "apscheduler",
    "matplotlib",
    "httpx",
    "httpcore",
    "twilio",
    "tensorflow",
    "markdown_it",
)


def quieten() -> None:
    """Before Rasa is imported: no telemetry, no banner of TensorFlow, no warnings of old libraries."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
    # Not a filter: Rasa sets its own.
    warnings.showwarning = lambda *_, **__: None
    logging.getLogger().addFilter(lambda record: "tf.compat" not in record.getMessage())


def configure(level: str) -> None:
    """Set up logging of this process at `level`; libraries speak from WARNING on, however low `level` is.

    Lines for people in development; in production one JSON object a line.
    """
    import structlog

    handler = logging.StreamHandler()
    handler.setFormatter(_json() if settings().production else logging.Formatter(_FOR_PEOPLE))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    # Rasa alone logs by structlog, whole messages too; unless it is told otherwise that prints from DEBUG on.
    structlog.configure(
        processors=[structlog.stdlib.add_log_level, where, event_alone, structlog.stdlib.render_to_log_kwargs],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def event_alone(_: object, __: str, event: Event) -> Event:
    """Of what Rasa logs, its event's name, level and place: the rest are trackers, messages and slots."""
    return {key: value for key, value in event.items() if key in _HARMLESS}


def where(_: object, __: str, event: Event) -> Event:
    """`event` with the kinds and places of its exception, in place of a trace with words that may be a mother's."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event[EXCEPTION] = list(_chain(error))
    return event


def _chain(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        places = (f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__))
        yield " ".join([type(error).__name__, *places])
        error = error.__cause__ or error.__context__


def _json() -> logging.Formatter:
    import structlog

    add = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=[EXCEPTION]),
    ]
    clock = structlog.processors.TimeStamper(fmt="iso", utc=True)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*add, clock, where],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
        keep_exc_info=False,
    )
