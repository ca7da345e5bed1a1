"""Who is enrolled and wants everything erased is forgotten, but for what proves her consent and her opt-out."""

import os
from collections.abc import Callable

import pytest
from sqlalchemy import text

from bot.enrolment import register, website
from bot.enrolment.states import State
from bot.enrolment.website import Wish
from bot.handoff import desk, worker
from bot.handoff.care_message import CareMessage
from bot.privacy.erasure import erase
from bot.privacy.retention import forget_numbers, retain
from bot.settings import settings
from bot.storage import opt_outs
from bot.storage.models import (
    Base,
    DueText,
    Enrolment,
    EnrolmentChange,
    EnrolmentCode,
    HandOff,
    OptOut,
    TextMessage,
    TextThread,
    TreatmentSession,
)
from bot.storage.sessions import engine, transaction
from bot.texting import replies, sender, started
from bot.texting.render import Said
from enrolled import CONSENT, HER_NAME, enrolled
from support import HER_PHONE, HER_WORDS, NIGHT, later, rows

HERS = ("Rosalind", "Kettering", "5550173", "Ann Fowler", HER_WORDS, "no mas", "hers to know")
AFTERNOON = lambda: NIGHT.replace(hour=20)  # noqa: E731 - 2 pm in Chicago


def stored() -> str:
    """All that the database holds, decrypted."""
    found = []
    with transaction() as session:
        for mapper in Base.registry.mappers:
            for row in session.query(mapper.class_):
                found.append(str({column.key: getattr(row, column.key) for column in mapper.column_attrs}))
    return "\n".join(found)


def full() -> Enrolment:
    """A mother of whom there is something in every table of this channel."""
    enrolment = enrolled(sessions=(NIGHT.replace(day=3, hour=20),))
    started.start_texts(lambda: NIGHT.replace(hour=23))
    replies.reply(enrolment.conversation_id, "SM1", [Said(HER_WORDS, (("hers to know", "/x"),))], later())
    website.ask(Wish(HER_NAME, HER_PHONE, "America/Chicago", website.agreement().id), later())
    register.stop(HER_PHONE, "no mas", None, later())
    register.start(HER_PHONE, "no mas, but yes", "SM2", later())
    return enrolment


def test_everything_of_hers_goes_and_what_proves_her_consent_stays(database: str) -> None:
    enrolment = full()
    assert rows(DueText)
    assert erase(enrolment.conversation_id, later()).enrolment == enrolment.reference
    forget_numbers(later(hours=1))
    assert rows(TextMessage) == rows(TextThread) == rows(EnrolmentCode) == rows(DueText) == rows(TreatmentSession) == []
    [kept] = rows(Enrolment)
    assert (kept.state, kept.agreed_at, kept.erased_at) == (State.ENDED, enrolment.agreed_at, later()())
    assert kept.phone_hash == enrolment.phone_hash
    [opted] = rows(OptOut)
    assert (opted.words, opted.at) == ("no mas", later()())
    everything = stored().replace("no mas", "")
    assert CONSENT in everything
    assert not [word for word in HERS if word in everything]
    assert {row.words for row in rows(EnrolmentChange)} == {""}


def test_she_still_gets_the_answer_and_her_number_goes_after_it(database: str) -> None:
    enrolment = full()
    erase(enrolment.conversation_id, later())
    replies.reply(enrolment.conversation_id, "SM9", [Said("It is erased.")], later())
    forget_numbers(later(hours=1))
    assert sender.send_all(later(hours=1)) == 1
    assert "5550173" in stored()
    forget_numbers(later(hours=2))
    assert "5550173" not in stored()


def test_her_number_goes_after_a_day_whatever_waits(database: str) -> None:
    enrolment = full()
    erase(enrolment.conversation_id, later())
    replies.reply(enrolment.conversation_id, "SM9", [Said("It is erased.")], later())
    forget_numbers(later(days=1, minutes=1))
    assert "5550173" not in stored()


