"""Nobody but Twilio brings texts and news of them: one byte less or other, and it is refused."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.texting.signature import Unsigned, sign, signed_fields

TOKEN = "a token of the account"
ADDRESS = "https://chat.clinic.example/webhooks/sms/messages"
# Values that lie between their own name and the next one: their signature is that of two names without values.
FIELDS = {
    "AccountSid": "AC00",
    "Body": "Caller, i cant sleep & it's 3 am\n\u00e9 \U0001f622",
    "From": "+12145550173",
    "MessageSid": "SM01",
    "NumMedia": "NumSegments",
    "OptOutType": "",
    "To": "+12145550142",
}
MANY = settings(max_examples=500, deadline=None)
WORDS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)


def signed(fields: dict[str, str], address: str = ADDRESS) -> str:
    """As Twilio's own library signs."""
    return RequestValidator(TOKEN).compute_signature(address, fields)


def accepted(body: bytes, signature: str | None, address: str = ADDRESS, token: str = TOKEN) -> dict[str, str] | None:
    try:
        return signed_fields(address, body, signature, token)
    except Unsigned:
        return None


def body_of(fields: dict[str, str]) -> bytes:
    return urlencode(fields).encode()


def test_what_twilio_signs_is_accepted() -> None:
    assert accepted(body_of(FIELDS), signed(FIELDS)) == FIELDS
    assert sign(ADDRESS, FIELDS, TOKEN) == signed(FIELDS)


@MANY
@given(st.dictionaries(WORDS.filter(bool), WORDS, min_size=1))
def test_whatever_she_writes_is_accepted_as_she_wrote_it(fields: dict[str, str]) -> None:
    assert accepted(body_of(fields), signed(fields)) == fields


@MANY
@given(st.data())
def test_any_byte_of_the_form_changed_is_refused(data: st.DataObject) -> None:
    body = bytearray(body_of(FIELDS))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != body[place]))
    found = accepted(bytes(body), signed(FIELDS))
    # "%2b" for "%2B", " " for "+": the same fields in another spelling are the same message.
    assert found in (None, FIELDS)


def test_no_mark_of_the_form_can_be_another() -> None:
    body = body_of(FIELDS)
    for place, byte in enumerate(body):
        if byte in b"=&":
            for mark in b"=&; x":
                changed = body[:place] + bytes([mark]) + body[place + 1 :]
                assert changed == body or accepted(changed, signed(FIELDS)) is None


@MANY
@given(st.data())
def test_any_byte_of_the_signature_changed_is_refused(data: st.DataObject) -> None:
    signature = signed(FIELDS)
    place = data.draw(st.integers(0, len(signature) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(lambda c: c != signature[place]))
    assert accepted(body_of(FIELDS), signature[:place] + other + signature[place + 1 :]) is None


@MANY
@given(st.data())
def test_any_byte_of_the_address_changed_is_refused(data: st.DataObject) -> None:
    address = f"{ADDRESS}?text=17"
    place = data.draw(st.integers(len("https://"), len(address) - 1))
    other = data.draw(st.sampled_from("abcXYZ019-._~/").filter(lambda c: c != address[place]))
    changed = address[:place] + other + address[place + 1 :]
    assert accepted(body_of(FIELDS), signed(FIELDS, address), changed) is None


@pytest.mark.parametrize("signature", [None, "", " ", "x" * 28, signed(FIELDS)[:-1], signed(FIELDS) + "="])
def test_without_its_signature_it_is_refused(signature: str | None) -> None:
    assert accepted(body_of(FIELDS), signature) is None


def test_without_a_token_of_ours_everything_is_refused() -> None:
    fields = {"Body": "hi"}
    assert accepted(body_of(fields), RequestValidator("").compute_signature(ADDRESS, fields), token="") is None
    assert accepted(body_of(FIELDS), signed(FIELDS), token="another token") is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Body",
        b"Body=hi&",
        b"&Body=hi",
        b"Body=hi&Body=hi",
        b"Body=hi&From",
        b"Body=%ff",
        "Body=é".encode(),
        b"&".join(b"f%d=" % n for n in range(300)),
    ],
)
def test_what_twilio_never_sends_is_refused_however_it_is_signed(body: bytes) -> None:
    loose = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    assert accepted(body, signed(loose)) is None


def test_fields_that_twilio_may_add_are_accepted() -> None:
    more = {**FIELDS, "SomethingNew": "1"}
    assert accepted(body_of(more), signed(more)) == more
