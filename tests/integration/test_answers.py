"""An editor sees how often a topic was answered and whether it helped, and nobody's words."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot import clock
from bot.cli import app
from bot.engine.channels import archive
from bot.privacy.retention import retain
from bot.storage import answers
from bot.storage.answers import Cast, Figures
from bot.storage.models import TopicDay, Vote
from bot.storage.sessions import engine, transaction
from running import Visitor, wait_until
from served import Served, served
from support import NIGHT, at_once, later, rows

Configure = Callable[..., None]


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "GATHER", 0.01)
    monkeypatch.setattr(archive, "REST", 0.05)


@pytest.fixture
def server(database: str) -> Iterator[Served]:
    with served() as running:
        yield running


def figures() -> list[Figures]:
    with transaction() as session:
        return answers.figures(session, clock.now() - timedelta(days=1))


def is_counted(*expected: Figures) -> None:
    wait_until(lambda: figures() == list(expected), f"{expected} are counted")


def report(*options: str) -> list[str]:
    result = CliRunner().invoke(app, ["faq", "report", *options])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def votes(visitor: Visitor, seq: int, helpful: bool) -> int:
    return visitor.votes({"seq": seq, "helpful": helpful}).status_code


def test_an_answer_is_counted_and_so_is_whether_it_helped(server: Served) -> None:
    mothers = [Visitor(server.address) for _ in range(3)]
    answered = [one.writes("can i drive")[0] for one in mothers]
    assert all(message["rateable"] for message in answered)
    assert [votes(one, 3, helpful) for one, helpful in zip(mothers, (True, True, False), strict=True)] == [204] * 3
    is_counted(Figures("driving", 3, 2, 1))
    assert report() == [
        "topic    answered  helpful  not helpful",
        "driving         3        2            1",
        "all             3        2            1",
    ]


def test_the_last_vote_about_a_message_counts_and_each_message_has_its_own(server: Served) -> None:
    visitor = Visitor(server.address)
    for _ in range(2):
        visitor.writes("can i drive")
    for seq, helpful in ((3, True), (3, False), (5, True), (3, True), (3, False)):
        assert votes(visitor, seq, helpful) == 204
    is_counted(Figures("driving", 2, 1, 1))
    assert len(rows(Vote)) == 2


def test_a_retry_is_not_counted_again(server: Served) -> None:
    visitor = Visitor(server.address)
    message = {"id": "6f1b7a44-7f0e-4c51-9d0b-2f6a3c1f0d11", "text": "can i drive"}
    for _ in range(3):
        visitor.sends(message)
    is_counted(Figures("driving", 1, 0, 0))


@pytest.mark.parametrize("seq", [1, 2, 4, 99])
def test_what_is_no_answer_cannot_be_rated(server: Served, seq: int) -> None:
    visitor = Visitor(server.address)
    visitor.writes("can i drive")
    visitor.writes("i want to die")
    assert votes(visitor, seq, True) == 409
    other = Visitor(server.address)
    assert votes(other, 3, True) == 409  # not hers


@pytest.mark.parametrize(
    "vote", [{}, {"seq": 3}, {"seq": "3", "helpful": True}, {"seq": 3, "helpful": "yes"}, {"seq": 3, "helpful": 1}]
)
def test_what_is_no_vote_is_refused(server: Served, vote: dict[str, object]) -> None:
    visitor = Visitor(server.address)
    visitor.writes("can i drive")
    response = visitor.votes(vote)
    assert response.status_code == 422
    assert response.json()["errors"]


def test_an_answer_of_before_a_restart_can_be_rated(database: str) -> None:
    with served() as first:
        visitor = Visitor(first.address)
        visitor.writes("can i drive")
    with served() as second:
        again = Visitor(second.address)
        again.shows_token(visitor.token)
        again.shows_host(visitor.host)
        assert votes(again, 3, True) == 204
        is_counted(Figures("driving", 1, 1, 0))


def test_votes_and_counts_wait_for_a_database_that_is_down(server: Served, database: str, configure: Configure) -> None:
    visitor = Visitor(server.address)
    configure(DATABASE_URL="postgresql://postgres:secret@127.0.0.1:1/x")
    visitor.writes("can i drive")
    assert votes(visitor, 3, True) == 204
    assert votes(visitor, 3, False) == 204
    configure(DATABASE_URL=database)
    is_counted(Figures("driving", 1, 0, 1))


def test_nothing_that_is_stored_of_a_vote_leads_to_who_cast_it(server: Served) -> None:
    visitor = Visitor(server.address)
    visitor.writes("can i drive, my name is rosalind")
    visitor.writes("can i drive")
    votes(visitor, 5, True)
    is_counted(Figures("driving", 1, 1, 0))
    with engine().connect() as connection:
        everything = str([connection.execute(text(f"SELECT * FROM {t}")).all() for t in ("votes", "topic_days")])
    assert visitor.id not in everything
    assert "rosalind" not in everything
    assert visitor.leaves().status_code == 204
    assert figures() == [Figures("driving", 1, 1, 0)]


# --- figures


def test_the_figures_of_a_time_are_of_that_time(database: str) -> None:
    for days, topic in ((0, "cost"), (40, "cost"), (40, "driving")):
        at = NIGHT + timedelta(days=days)
        with transaction() as session:
            answers.count(session, {(topic, at.date()): 2})
            answers.vote(session, [Cast(f"{topic}-{days}", topic, days == 0, at)])
    with transaction() as session:
        assert answers.figures(session, NIGHT) == [Figures("cost", 4, 1, 1), Figures("driving", 2, 0, 1)]
        assert answers.figures(session, NIGHT + timedelta(days=30)) == [
            Figures("cost", 2, 0, 1),
            Figures("driving", 2, 0, 1),
        ]


def test_several_processes_count_at_once(database: str) -> None:
    def count(_: int) -> None:
        with transaction() as session:
            answers.count(session, {("cost", NIGHT.date()): 1, ("driving", NIGHT.date()): 2})

    at_once(count, 8)
    assert sorted((row.topic, row.answered) for row in rows(TopicDay)) == [("cost", 8), ("driving", 16)]


def test_they_are_deleted_by_age(database: str, configure: Configure) -> None:
    configure(NIGHTLIGHT_KEEP_QUESTIONS_DAYS="10")
    for days in (0, 9):
        at = NIGHT + timedelta(days=days)
        with transaction() as session:
            answers.count(session, {("cost", at.date()): 1})
            answers.vote(session, [Cast(f"ballot-{days}", "cost", True, at)])
    assert retain(later(days=15))["answer figures deleted"] == 2
    assert (len(rows(TopicDay)), len(rows(Vote))) == (1, 1)


def test_an_editor_of_a_clinic_that_nobody_asked_reads_that(database: str) -> None:
    assert report("--days", "7") == ["Nothing was answered in the last 7 days."]
