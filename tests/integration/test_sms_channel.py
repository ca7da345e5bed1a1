"""The channel of text messages over HTTP: what is signed is taken once, everything else is refused."""

import secrets
from collections.abc import Callable
from urllib.parse import urlencode

import httpx
import pytest
from twilio.request_validator import RequestValidator

from bot.privacy.keys import keyed_hash
from bot.settings import Settings
from bot.storage import inbound_texts
from bot.storage.models import InboundText, TextMessage
from bot.storage.sessions import transaction
from bot.texting import sender
from bot.texting.received import NoText, Received
from running import Nightlight, wait_until
from support import NIGHT, at_once, files, rows
from texters import new_number

NUMBER = "+12145550100"
NO_WORDS = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def form(body: str = "hello", **changes: str) -> dict[str, str]:
    """What Twilio posts."""
    sid = f"SM{secrets.token_hex(16)}"
    usual = {"MessageSid": sid, "From": new_number(), "To": NUMBER, "Body": body, "NumMedia": "0", "AccountSid": "AC0"}
    return {**usual, **changes}


@pytest.fixture
def post(nightlight: Nightlight, clinic_side: None) -> Callable[..., httpx.Response]:
    """Posts a form as Twilio would: signed by its own library, for the address that the world knows."""
    token = keyed_hash("development texts")

    def send(
        fields: dict[str, str],
        path: str = "/webhooks/sms/messages",
        signed: str | None = None,
        content: bytes | None = None,
        **headers: str,
    ) -> httpx.Response:
        address = f"{nightlight.address}{path}"
        signature = RequestValidator(token).compute_signature(address, fields) if signed is None else signed
        usual = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(fields).encode() if content is None else content
        return httpx.post(address, content=body, headers={**usual, **headers}, timeout=30)

    return send


Post = Callable[..., httpx.Response]


def kept() -> int:
    return len(rows(InboundText))


def told(phone: str) -> list[str]:
    """What left for a number."""
    from bot.settings import settings

    sender.send_all()
    found = files(settings().var / "sms").values()
    return [text for text in found if phone in text]


def test_what_twilio_signed_is_taken_and_answered_without_words(post: Post) -> None:
    fields = form()
    answer = post(fields)
    assert (answer.status_code, answer.text) == (200, NO_WORDS)
    assert answer.headers["content-type"].startswith("text/xml")
    wait_until(lambda: bool(told(fields["From"])), "the answer leaves")
    assert "To enroll, call" in told(fields["From"])[0]


def test_a_question_of_an_enrolled_mother_is_answered_by_text(post: Post) -> None:
    from enrolled import enrolled

    phone = new_number()
    enrolled(phone=phone)
    post(form("can i drive after my session", From=phone))
    wait_until(lambda: bool(told(phone)), "the answer leaves")
    assert "Don't drive until the next day" in told(phone)[0]


@pytest.mark.parametrize("field", ["Body", "From", "To", "MessageSid", "AccountSid", "NumMedia"])
def test_one_byte_changed_is_refused_and_nothing_is_done(post: Post, field: str) -> None:
    before, fields = kept(), form()
    content = urlencode({**fields, field: fields[field][:-1] + "9"}).encode()
    assert post(fields, content=content).status_code == 403
    assert kept() == before


@pytest.mark.parametrize("signature", ["", "x", "x" * 28])
def test_without_the_signature_it_is_refused(post: Post, signature: str) -> None:
    before = kept()
    answer = post(form("i want to die"), signed=signature)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert kept() == before


def test_a_body_that_is_no_form_is_refused(post: Post) -> None:
    assert post(form(), **{"Content-Type": "application/json"}).status_code == 403
    assert post(form(), content=b"").status_code == 403


def test_what_a_proxy_says_of_the_address_is_not_believed(post: Post, nightlight: Nightlight) -> None:
    lies = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "Host": "evil.example"}
    assert post(form(), **lies).status_code == 200
    fields = form()
    address = "https://evil.example/webhooks/sms/messages"
    signature = RequestValidator(keyed_hash("development texts")).compute_signature(address, fields)
    assert post(fields, signed=signature, **lies).status_code == 403


def test_the_signature_is_for_the_whole_address(post: Post) -> None:
    fields = form()
    assert post(fields, path="/webhooks/sms/messages?a=1").status_code == 200
    other = form()
    elsewhere = RequestValidator(keyed_hash("development texts")).compute_signature("http://127.0.0.1/", other)
    assert post(other, signed=elsewhere).status_code == 403


def test_the_report_of_a_text_is_refused_without_its_signature(post: Post) -> None:
    report = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": NUMBER}
    assert post(report, path="/webhooks/sms/status?text=a").status_code == 204
    assert post(report, path="/webhooks/sms/status?text=a", signed="x" * 28).status_code == 403
    changed = urlencode({**report, "MessageStatus": "failed"}).encode()
    assert post(report, path="/webhooks/sms/status?text=a", content=changed).status_code == 403


