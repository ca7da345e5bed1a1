"""Facts that no answer may break, whatever an editor changes: held to what each clinic says."""

import re
import shutil
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.clinic import Clinic, ModelOfCare
from bot.faq.check import check
from bot.faq.checks.texts import lead, plain
from bot.faq.compile import compile_faq, rules
from bot.faq.library import FOLDER, Entry, library, read_entry, topic_files
from bot.safety.words import crisis_words_of
from bot.settings import ROOT

CLINICS = {clinic.short_name: clinic for clinic in (Clinic.load("in-clinic"), Clinic.load("at-home"))}
EXPIRY = date(2026, 12, 31)
NEXT_DAY = "until the next day"
PROGRAM_HOURS = re.compile(r"\b(?:4|four) to (?:8|eight) hours")

each_clinic = pytest.mark.parametrize("clinic", CLINICS.values(), ids=CLINICS)
each_channel = pytest.mark.parametrize("channel", ["web", "sms"])


@cache
def compiled(clinic: str) -> dict[str, list[dict[str, Any]]]:
    """All responses to topics, compiled once for each clinic."""
    return compile_faq(library(), CLINICS[clinic])


def responses(topic: str, clinic: Clinic) -> list[dict[str, Any]]:
    """The compiled variations of the response to `topic`."""
    return compiled(clinic.short_name)[f"utter_faq_{topic}"]


def answers(topic: str, clinic: Clinic, channel: str) -> list[str]:
    """What is answered to `topic` on `channel`: now, and after a date where one is set."""
    own = [r for r in responses(topic, clinic) if r.get("channel", "web") == channel]
    return [r["text"] for r in own if "when" not in r["metadata"]]


def follow_up(topic: str, clinic: Clinic, channel: str) -> str:
    """What is said to "tell me more"."""
    own = [r for r in responses(topic, clinic) if r.get("channel", "web") == channel]
    return next(r["text"] for r in own if "when" in r["metadata"])


def everything(clinic: Clinic) -> list[tuple[str, str]]:
    """All that is said about any topic, with its name."""
    return [(name, r["text"]) for name, said in compiled(clinic.short_name).items() for r in said]


# --- driving


@each_clinic
def test_mother_who_asks_about_driving_reads_the_next_day_first(clinic: Clinic) -> None:
    for web in answers("driving", clinic, "web"):
        assert NEXT_DAY in lead(web)
        assert "good night's sleep" in lead(web)
        assert "hours" not in lead(web)
        assert "911" in lead(web)
    for sms in answers("driving", clinic, "sms"):
        assert sms.startswith(f"Don't drive {NEXT_DAY}, after a good night's sleep, even if you feel fine.")
        assert "911" in sms


@each_clinic
def test_hours_of_the_program_are_never_the_advice(clinic: Clinic) -> None:
    for name, text in everything(clinic):
        words = plain(text)
        for match in PROGRAM_HOURS.finditer(words):
            assert "the least for the drug to fade, not leave to drive" in words[match.end() :], name
            assert re.search(r"next day|driv", words[: match.start()]), name
            assert "at least" not in words[max(0, match.start() - 20) : match.start()], name


@each_clinic
def test_nobody_is_told_that_driving_is_allowed_the_same_day(clinic: Clinic) -> None:
    for name, text in everything(clinic):
        assert not re.search(r"(?:can|may) drive (?:after|again|in|that|the same)", plain(text)), name


# --- the baby


@each_clinic
@each_channel
def test_mother_who_asks_who_minds_the_baby_reads_until_morning(clinic: Clinic, channel: str) -> None:
    for said in answers("childcare", clinic, channel):
        start = lead(said)
        assert "sober adult" in start
        assert re.search(r"until (?:the next )?morning", start)
        assert "rest of that day" in start
        assert "Do not hold" in start or "Don't hold" in start


@each_clinic
def test_hours_of_baby_care_are_named_as_the_least_only(clinic: Clinic) -> None:
    for name, text in everything(clinic):
        for match in re.finditer(r"\b4 to 6 hours", text):
            assert "least" in text[match.end() : match.end() + 160], name


