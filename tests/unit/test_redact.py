"""What is kept for editors does not say who wrote it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.privacy.redact import redact


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("call me at 214 555 0142 pls", "call me at [phone] pls"),
        ("(214) 555-0142 or +1 214.555.0143", "[phone] or [phone]"),
        ("hi it's jo 214 555 0142 can i come in friday", "hi it's [name] [phone] can i come in friday"),
        ("mail jo.smith+x@gmail.com", "mail [e-mail]"),
        ("jo at gmail dot com please", "[e-mail] please"),
        ("is https://x.example/me?id=3 right", "is [link] right"),
        ("i read www.foo.com/bar", "i read [link]"),
        ("my member id is W123456789", "my member id is [number]"),
        ("ssn 123-45-6789", "ssn [number]"),
        ("i was born 3/4/1991", "i was born [date]"),
        ("dob: 03/04/91", "dob: [date]"),
        ("my birthday is march 3", "my birthday is [date]"),
        ("on March 3rd, 2026 he came", "on [date] he came"),
        ("My name is Sarah Jane Smith and I have ppd", "My name is [name] and I have ppd"),
        ("my name is sarah and i am tired", "my name is [name] and i am tired"),
        ("This is Maria, can I nurse tonight?", "This is [name], can I nurse tonight?"),
        ("i am called Jo", "i am called [name]"),
        ("my husband John drives", "my husband [name] drives"),
        ("Dr. Patel said yes", "Dr. [name] said yes"),
        ("i live at 12 Oak Hill Lane", "i live at [address]"),
    ],
)
def test_who_wrote_is_taken_out(written: str, kept: str) -> None:
    assert redact(written) == kept


@pytest.mark.parametrize(
    "question",
    [
        "bp 120/80, 0.5 mg/kg over 40 minutes, 24 to 48 hours, 100-200 mg",
        "should i call 988 or 911",
        "this is not working, it's bad",
        "It's Ketamine, right?",
        "is this is what i think it is",
        "my name is on the list?",
        "i'm so tired. i am 6 weeks pp",
        "can i drive 24 hours after",
        "my baby is 10 weeks, born early",
        "3 sessions in 2 weeks, on friday at 3:30",
    ],
)
def test_a_question_without_a_person_stays_as_it_is(question: str) -> None:
    assert redact(question) == question


PIECES = [
    "my name is ",
    "it's ",
    "jo",
    "Ann ",
    "214 555 0142",
    " 3/4/1991 ",
    "dob ",
    "a@b.co",
    "[phone]",
    "-",
    "12",
    " ",
    "www.x.org",
]


@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join) | st.text(max_size=60))
@example("it's jo, 2145550142 7")
def test_what_is_redacted_stays_as_it_is(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(st.from_regex(r"[2-9][0-8][0-9][ .-]?[2-9][0-9]{2}[ .-]?[0-9]{4}", fullmatch=True))
def test_no_phone_number_is_kept(number: str) -> None:
    assert number not in redact(f"please ring {number} tonight")
