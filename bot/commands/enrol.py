"""`nightlight enrol`: who is sent text messages. What takes long to import is imported by the command that needs it."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot import clock
from bot.errors import NightlightError
from bot.handoff import names
from bot.settings import settings
from bot.terminal import command, say

app = typer.Typer(no_args_is_help=True, help="Who is sent text messages: enrol her, see how it stands, end it.")

Who = Annotated[str, typer.Option("--as", metavar="NAME", help="Who you are. Default: NIGHTLIGHT_OPERATOR.")]
Reference = Annotated[str, typer.Argument(help="Like K7M-4QP; k7m4qp will do.")]
Because = Annotated[str, typer.Option("--because", help="Why, in your words; kept with the change.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="A number that is enrolled belongs to another person now: end the former.")
]
Time = Annotated[str, typer.Argument(metavar='"YYYY-MM-DD HH:MM"', help="When it begins, as her visits are timed.")]


@app.command()
@command
def add(
    name: Annotated[str, typer.Option(help="Her name.")],
    phone: Annotated[str, typer.Option(help="Her mobile number.")],
    consent_by: Annotated[str, typer.Option(help="Who agreed: she herself, or who heard her agree.")],
    consent_on: Annotated[str, typer.Option(help="When: YYYY-MM-DD, with HH:MM if you know it.")],
    consent_words: Annotated[str, typer.Option(help="To which words she agreed.")],
    time_zone: Annotated[str, typer.Option(help="Hers, like America/Chicago. Default: the clinic's.")] = "",
    language: Annotated[str, typer.Option(help="Default: en.")] = "",
    model_of_care: Annotated[str, typer.Option(help="in_clinic or at_home. Default: the clinic's.")] = "",
    session: Annotated[list[str] | None, typer.Option(help='A session, "YYYY-MM-DD HH:MM"; may be repeated.')] = None,
    replace: Replace = False,
    who: Who = "",
) -> None:
    """Enrol a mother who agreed, and invite her. Nothing else is sent until she answers."""
    from bot.clinic import clinic
    from bot.enrolment import staff
    from bot.enrolment.importing import BETWEEN_SESSIONS, read_newcomer

    operator = _operator(who)
    said = {
        "name": name,
        "phone": phone,
        "consent_by": consent_by,
        "consent_on": consent_on,
        "consent_words": consent_words,
        "time_zone": time_zone,
        "language": language,
        "model_of_care": model_of_care,
        "sessions": BETWEEN_SESSIONS.join(session or ()),
    }
    reference = staff.enrol(operator, read_newcomer(said, clinic()), replace)
    typer.echo(reference)
    say("She is invited by text. Nothing else is sent until she answers.")


@app.command("import")
@command
def import_(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8; docs/operators.md has its columns.")],
    replace: Replace = False,
    good_ones: Annotated[
        bool, typer.Option("--good-ones", help="Enrol those that can be; default: all of them or none.")
    ] = False,
    who: Who = "",
) -> None:
    """Enrol everybody in a file. Says of each line that is wrong what is wrong, and enrols nobody then."""
    from bot.clinic import clinic
    from bot.enrolment import staff
    from bot.enrolment.importing import read_csv

    operator = _operator(who)
    rows = read_csv(file, clinic())
    good = [row for row in rows if row.newcomer]
    refused = staff.problems([row.newcomer for row in good if row.newcomer], replace)
    wrong = {row.line: row.wrong for row in rows if row.wrong} | {good[n].line: (why,) for n, why in refused.items()}
    chosen = [row.newcomer for row in good if row.newcomer and row.line not in wrong]
    references = staff.enrol_all(operator, chosen, replace) if good_ones or not wrong else []
    for line, problems in sorted(wrong.items()):
        for problem in problems:
            say(f"{file.name}:{line}: {problem}")
    for reference in references:
        typer.echo(reference)
    say(f"{len(references)} are enrolled and invited; {len(wrong)} of {len(rows)} lines are wrong.")
    raise typer.Exit(bool(wrong))


@app.command("list")
@command
def list_(
    ended: Annotated[bool, typer.Option("--ended", help="Those that have ended, instead.")] = False,
    with_names: Annotated[bool, typer.Option("--names", help="Their names too; recorded as a look.")] = False,
    who: Who = "",
) -> None:
    """Who is enrolled, by reference and the end of the number. Names nobody unless you ask for it."""
    from bot.commands.sheets import rows_of
    from bot.enrolment import staff

    operator = _operator(who)
    found = staff.listed(ended)
    known = staff.names(operator, ended) if with_names else {}
    for line in rows_of(found, known, _zone()) if found else ["Nobody is."]:
        typer.echo(line)


@app.command()
@command
def show(reference: Reference, who: Who = "") -> None:
    """All of one enrolment, with her name and number. Mind who sees the screen."""
    from bot.commands.sheets import sheet
    from bot.enrolment import staff

    found = staff.show(_operator(who), reference)
    for line in sheet(found, _zone(), ZoneInfo(staff.visit_zone(reference))):
        typer.echo(line)


@app.command()
@command
def remove(reference: Reference, because: Because = "", who: Who = "") -> None:
    """End her enrolment: she is sent nothing more, and is to the bot as if she had never been enrolled."""
    from bot.enrolment import staff

    say(f"{staff.end(_operator(who), reference, because)} has ended.")


@app.command()
@command
def pause(reference: Reference, because: Because = "", who: Who = "") -> None:
    """Start nothing for a while; what she writes is answered."""
    from bot.enrolment import staff

    say(f"{staff.pause(_operator(who), reference, because)} is paused.")


@app.command()
@command
def resume(
    reference: Annotated[str, typer.Argument(help="Like K7M-4QP; left out with --refused.")] = "",
    refused: Annotated[
        bool, typer.Option("--refused", help="All that were paused because the carrier refused the clinic's number.")
    ] = False,
    because: Because = "",
    who: Who = "",
) -> None:
    """Go on with what was paused."""
    from bot.enrolment import staff

    operator = _operator(who)
    if refused == bool(reference):
        raise NightlightError("Say which: a reference, or --refused for all that the carrier's refusal paused.")
    done = staff.resume_refused(operator) if refused else [staff.resume(operator, reference, because)]
    say(f"{', '.join(done) or 'Nobody'} goes on.")


@app.command("session-add")
@command
def session_add(reference: Reference, starts: Time, who: Who = "") -> None:
    """Put in a session; she is reminded of it, and asked how she is after it."""
    from bot.enrolment import staff

    operator = _operator(who)
    moment = clock.read_moment(starts, staff.visit_zone(reference))
    if moment < clock.now():
        raise NightlightError(f"{starts} is past.")
    say(f"{staff.add_session(operator, reference, moment)} has a session at {starts}.")


@app.command("session-remove")
@command
def session_remove(reference: Reference, starts: Time, who: Who = "") -> None:
    """Take a session out. One that is moved is taken out and put in anew."""
    from bot.enrolment import staff

    operator = _operator(who)
    moment = clock.read_moment(starts, staff.visit_zone(reference))
    say(f"{staff.remove_session(operator, reference, moment)} has no session at {starts} any more.")


def _operator(who: str) -> str:
    return names.operator(who or settings().operator)


def _zone() -> ZoneInfo:
    from bot.clinic import clinic

    return ZoneInfo(clinic().time_zone)
