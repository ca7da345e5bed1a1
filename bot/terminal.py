"""What the commands of `nightlight` share: how they speak, and what an error looks like."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from time import perf_counter
from typing import Any

import typer

from bot.errors import NightlightError


def say(text: str) -> None:
    """A line for the person at the keyboard; results alone go to standard output."""
    typer.echo(text, err=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Says what is being done, and for how long it was."""
    say(f"· {name} ...")
    start = perf_counter()
    yield
    say(f"  {name}: {perf_counter() - start:.1f} s")


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """A command whose `NightlightError` is a sentence and exit code 1, not a stack trace."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        from bot.engine.logs import quieten

        quieten()
        try:
            return function(*args, **kwargs)
        except NightlightError as error:
            say(str(error))
            raise typer.Exit(1) from error

    return wrapped