def test_crisis_lines_that_wait_leave_all_the_same(database: str) -> None:
    enrolment = enrolled()
    replies.reply(enrolment.conversation_id, "SM1", [Said("call or text 988", danger=True)], later())
    erase(enrolment.conversation_id, later())
    assert sender.send_all(later()) == 1


def test_who_is_erased_and_writes_again_is_a_stranger(database: str) -> None:
    enrolment = full()
    erase(enrolment.conversation_id, later())
    caller = register.caller(HER_PHONE, later())
    assert caller.member is None
    assert caller.conversation_id != enrolment.conversation_id


def test_a_stranger_is_forgotten_too(database: str) -> None:
    caller = register.caller(HER_PHONE, later())
    replies.reply(caller.conversation_id, "SM1", [Said(HER_WORDS)], later())
    assert erase(caller.conversation_id, later()).enrolment is None
    forget_numbers(later(hours=1))
    assert rows(TextThread) == []
    assert "5550173" not in stored()


def test_an_opt_out_holds_after_the_erasure(database: str) -> None:
    enrolment = enrolled()
    register.stop(HER_PHONE, "stop", None, later())
    erase(enrolment.conversation_id, later())
    forget_numbers(later(hours=1))
    with transaction() as session:
        assert opt_outs.stands(session, HER_PHONE)
    assert "5550173" not in stored()


def test_a_message_to_the_care_team_is_erased_and_waits_for_nobody(database: str) -> None:
    enrolment = enrolled()
    desk.pass_on(CareMessage(enrolment.conversation_id, "SM1", "sms", "check_in_low", HER_WORDS), later())
    assert rows(HandOff)[0].person == enrolment.reference
    erase(enrolment.conversation_id, later())
    [hand_off] = rows(HandOff)
    assert (hand_off.status, hand_off.person) == ("closed", None)
    assert HER_WORDS not in stored()


def test_an_enrolment_is_erased_once(database: str) -> None:
    enrolment = full()
    assert erase(enrolment.conversation_id, later()).enrolment
    assert erase(enrolment.conversation_id, later(minutes=1)).enrolment is None


# --- by age


def test_texts_go_with_the_conversations_and_enrolments_years_after_their_end(
    database: str, configure: Callable[..., None]
) -> None:
    configure(NIGHTLIGHT_KEEP_CONVERSATIONS_DAYS="10", NIGHTLIGHT_KEEP_ENROLMENTS_DAYS="100")
    full()
    sender.send_all(AFTERNOON)
    worker.tick(later(days=1))
    assert retain(later(days=9))["texts deleted"] == 0
    assert retain(later(days=11))["texts deleted"] == len(rows(TextMessage)) + 4
    assert len(rows(Enrolment)) == len(rows(TextThread)) == 1
    register.caller("+12145550188", later())
    assert retain(later(days=11))["numbers deleted"] == 1
    with engine().begin() as connection:
        connection.execute(text("UPDATE enrolments SET state = 'ended'"))
    assert retain(later(days=99))["enrolments deleted"] == 0
    done = retain(later(days=101))
    assert (done["enrolments deleted"], done["lifted opt-outs deleted"]) == (1, 1)
    assert rows(TextThread) == rows(EnrolmentChange) == []


def test_an_opt_out_that_stands_is_kept_for_ever(database: str) -> None:
    register.stop(HER_PHONE, "stop", None, later())
    retain(later(days=9_000))
    assert len(rows(OptOut)) == 1


def test_files_of_texts_go_too(database: str) -> None:
    full()
    sender.send_all(AFTERNOON)
    folder = settings().var / "sms"
    files = list(folder.glob("*.json"))
    assert files
    for file in files:
        os.utime(file, (later()().timestamp(),) * 2)
    assert retain(later(days=31))["text files deleted"] == len(files)


@pytest.mark.parametrize("days", [1, 3])
def test_codes_are_kept_as_long_as_they_count(database: str, days: int) -> None:
    full()
    assert retain(later(days=days))["codes deleted"] == (days == 3)
