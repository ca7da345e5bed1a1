"""`nightlight faq`: the curated answers."""

from typing import Annotated

import typer

from bot.terminal import command, say

app = typer.Typer(no_args_is_help=True, help="The curated answers: check them, see what was not answered.")


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
