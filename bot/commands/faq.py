"""`nightlight faq`: the curated answers."""

from datetime import timedelta
from typing import Annotated

import typer

from bot import clock
from bot.terminal import command, say

app = typer.Typer(no_args_is_help=True, help="The curated answers: check them, see what was asked and helped.")


@app.command()
@command
def check(release: Annotated[bool, typer.Option(help="Refuse drafts too.")] = False) -> None:
    """Check every answer: schema, sources, reading grade, length, wording, review, links, facts, numbers."""
    from bot.faq.check import check_all

    findings = check_all(release=release)
    for finding in findings:
        typer.echo(str(finding))
    say(f"{len(findings)} findings" if findings else "All answers pass.")
    raise typer.Exit(bool(findings))


@app.command()
@command
def unanswered(limit: Annotated[int, typer.Option(help="How many to list.")] = 50) -> None:
    """What was asked and not understood, most often first. Nobody's name is with it."""
    from bot.storage import unanswered as questions
    from bot.storage.sessions import transaction

    with transaction() as session:
        for question in questions.by_count(session, limit):
            typer.echo(f"{question.count:5d}  {question.last_seen:%Y-%m-%d}  {question.text}")


@app.command()
@command
def report(days: Annotated[int, typer.Option(min=1, max=36_500, help="Of how many days.")] = 90) -> None:
    """How often each topic was answered on the website, and how many mothers said that it helped."""
    from bot.commands.tables import aligned
    from bot.storage import answers
    from bot.storage.sessions import transaction

    with transaction() as session:
        found = answers.figures(session, clock.now() - timedelta(days=days))
    if not found:
        say(f"Nothing was answered in the last {days} days.")
        return
    rows = [(one.topic, one.answered, one.helpful, one.not_helpful) for one in found]
    total = ("all", sum(row[1] for row in rows), sum(row[2] for row in rows), sum(row[3] for row in rows))
    for line in aligned([("topic", "answered", "helpful", "not helpful"), *rows, total]):
        typer.echo(line)