@each_clinic
@each_channel
def test_nursing_mother_reads_of_spravato_and_of_few_studies(clinic: Clinic, channel: str) -> None:
    for said in answers("breastfeeding", clinic, channel):
        assert re.search(r"Spravato(?:'s)? label says not to breastfeed", said)
        assert "12 hours is the careful choice" in said
        assert "tablets" in said
        assert "Small studies" in lead(said)


# --- what is approved, and for what


@each_clinic
@each_channel
def test_mother_who_asks_if_it_is_legal_reads_for_surgery(clinic: Clinic, channel: str) -> None:
    for said in answers("legality", clinic, channel):
        assert "surgery" in said
        assert re.search(r"not for depression", said)
        assert "off-label" in said
        if channel == "web":
            assert "as an anesthetic" in lead(said)


@each_clinic
@each_channel
def test_mother_who_asks_for_other_treatment_reads_zuranolone(clinic: Clinic, channel: str) -> None:
    for said in answers("alternatives", clinic, channel):
        assert "zuranolone (Zurzuvae)" in lead(said)
        assert "14-day pill" in lead(said)


@each_clinic
def test_forty_seven_percent_is_never_a_cure(clinic: Clinic) -> None:
    for name, text in everything(clinic):
        if "47%" in text:
            assert "prevent PPD" in text, name


@each_clinic
@each_channel
def test_mother_who_asks_if_it_works_reads_that_the_study_was_to_prevent(clinic: Clinic, channel: str) -> None:
    for said in answers("effectiveness", clinic, channel):
        assert re.search(r"prevent PPD", lead(said), re.IGNORECASE)
        assert "no large study in mothers who already have" in lead(said)


@each_clinic
@each_channel
def test_nobody_is_told_that_she_may_take_it(clinic: Clinic, channel: str) -> None:
    for said in answers("eligibility", clinic, channel):
        assert said.startswith("Only a clinician can")


@each_clinic
@each_channel
def test_mother_who_asks_about_medicine_is_told_to_stop_none(clinic: Clinic, channel: str) -> None:
    for said in answers("medications", clinic, channel):
        assert re.search(r"(?:do not|[Dd]on't) stop any medicine on your own", lead(said))


@each_clinic
@each_channel
def test_nobody_is_promised_privacy(clinic: Clinic, channel: str) -> None:
    for said in answers("privacy", clinic, channel):
        assert re.search(r"Texts are (?:less private|not fully private)", lead(said))


# --- danger


@each_clinic
@each_channel
def test_every_crisis_text_has_both_numbers(clinic: Clinic, channel: str) -> None:
    for key, words in crisis_words_of(clinic).items():
        for situation, said in words.variants().items():
            text = plain(said.on(channel))
            assert re.search(r"\b911\b", text), (key, situation)
            assert re.search(r"\b988\b", text), (key, situation)


@each_clinic
@each_channel
@pytest.mark.parametrize(
    ("key", "first"),
    [
        ("crisis_self_harm", "988"),
        ("crisis_harm_baby", "911"),
        ("crisis_psychosis", "911"),
        ("crisis_domestic_violence", "911"),
        ("emergency_medical", "911"),
        ("crisis_concern", "988"),
    ],
)
def test_number_that_helps_soonest_comes_first(clinic: Clinic, channel: str, key: str, first: str) -> None:
    text = plain(crisis_words_of(clinic)[key].on(channel))
    assert re.findall(r"\b(?:911|988)\b", text)[0] == first


@each_clinic
@each_channel
def test_maternal_hotline_comes_after_the_crisis_line(clinic: Clinic, channel: str) -> None:
    for words in crisis_words_of(clinic).values():
        for said in words.variants().values():
            text = plain(said.on(channel))
            if "1-833-852-6262" in text:
                assert text.index("988") < text.index("1-833-852-6262")


# --- what runs out


