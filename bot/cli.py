"""The `nightlight` command."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.commands import audit, enrol, faq, inbox, keys, retention
from bot.errors import NightlightError
from bot.settings import Settings, settings
from bot.terminal import command, say, step

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Nightlight: run it, train it, ask it, measure it.")
for name, group in {"faq": faq, "inbox": inbox, "enrol": enrol, "audit": audit, "keys": keys}.items():
    app.add_typer(group.app, name=name)
app.command("retention")(retention.retain)


def ready_model(current: Settings) -> Path:
    """The model for the files as they are; trained first if there is none."""
    from bot.engine.logs import configure
    from bot.engine.training import model_path, train

    path: Path = model_path(current)
    if path.is_file():
        say(f"· the model fits the files: {path.name}")
        return path
    configure("WARNING")
    with step("training (no model fits the files)"):
        train(current)
    return path


@app.command()
@command
def run() -> None:
    """Train if needed, migrate the database, start engine, actions and worker, print the address."""
    from bot.processes import run_all
    from bot.storage.migrate import upgrade

    current = settings()
    ready_model(current)
    with step("database"):
        try:
            upgrade()
        except NightlightError as error:
            # Answers and crisis lines need no database; alerts wait in the spool.
            say(f"  {error}")
    raise typer.Exit(run_all(current, say))


@app.command()
@command
def train(force: Annotated[bool, typer.Option(help="Train even if a model fits the files.")] = False) -> None:
    """Train a model for the files as they are, and publish it if it misses no danger."""
    from bot.engine.training import model_path

    if force:
        model_path(settings()).unlink(missing_ok=True)
    typer.echo(ready_model(settings()))


@app.command()
@command
def chat(
    channel: Annotated[str, typer.Option(help="Whose wording to see: web or sms.")] = "web",
) -> None:
    """Talk to the bot in the terminal."""
    from bot.engine.chat import talk

    if channel not in {"web", "sms"}:
        raise NightlightError(f"--channel is {channel!r}; it takes web or sms.")
    talk(ready_model(settings()), settings(), channel)


@app.command()
@command
def evaluate(
    files: Annotated[list[Path], typer.Argument(help="JSON-lines files; see docs/evaluation.md.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run the production pipeline over files of questions, danger and near misses."""
    from bot.engine.logs import configure
    from bot.evaluation.case import read_cases
    from bot.evaluation.score import report
    from bot.evaluation.score import run as run_cases
    from bot.evaluation.table import lines

    model = ready_model(settings())
    configure("ERROR")
    from bot.engine.pipeline import Pipeline

    pipeline = Pipeline(model)
    cases = read_cases(files, pipeline.intents)
    figures = report(run_cases(cases, pipeline.understand))
    typer.echo(json.dumps(figures, indent=2) if as_json else "\n".join(lines(figures)))


@app.command()
@command
def curve(
    files: Annotated[list[Path], typer.Argument(help="JSON-lines files; only their single questions count.")],
) -> None:
    """Train on 10, 20, 40, ... examples an intent: how many questions does each model read rightly?"""
    from bot.evaluation.case import read_cases
    from bot.evaluation.curve import curve as steps
    from bot.evaluation.curve import read_examples

    examples = read_examples()
    cases = [c for c in read_cases(files, examples) if not (c.several or c.near_miss or c.danger or c.context)]
    if not cases:
        raise NightlightError("There are no single questions in these files.")
    for at_most, n_examples, share in steps(examples, cases):
        typer.echo(f"{at_most:4d} an intent ({n_examples:5d} in all): {share:.1%} right")


@app.command(hidden=True)
@command
def engine() -> None:
    """The engine process alone; `nightlight run` starts it."""
    from bot.engine.logs import configure

    configure(settings().log_level)
    from bot.engine.server import serve
    from bot.engine.training import model_path

    serve(settings(), model_path(settings()))


@app.command(hidden=True)
@command
def actions() -> None:
    """The action server alone; `nightlight run` starts it."""
    from actions.__main__ import main
    from bot.engine.logs import configure

    configure(settings().log_level)
    main()


@app.command()
@command
def worker() -> None:
    """Deliver hand-offs: drain the spool, tell the next contact, send the outbox. `nightlight run` starts it."""
    import signal
    from threading import Event

    from bot.engine.logs import configure
    from bot.handoff.worker import run as work

    configure(settings().log_level)
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    work(stop)


if __name__ == "__main__":
    sys.exit(app())