def test_what_became_of_a_text_is_kept(post: Post) -> None:
    phone = new_number()
    post(form(From=phone))
    wait_until(lambda: bool(told(phone)), "the answer leaves")
    [text] = [t for t in rows(TextMessage) if t.sid and t.idempotency_key in told(phone)[0]]
    report = {"MessageSid": text.sid, "MessageStatus": "undelivered", "ErrorCode": "30003"}
    assert post(report, path=f"/webhooks/sms/status?text={text.idempotency_key}").status_code == 204
    [after] = [t for t in rows(TextMessage) if t.id == text.id]
    assert (after.state, after.error_code) == ("undelivered", 30003)


def test_a_text_that_comes_eight_times_at_once_is_answered_once(post: Post) -> None:
    fields = form()
    answers = at_once(lambda _: post(fields).status_code, 8)
    assert answers == [200] * 8
    wait_until(lambda: bool(told(fields["From"])), "the answer leaves")
    assert len(told(fields["From"])) == 1


@pytest.mark.parametrize("sender_of_it", ["72975", "whatsapp:+12145550173", "CLINIC", "", "+1214555017x"])
def test_what_comes_from_no_telephone_number_is_left(post: Post, sender_of_it: str) -> None:
    before = kept()
    assert post(form(From=sender_of_it)).status_code == 200
    assert kept() == before


def test_a_form_without_its_fields_is_left(post: Post) -> None:
    before = kept()
    assert post({"Body": "hello"}).status_code == 200
    assert kept() == before


def test_what_waits_cannot_be_read_in_the_database(database: str) -> None:
    fields = form("marker-4711")
    with transaction() as session:
        inbound_texts.keep(session, Received.of(fields, NIGHT))
    from bot.storage.sessions import engine

    with engine().connect() as connection:
        stored = str(list(connection.exec_driver_sql("SELECT * FROM inbound_texts")))
    assert "marker" not in stored
    assert fields["From"] not in stored


@pytest.mark.parametrize(("media", "pictures"), [("0", 0), ("2", 2), ("", 0), ("x", 0), ("999", 0), ("-1", 0)])
def test_how_many_pictures_came_is_read_from_whatever_stands_there(media: str, pictures: int) -> None:
    assert Received.of(form(NumMedia=media), NIGHT).pictures == pictures


@pytest.mark.parametrize("sid", ["", "SM1 OR 1=1", "x" * 65])
def test_an_id_that_is_none_is_no_text(sid: str) -> None:
    with pytest.raises(NoText):
        Received.of(form(MessageSid=sid), NIGHT)


# --- without Twilio


def test_the_phone_texts_and_shows_what_leaves(nightlight: Nightlight, clinic_side: None) -> None:
    phone = "+12145550199"
    with httpx.Client(base_url=nightlight.address) as http:
        assert "A phone without a phone company" in http.get("/phone").text
        assert http.get("/phone/phone.js").headers["content-type"].startswith("text/javascript")
        assert http.post("/phone/texts", json={"from": phone, "body": "hello"}).status_code == 202

        def read() -> list[dict[str, object]]:
            sender.send_all()
            return http.get("/phone/texts", params={"number": phone}).json()["texts"]

        wait_until(lambda: bool(read()), "the answer leaves")
        [text] = read()
        assert "To enroll" in str(text["body"])
        assert text["segments"] == 2
        assert http.get("/phone/texts", params={"number": phone, "after": "1"}).json() == {"texts": []}


def test_the_phone_can_be_enrolled(nightlight: Nightlight, clinic_side: None) -> None:
    phone = f"+1214{secrets.randbelow(8) + 2}{secrets.randbelow(1_000_000):06d}"
    with httpx.Client(base_url=nightlight.address) as http:
        assert http.post("/phone/enrolments", json={"number": phone}).status_code == 201
        assert http.post("/phone/enrolments", json={"number": phone}).status_code == 409


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/phone/texts", {"from": "12145550173", "body": "hi"}),
        ("/phone/texts", {"from": "+12145550173"}),
        ("/phone/texts", {"from": "+12145550173", "body": "x" * 1_601}),
        ("/phone/enrolments", {"number": "me"}),
    ],
)
def test_the_phone_takes_texts_from_numbers_only(nightlight: Nightlight, path: str, body: dict[str, str]) -> None:
    assert httpx.post(f"{nightlight.address}{path}", json=body).status_code == 422


def test_production_has_no_such_phone() -> None:
    from bot.engine.channels.phone import is_wanted
    from bot.engine.channels.sms import token_of

    production = Settings(NIGHTLIGHT_ENVIRONMENT="production", TWILIO_ACCOUNT_SID="")
    assert not is_wanted(production)
    assert token_of(production) == ""
    real = Settings(TWILIO_ACCOUNT_SID="AC0", TWILIO_AUTH_TOKEN="t")
    assert not is_wanted(real)
    assert token_of(real) == "t"