@each_clinic
@pytest.mark.parametrize("topic", ["legality", "at_home"])
def test_telehealth_permission_runs_out_by_itself(clinic: Clinic, topic: str) -> None:
    said = [r for r in responses(topic, clinic) if "when" not in r["metadata"]]
    before = [r for r in said if r["metadata"].get("until") == str(EXPIRY)]
    after = [r for r in said if r["metadata"].get("after") == str(EXPIRY)]
    assert len(before) == len(after) == 2  # web and SMS
    assert len(said) == 4
    for response in after:
        assert (
            "through December 31, 2026" not in response["text"] or "permission that I know of ran" in response["text"]
        )


@each_clinic
@each_channel
def test_mother_who_asks_after_the_permission_ran_out_is_sent_to_the_clinic(clinic: Clinic, channel: str) -> None:
    said = [r for r in responses("legality", clinic) if r.get("channel", "web") == channel]
    [after] = [r["text"] for r in said if "after" in r["metadata"]]
    assert "Ask the clinic whether telehealth prescribing is allowed now" in after
    assert clinic.phone in after


@each_clinic
def test_follow_up_never_names_the_date(clinic: Clinic) -> None:
    for topic in ("legality", "at_home"):
        for channel in ("web", "sms"):
            assert "2026" not in follow_up(topic, clinic, channel)


# --- a new topic

SLEEP = """\
question: May I sleep in my own bed after a session?
label: Sleep afterwards
web: |
  Yes, rest in your own bed, but let someone else have the baby for the night. Call {clinic.phone} with any worry.
sms: >-
  Yes, rest in your own bed, but let someone else have the baby for the night. Worries? Call {clinic.phone}.
more:
  web: |
    You may be sleepy for the rest of the day.
  sms: >-
    You may be sleepy for the rest of the day.
related: [childcare, aftercare]
sources:
  - {id: Spravato, says: "restful sleep before anything that needs full alertness"}
review: {status: draft, by: null, on: null, due: 2027-05-24}
"""


@pytest.fixture
def with_a_28th(tmp_path: Path) -> Path:
    """A copy of the topics with one more file, and no other change."""
    folder = tmp_path / "data" / "faq"
    shutil.copytree(FOLDER, folder)
    shutil.copy(ROOT / "data" / "wording.yml", tmp_path / "data" / "wording.yml")
    (folder / "sleep.yml").write_text(SLEEP, encoding="utf-8")
    return folder


@each_clinic
def test_new_file_is_answered_without_any_other_change(clinic: Clinic, with_a_28th: Path) -> None:
    entries = {e.intent: e for e in map(read_entry, topic_files(with_a_28th))}
    assert len(entries) == len(library()) + 1
    said = compile_faq(entries, clinic)["utter_faq_sleep"]
    assert [(r.get("channel"), r["metadata"].get("when")) for r in said] == [
        (None, None),
        ("sms", None),
        (None, {"follow_up": True}),
        ("sms", {"follow_up": True}),
    ]
    assert all(clinic.phone in r["text"] for r in said[:2])
    assert [button["payload"] for button in said[0]["buttons"]] == ["/faq_childcare", "/faq_aftercare"]
    rule = {
        "rule": "A mother asks: May I sleep in my own bed after a session?",
        "steps": [{"intent": "faq_sleep"}, {"action": "utter_faq_sleep"}],
    }
    assert rule in rules(entries)


def test_new_file_passes_the_check(with_a_28th: Path) -> None:
    assert check(with_a_28th, list(CLINICS.values()), release=False, today=date(2026, 11, 24)) == []


# --- all of them


def test_every_topic_is_answered_on_both_channels_under_both_models() -> None:
    assert len(library()) >= 27
    for entry in library().values():
        for model in ModelOfCare:
            assert _complete(entry, model), entry.name


def _complete(entry: Entry, model: ModelOfCare) -> bool:
    said = (entry.topic.answer(model), entry.topic.further(model))
    return all(words.web and words.sms for words in said)
