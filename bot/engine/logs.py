"""Logs without what mothers write: levels, and Rasa's own chatter kept below them."""

import logging
import os
import warnings

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
    """Set up logging of this process at `level`; libraries speak from WARNING on, however low `level` is."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    _configure_structlog()


def _configure_structlog() -> None:
    # Rasa logs whole messages by structlog; unless it is told otherwise that prints from DEBUG on.
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
