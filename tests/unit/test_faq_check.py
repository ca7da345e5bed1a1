"""The check of the contents: each rule, shown by one broken copy of a file."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.clinic import Clinic
from bot.faq.check import check, check_all, check_channel, check_crisis, check_domain, check_notices
from bot.faq.checks import files
from bot.faq.findings import Finding
from bot.faq.library import read_yaml
from bot.settings import ROOT

TODAY = date(2026, 11, 24)
CLINICS = [Clinic.load("in-clinic"), Clinic.load("at-home")]


class Contents:
    """A copy of the contents that a test breaks as an editor would."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT / "data", root / "data", ignore=shutil.ignore_patterns("nlu*"))
        shutil.copy(ROOT / "domain.yml", root / "domain.yml")

    def change(self, file: str, old: str, new: str) -> int:
        """Writes `new` for the first `old` in `file`; the line on which it stands."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r} any more: change this test with it"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def line(self, file: str, start: str) -> int:
        """The first line of `file` that begins with `start`."""
        lines = (self.root / file).read_text(encoding="utf-8").splitlines()
        return next(n for n, line in enumerate(lines, start=1) if line.startswith(start))

    def findings(self, release: bool = False, today: date = TODAY, clinics: list[Clinic] = CLINICS) -> list[Finding]:
        """What the check says of this copy."""
        wording = self.root / "data" / "wording.yml"
        return [
            *check(self.root / "data" / "faq", clinics, release, today),
            *check_crisis(self.root / "data" / "crisis.yml", clinics, wording),
            *check_notices(self.root / "data" / "erasure.yml", clinics, wording),
            *check_channel(self.root / "data" / "channel.yml", clinics, wording),
            *check_domain(self.root / "domain.yml", clinics, wording),
        ]

    def only(self, file: str, line: int, rule: str) -> Finding:
        """The one finding there is: it must stand in `file` on `line`, by `rule`."""
        found = self.findings()
        assert [(Path(f.file).relative_to(self.root).as_posix(), f.line, f.rule) for f in found] == [(file, line, rule)]
        assert found[0].mend
        return found[0]


Parsed = tuple[Any, dict[str, int]]


@pytest.fixture(scope="module")
def parsed() -> dict[bytes, Parsed]:
    """What was parsed already, by content."""
    return {}


@pytest.fixture
def contents(tmp_path: Path, parsed: dict[bytes, Parsed], monkeypatch: pytest.MonkeyPatch) -> Contents:
    """A copy of the contents of this project. A test changes one file: the others are parsed once for all tests."""

    def read_once(path: Path) -> Parsed:
        content = path.read_bytes()
        if content not in parsed:
            parsed[content] = read_yaml(path)
        return parsed[content]

    monkeypatch.setattr(files, "read_yaml", read_once)
    return Contents(tmp_path)


# --- what is right


def test_editor_checks_this_project_and_nothing_is_found(configure: Callable[..., None]) -> None:
    assert [str(finding) for finding in check_all()] == []


def test_editor_checks_a_release_and_reads_each_draft(configure: Callable[..., None]) -> None:
    findings = check_all(release=True)
    assert {f.rule for f in findings} <= {"draft"}
    drafts = [p for p in (ROOT / "data" / "faq").glob("*.yml") if "status: draft" in p.read_text(encoding="utf-8")]
    assert [f.file for f in findings] == sorted(f"data/faq/{p.name}" for p in drafts)


def test_editor_reads_a_finding_as_one_line() -> None:
    finding = Finding("data/faq/driving.yml", 12, "grade", "sms: reads at grade 11", "Use shorter words")
    assert str(finding) == "data/faq/driving.yml:12: grade: sms: reads at grade 11. Mend: Use shorter words."


def test_signed_answer_passes_a_release(contents: Contents) -> None:
    file = "data/faq/driving.yml"
    contents.change(file, "status: draft, by: null, on: null", "status: reviewed, by: psychiatrist, on: 2026-11-20")
    assert not [f for f in contents.findings(release=True) if f.file.endswith("driving.yml")]


# --- schema


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("label: Driving after", "lable: Driving after", "lable"),
        ("label: Driving after", "label: Driving after a session of any kind", "label"),
        ("related: [childcare, session, preparation]", "related: [childcare, session, preparation, cost]", "related"),
        ("status: draft", "status: signed", "review.status"),
        ("status: draft", "status: reviewed", "by"),
        ("due: 2027-05-24", "due: next spring", "review.due"),
        ("at_home:", "until: telehealth_permission\nat_home:", "afterwards"),
    ],
)
def test_key_that_is_not_as_the_schema_says_is_found(contents: Contents, old: str, new: str, says: str) -> None:
    contents.change("data/faq/driving.yml", old, new)
    found = contents.findings()
    assert {(Path(f.file).name, f.rule) for f in found} == {("driving.yml", "schema")}
    assert any(says in f.problem for f in found)


def test_misspelled_key_is_found_on_its_line(contents: Contents) -> None:
    line = contents.change("data/faq/driving.yml", "at_home:\n  web:", "at_home:\n  wbe:")
    found = [f for f in contents.findings() if f.rule == "schema"]
    assert [(f.line, f.problem.split(":")[0]) for f in found] == [(line + 1, "at_home.wbe")]


def test_colon_without_quotes_is_found(contents: Contents) -> None:
    line = contents.change("data/faq/driving.yml", "label: Driving after", "label: Driving: after")
    finding = contents.only("data/faq/driving.yml", line, "schema")
    assert "quote" in finding.mend


def test_key_that_stands_twice_is_found(contents: Contents) -> None:
    line = contents.change("data/faq/driving.yml", "label: Driving after", "label: Rides\nlabel: Driving after")
    assert "twice" in contents.only("data/faq/driving.yml", line + 1, "schema").problem


@pytest.mark.parametrize("content", [b"", b"- a list\n", b"caf\xe9: \xff\n", b"question: a\x00b\n"])
def test_file_that_is_no_topic_is_found(contents: Contents, content: bytes) -> None:
    (contents.root / "data/faq/new.yml").write_bytes(content)
    contents.only("data/faq/new.yml", 1, "schema")


def test_one_broken_file_does_not_hide_the_others(contents: Contents) -> None:
    (contents.root / "data/faq/new.yml").write_text("question: [", encoding="utf-8")
    contents.change("data/faq/driving.yml", "id: MayoK", "id: Mayo")
    assert {f.rule for f in contents.findings()} == {"schema", "source"}


# --- sources, reviews, links


def test_source_that_nobody_can_look_up_is_found(contents: Contents) -> None:
    line = contents.change("data/faq/driving.yml", "id: MayoK", "id: Mayo")
    assert "Mayo" in contents.only("data/faq/driving.yml", line, "source").problem


def test_citation_without_a_title_is_found(contents: Contents) -> None:
    line = contents.change("data/faq/sources.yml", 'UCSF: {title: "', 'UCSF: {name: "')
    found = contents.findings()
    assert ("schema", line) in {(f.rule, f.line) for f in found}


def test_review_that_is_late_is_found_the_day_after(contents: Contents) -> None:
    line = contents.change("data/faq/driving.yml", "due: 2027-05-24", "due: 2026-11-24")
    assert contents.findings() == []
    [finding] = contents.findings(today=date(2026, 11, 25))
    assert (finding.line, finding.rule) == (line, "review")


def test_link_to_no_topic_is_found(contents: Contents) -> None:
    line = contents.change("data/faq/driving.yml", "related: [childcare, session", "related: [childcare, sesion")
    assert "sesion" in contents.only("data/faq/driving.yml", line, "related").problem


@pytest.mark.parametrize("name", ["driving", "childcare"])
def test_link_that_leads_nowhere_new_is_found(contents: Contents, name: str) -> None:
    line = contents.change("data/faq/driving.yml", "related: [childcare, session", f"related: [childcare, {name}")
    contents.only("data/faq/driving.yml", line, "related")


def test_border_without_a_link_is_found(contents: Contents) -> None:
    line = contents.change("data/faq/benefits.yml", "related: [effectiveness, onset", "related: [cost, onset")
    assert "`effectiveness`" in contents.only("data/faq/benefits.yml", line, "border").problem


def test_border_that_names_no_topic_is_found(contents: Contents) -> None:
    contents.change("data/wording.yml", "- [benefits, effectiveness]", "- [benefits, effectiveness, proofs]")
    found = [f for f in contents.findings() if f.file.endswith("wording.yml")]
    assert [(f.line, f.rule) for f in found] == [(contents.line("data/wording.yml", "borders:"), "border")]
    assert "`proofs`" in found[0].problem


# --- how it reads


def test_first_paragraph_that_is_hard_to_read_is_found(contents: Contents) -> None:
    hard = "Pharmacological impairment necessitates postponing vehicular operation considerably. "
    file = "data/faq/driving.yml"
    contents.change(file, "  Do not drive until the next day", f"  {hard}Do not drive until the next day")
    assert "web: the first paragraph" in contents.only(file, contents.line(file, "web:"), "grade").problem


def test_text_message_that_is_hard_to_read_is_found(contents: Contents) -> None:
    file = "data/faq/benefits.yml"
    contents.change(
        file,
        "calmer and closer to their baby. No",
        "considerably calmer psychologically and emotionally, unfortunately no",
    )
    found = [f for f in contents.findings() if f.rule == "grade"]
    assert [(Path(f.file).name, f.line) for f in found] == [("benefits.yml", contents.line(file, "sms:"))]


def test_text_message_of_three_segments_is_found(contents: Contents) -> None:
    file = "data/faq/driving.yml"
    contents.change(
        file, "in our guide. That is", "in our guide, which you got from us by mail on the day you signed up. That is"
    )
    [finding] = contents.findings()
    assert (finding.rule, Path(finding.file).name) == ("sms", "driving.yml")
    assert "at_home.sms: 3 segments at Harbor Light" in finding.problem
    assert "306 is the most" in finding.mend


def test_facts_of_a_third_clinic_may_make_a_text_too_long(contents: Contents) -> None:
    long = CLINICS[1].model_copy(deep=True)
    long.short_name = "The Harbor Light Long Name Clinic"
    long.program["drive_hours"] = "4 to 8 hours, and for some women and some doses a good deal longer than that"
    found = contents.findings(clinics=[*CLINICS, long])
    assert {f.rule for f in found} == {"sms"}
    assert "driving.yml" in {Path(f.file).name for f in found}


def test_curly_quote_in_a_text_message_is_found_on_its_line(contents: Contents) -> None:
    line = contents.change("data/faq/driving.yml", "  Don't drive", "  Don\u2019t drive")
    assert "\u2019" in contents.only("data/faq/driving.yml", line, "sms").problem


def test_markdown_in_a_text_message_is_found(contents: Contents) -> None:
    line = contents.change("data/faq/driving.yml", "  Don't drive", "  **Don't** drive")
    contents.only("data/faq/driving.yml", line, "sms")


# --- wording


@pytest.mark.parametrize(
    "words",
    [
        "It is safe.",
        "It is **safe**.",
        "It is proven.",
        "There is no cure.",
        "We guarantee it.",
        "It repairs the brain.",
        "It rebuilds links.",
        "It is a miracle.",
        "It is a breakthrough.",
        "An addict asked us.",
        "After a failed attempt.",
        "Some commit suicide.",
        "You have PPD.",
        "You qualify.",
        "Don't worry.",
        "Don\u2019t worry.",
        "Just relax.",
        "It is never shared.",
        "It is always encrypted.",
        "Wait for at least 4 to 8 hours.",
        "Wait for 4-8 hours.",
        "Wait for at least\n  four to eight hours.",
        "Ketamine is FDA-approved.",
        "Ketamine is FDA-approved for depression.",
        "The FDA approved ketamine.",
        "Brexanolone is a drip for PPD.",
        "It works in 47% of mothers.",
        "You can stop your medicine.",
        "Reply CANCEL to cancel.",
        "Calm down.",
    ],
)
def test_wording_that_no_text_may_have_is_found(contents: Contents, words: str) -> None:
    file = "data/faq/locations.yml"
    contents.change(file, "  **What to do:** Ask where", f"  {words} **What to do:** Ask where")
    found = contents.findings()
    assert {(Path(f.file).name, f.rule) for f in found} == {("locations.yml", "wording")}
    assert found[0].line >= contents.line(file, "web:")


@pytest.mark.parametrize(
    "words",
    [
        "Call if you feel unsafe.",
        "It is addictive.",
        "The FDA approved it as an anesthetic (a drug for surgery), not for depression.",
        "The FDA approved ketamine for surgery, not for depression.",
        "The tablets are not FDA-approved.",
        "Zuranolone is a pill the FDA approved for PPD.",
        "Spravato is FDA-approved for two kinds of depression, not for PPD.",
        "Brexanolone left the US market in 2025.",
        "Do not stop your medicine.",
        "Unproven claims are common.",
        "A doctor can tell if you have PPD.",
    ],
)
def test_wording_that_is_right_is_let_be(contents: Contents, words: str) -> None:
    contents.change("data/faq/locations.yml", "  **What to do:** Ask where", f"  {words} **What to do:** Ask where")
    assert contents.findings() == []


def test_wording_is_found_on_the_line_where_it_stands(contents: Contents) -> None:
    line = contents.change("data/faq/driving.yml", "  - Set up the ride home", "  - It is proven. Set up the ride home")
    assert '"proven"' in contents.only("data/faq/driving.yml", line, "wording").problem


def test_hours_of_the_program_without_the_rule_beside_are_found(contents: Contents) -> None:
    file = "data/faq/driving.yml"
    contents.change(file, " That is the least for the drug to fade, not leave to drive.\n", "\n")
    found = contents.findings()
    assert {(f.rule, f.line) for f in found} == {("wording", contents.line(file, "at_home:") + 1)}
    assert "4 to 8 hours" in found[0].problem


def test_word_that_one_place_may_have_is_found_in_another(contents: Contents) -> None:
    contents.change("data/faq/locations.yml", "  **What to do:** Ask", "  I cannot tell you if a mix is safe. Ask")
    assert {f.rule for f in contents.findings()} == {"wording"}


@pytest.mark.parametrize(
    "rule",
    [
        "  - {words: [a], pattern: b, why: c, mend: d}",
        "  - {pattern: '(', why: c, mend: d}",
        "  - {words: [a], mend: d}",
        "  - {words: [a], why: c, mend: d, allowed: [{where: '*'}]}",
    ],
)
def test_rule_of_wording_that_cannot_be_followed_is_found(contents: Contents, rule: str) -> None:
    contents.change("data/wording.yml", "banned:\n", f"banned:\n{rule}\n")
    assert {(Path(f.file).name, f.rule) for f in contents.findings()} == {("wording.yml", "schema")}


# --- placeholders and numbers


def test_placeholder_that_a_clinic_has_no_fact_for_is_found(contents: Contents) -> None:
    line = contents.change("data/faq/cost.yml", "Call {clinic.phone}", "Call {clinic.telephone}")
    found = contents.findings()
    assert {(Path(f.file).name, f.line, f.rule) for f in found} == {("cost.yml", line, "placeholder")}


def test_fact_of_one_model_of_care_may_be_named_where_only_that_one_speaks(contents: Contents) -> None:
    line = contents.change(
        "data/faq/onset.yml", "**What to do:** Ask", "**What to do:** Plan {program.session_hours}. Ask"
    )
    finding = contents.only("data/faq/onset.yml", line, "placeholder")
    assert "Cedar Lane" in finding.problem


def test_braces_that_are_no_placeholder_are_found(contents: Contents) -> None:
    line = contents.change("data/faq/cost.yml", "Call {clinic.phone}", "Call {phone}")
    contents.only("data/faq/cost.yml", line, "placeholder")


def test_date_that_a_clinic_does_not_have_is_found(contents: Contents) -> None:
    line = contents.change("data/faq/legality.yml", "until: telehealth_permission", "until: telehealth")
    assert {(f.line, f.rule) for f in contents.findings()} == {(line, "placeholder")}


@pytest.mark.parametrize(
    "number", ["214-555-0142", "(800) 555-0187", "1-833-943-5746", "1-833-TLC-MOMS", "8005550187", "+18005550187"]
)
def test_number_that_is_no_crisis_line_is_found(contents: Contents, number: str) -> None:
    line = contents.change("data/faq/cost.yml", "Call {clinic.phone}", f"Call {number}")
    assert number in contents.only("data/faq/cost.yml", line, "number").problem


@pytest.mark.parametrize("said", ["Text HOME to 741741.", "Call 311.", "Dial 112."])
def test_short_number_that_is_no_crisis_line_is_found(contents: Contents, said: str) -> None:
    line = contents.change("data/faq/cost.yml", "**What to do:** Call", f"**What to do:** {said} Call")
    contents.only("data/faq/cost.yml", line, "number")


@pytest.mark.parametrize("said", ["Call 911.", "Call 1-800-222-1222.", "Text START to 88788.", "We had 308 in 2024."])
def test_number_of_a_crisis_line_is_let_be(contents: Contents, said: str) -> None:
    contents.change("data/faq/cost.yml", "**What to do:** Call", f"**What to do:** {said} Call")
    assert contents.findings() == []


# --- both channels, also after a date


def test_follow_up_without_a_text_message_is_found(contents: Contents) -> None:
    path = contents.root / "data/faq/driving.yml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("  sms: >-\n    Why: ketamine can slow"), text.index("at_home:")
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    found = contents.findings()
    assert {(Path(f.file).name, f.rule, f.line) for f in found} == {
        ("driving.yml", "channels", contents.line("data/faq/driving.yml", "more:"))
    }


# --- danger


def test_crisis_text_that_says_911_too_late_is_found(contents: Contents) -> None:
    file = "data/crisis.yml"
    contents.change(
        file,
        "    I'm glad you told me. Please reach",
        "    I'm glad that you told me of it now, and thank you. Please reach",
    )
    finding = contents.only(file, contents.line(file, "  sms:"), "crisis")
    assert "crisis_self_harm.sms: 911" in finding.problem


def test_crisis_words_without_988_are_found(contents: Contents) -> None:
    file = "data/crisis.yml"
    contents.change(
        file, "{lines.suicide.call_link} or {lines.suicide.text_link}, any time, free. **If", "call us. **If"
    )
    assert "988" in contents.only(file, contents.line(file, "  web:"), "crisis").problem


def test_maternal_hotline_alone_is_found(contents: Contents) -> None:
    file = "data/faq/what_is_ppd.yml"
    contents.change(file, "1-833-852-6262. In crisis call or text 988.", "1-833-852-6262.")
    assert "not a crisis line" in contents.only(file, contents.line(file, "sms:"), "crisis").problem


def test_crisis_text_of_three_segments_is_found(contents: Contents) -> None:
    file = "data/crisis.yml"
    contents.change(file, "I'm automated; you can keep writing.\n  about_her:", f"{'I am here. ' * 12}\n  about_her:")
    contents.only(file, contents.line(file, "  sms:"), "sms")


def test_crisis_file_with_a_wrong_key_is_found(contents: Contents) -> None:
    line = contents.change("data/crisis.yml", "  past:\n", "  passed:\n")
    contents.only("data/crisis.yml", line, "schema")


# --- the domain


def test_response_without_a_text_message_must_itself_fit(contents: Contents) -> None:
    line = contents.change("domain.yml", "You are welcome. Ask", "**You are welcome.** Ask")
    assert "utter_thanks" not in contents.only("domain.yml", line, "sms").mend


def test_response_with_a_text_message_may_have_markdown(contents: Contents) -> None:
    contents.change("domain.yml", "Hello. I am an automated", "**Hello.** I am an automated")
    assert contents.findings() == []


def test_response_with_banned_wording_is_found(contents: Contents) -> None:
    line = contents.change("domain.yml", "That is fine. I am here", "That is fine, just relax. I am here")
    contents.only("domain.yml", line, "wording")


def test_response_with_a_strange_number_is_found(contents: Contents) -> None:
    line = contents.change("domain.yml", "Call 911 for chest pain", "Call 999 for chest pain")
    contents.only("domain.yml", line, "number")


# --- what the channel itself says


@pytest.mark.parametrize(
    ("old", "new", "rule", "says"),
    [
        ("In danger, call {lines.emergency.number}; to talk", "To talk", "crisis", "911"),
        ("I need a short pause", "I am proven", "wording", "proven"),
        ("at {clinic.phone}. In danger", "at 214-555-0199. In danger", "number", "214-555-0199"),
        ("  ended: ", "  finished: ", "schema", "finished"),
    ],
)
def test_what_is_wrong_with_the_words_of_the_channel_is_found(
    contents: Contents, old: str, new: str, rule: str, says: str
) -> None:
    file = "data/channel.yml"
    line = contents.change(file, old, new)
    found = [f for f in contents.findings() if f.rule == rule]
    assert [(Path(f.file).name, f.line) for f in found] == [("channel.yml", line)]
    assert says in found[0].problem


def test_a_refusal_without_words_is_found(contents: Contents) -> None:
    contents.change("data/channel.yml", '  ended: "This conversation has ended. Please begin a new one."\n', "")
    [found] = contents.findings()
    assert (found.rule, "ended" in found.problem) == ("schema", True)
