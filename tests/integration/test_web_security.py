"""Who may use the channel, from which website, and what never runs on anybody's page."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.fernet import Fernet

from bot.clinic import Clinic, clinic
from bot.clock import now
from bot.engine.channels.outbound import ANSWER, NOTICE, Outbound
from bot.engine.channels.tokens import ALGORITHM, LIFE, PURPOSE, Tokens
from bot.errors import NightlightError
from bot.privacy.keys import derived_keys, keyed_hash
from bot.storage.migrate import upgrade
from markup import wrong
from running import Visitor, environment
from served import Served, clinic_with, served
from support import NO_DELIVERY, NO_LIMITS

Configure = Callable[..., None]
CLINIC_SITE, OTHER_SITE = "https://www.clinic.example", "https://blog.clinic.example"
STRANGER = "https://evil.example"
CALLS = (
    ("POST", "/messages", {"id": str(uuid.uuid4()), "text": "hello"}),
    ("GET", "/messages", None),
    ("GET", "/events", None),
    ("POST", "/feedback", {"seq": 1, "helpful": True}),
    ("DELETE", "/conversations", None),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose clinic has two websites. Nothing of these tests needs a database."""
    folder = tmp_path_factory.mktemp("security")
    variables = {
        "NIGHTLIGHT_CLINIC": clinic_with(folder, CLINIC_SITE, OTHER_SITE, "http://localhost:8080"),
        "NIGHTLIGHT_VAR": str(folder / "var"),
        "NIGHTLIGHT_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": "",
        **NO_DELIVERY,
        **NO_LIMITS,
    }
    with environment(variables):
        upgrade()
        with served() as running:
            yield running


@pytest.fixture
def visitor(server: Served) -> Visitor:
    return Visitor(server.address)


def call(server: Served, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.request(method, f"{server.address}/webhooks/web{path}", json=body, headers=named, timeout=10)


def refusals(server: Served, token: str, **headers: str) -> set[int]:
    """With which status each call is refused that shows `token`."""
    return {call(server, *each, authorization=f"Bearer {token}", **headers).status_code for each in CALLS}


def forged(claims: dict[str, Any], **options: Any) -> str:
    said = {"iss": clinic().name, "exp": now() + timedelta(hours=1), **claims}
    said = {name: value for name, value in said.items() if value is not None}
    return jwt.encode(said, **{"key": derived_keys(PURPOSE)[0], "algorithm": ALGORITHM, **options})


# --- tokens


def test_a_token_of_ours_is_taken(server: Served, visitor: Visitor) -> None:
    good = forged({"sub": visitor.id, "aud": visitor.host})
    assert call(server, "GET", "/messages", authorization=f"Bearer {good}").status_code == 200


@pytest.mark.parametrize(
    ("claims", "options"),
    [
        ({}, {"key": "0" * 32}),
        ({}, {"key": keyed_hash}),
        ({}, {"key": None, "algorithm": "none"}),
        ({}, {"algorithm": "HS512"}),
        ({"exp": now() - timedelta(minutes=1)}, {}),
        ({"exp": None}, {}),
        ({"iss": "another clinic"}, {}),
        ({"aud": "127.0.0.1:1"}, {}),
        ({"aud": CLINIC_SITE}, {}),
        ({"aud": None}, {}),
        ({"sub": None}, {}),
        ({"sub": "no-such-conversation"}, {}),
    ],
    ids=[
        "another key",
        "the key of another purpose",
        "unsigned",
        "another algorithm",
        "expired",
        "never expiring",
        "of another clinic",
        "of another server",
        "of another website",
        "of no website",
        "of nobody",
        "of a conversation that is none",
    ],
)
def test_a_token_that_is_not_good_is_refused(
    server: Served, visitor: Visitor, claims: dict[str, Any], options: dict[str, Any]
) -> None:
    if options.get("key") is keyed_hash:
        options = {"key": keyed_hash(PURPOSE)}
    token = forged({"sub": visitor.id, "aud": visitor.host, **claims}, **options)
    assert refusals(server, token) == {401}
    assert len(visitor.transcript()) == 1


@pytest.mark.parametrize("header", ["", "x", "Bearer", "Bearer a.b.c", "Bearer null", "Basic YTpi"])
def test_without_a_token_nothing_is_taken(server: Served, header: str) -> None:
    assert {call(server, *each, authorization=header).status_code for each in CALLS} == {401}


def test_a_token_ends(server: Served) -> None:
    begun = call(server, "POST", "/conversations").json()
    claims = jwt.decode(begun["token"], options={"verify_signature": False})
    assert begun["expires_in"] == LIFE.total_seconds() == 12 * 3600
    assert abs(claims["exp"] - now().timestamp() - begun["expires_in"]) < 60


def test_a_token_is_of_the_website_where_the_conversation_began(server: Served) -> None:
    there = call(server, "POST", "/conversations", origin=CLINIC_SITE).json()["token"]
    shown = f"Bearer {there}"
    assert call(server, "GET", "/messages", authorization=shown, origin=CLINIC_SITE).status_code == 200
    assert refusals(server, there, origin=OTHER_SITE) == {401}
    assert refusals(server, there) == {401}  # the server's own page
    assert refusals(server, there, origin=STRANGER) == {403}


def test_the_key_of_tokens_is_no_hash_that_the_database_may_hold(server: Served) -> None:
    assert keyed_hash(PURPOSE) not in {key.hex() for key in derived_keys(PURPOSE)}
    assert derived_keys(PURPOSE) != derived_keys("rate limits")
    assert Tokens().read(forged({"sub": "x", "aud": "y"}), "y").conversation_id == "x"


# --- whose conversation


def test_another_conversations_id_is_refused(server: Served, visitor: Visitor) -> None:
    stranger = Visitor(server.address)
    for method, path, body in CALLS:
        in_query = call(server, method, f"{path}?conversation={visitor.id}", body, authorization=_shown(stranger))
        assert in_query.status_code == 403, path
        if body:
            in_body = call(server, method, path, {**body, "conversation": visitor.id}, authorization=_shown(stranger))
            assert in_body.status_code == 403, path
        mine = call(server, method, f"{path}?conversation={stranger.id}", body, authorization="Bearer x")
        assert mine.status_code == 401
    own = {"id": str(uuid.uuid4()), "text": "hello", "conversation": visitor.id}
    assert visitor.sends(own).status_code == 200
    assert [m["text"] for m in stranger.transcript()] == ["hello"]


def _shown(visitor: Visitor) -> str:
    return f"Bearer {visitor.token}"


def test_buttons_that_were_not_offered_are_refused(server: Served, visitor: Visitor) -> None:
    stranger = Visitor(server.address)
    for choice in (stranger.greeting[0]["buttons"][0]["id"], "/faq_driving", "/restart", "nothing", ""):
        response = visitor.sends({"choice": choice})
        assert response.status_code == 409, choice
        assert response.json()["status"] == 409
    assert len(visitor.transcript()) == 1
    assert server.engine.turns[-1] == "/greet"


@pytest.mark.parametrize("text", ['/faq_driving{"a": 1}', "/restart", "/ask_name", "//crisis_self_harm"])
def test_commands_are_text_and_reach_no_engine(server: Served, visitor: Visitor, text: str) -> None:
    before = len(server.engine.turns)
    visitor.writes(text)
    assert not [turn for turn in server.engine.turns[before:] if turn.startswith("/")]


# --- websites


@pytest.mark.parametrize("origin", [STRANGER, "null", "http://www.clinic.example", f"{CLINIC_SITE}.evil.example", "x"])
def test_a_website_that_the_clinic_did_not_name_is_refused(server: Served, visitor: Visitor, origin: str) -> None:
    for method, path, body in (*CALLS, ("POST", "/conversations", {})):
        response = call(server, method, path, body, authorization=_shown(visitor), origin=origin)
        assert response.status_code == 403
        assert response.headers["content-type"] == "application/problem+json"
        assert "access-control-allow-origin" not in response.headers
        assert "988" in response.json()["detail"]
    asked = call(server, "OPTIONS", "/messages", origin=origin, access_control_request_method="POST")
    assert asked.status_code == 403
    assert "access-control-allow-origin" not in asked.headers


@pytest.mark.parametrize("origin", [CLINIC_SITE, OTHER_SITE, "http://localhost:8080"])
def test_a_website_of_the_clinic_may_embed_the_chat(server: Served, origin: str) -> None:
    begun = call(server, "POST", "/conversations", {"clinic": "in-clinic"}, origin=origin)
    assert begun.status_code == 201
    shown = f"Bearer {begun.json()['token']}"
    said = call(server, "GET", "/messages", authorization=shown, origin=origin)
    for response in (begun, said):
        assert response.headers["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in response.headers
        assert "origin" in response.headers["vary"].lower()
    wrong = call(server, "POST", "/messages", {}, authorization=shown, origin=origin)
    assert (wrong.status_code, wrong.headers["access-control-allow-origin"]) == (422, origin)


def test_a_browser_that_asks_first_is_told_only_what_is_needed(server: Served) -> None:
    asked = call(
        server,
        "OPTIONS",
        "/messages",
        origin=CLINIC_SITE,
        access_control_request_method="POST",
        access_control_request_headers="authorization,content-type",
    )
    assert (asked.status_code, asked.content) == (204, b"")
    assert asked.headers["access-control-allow-origin"] == CLINIC_SITE
    assert asked.headers["access-control-allow-methods"] == "GET, POST, DELETE"
    assert asked.headers["access-control-allow-headers"] == "Authorization, Content-Type, Last-Event-ID"


def test_the_servers_own_page_needs_no_permission(server: Served) -> None:
    for origin in (server.address, server.address.upper(), server.address.replace("http:", "https:")):
        assert call(server, "POST", "/conversations", origin=origin).status_code == 201
    begun = call(server, "POST", "/conversations", origin=server.address).json()
    # Browsers send no Origin with a GET to their own server.
    assert call(server, "GET", "/messages", authorization=f"Bearer {begun['token']}").status_code == 200


def test_a_proxy_that_hides_the_servers_name_does_not_lock_its_own_page_out(server: Served) -> None:
    page = {"origin": "https://chat.clinic.example", "sec_fetch_site": "same-origin"}
    begun = call(server, "POST", "/conversations", **page)
    assert begun.status_code == 201
    shown = f"Bearer {begun.json()['token']}"
    assert call(server, "GET", "/messages", authorization=shown).status_code == 200
    for elsewhere in ("cross-site", "same-site", "none"):
        asked = call(server, "POST", "/conversations", origin=STRANGER, sec_fetch_site=elsewhere)
        assert asked.status_code == 403


@pytest.mark.parametrize(
    "origin",
    ["clinic.example", "http://clinic.example", "https://clinic.example/chat", "https://*.clinic.example", "null", ""],
)
def test_a_website_that_is_none_stops_the_start(tmp_path: Path, origin: str) -> None:
    with pytest.raises(NightlightError, match="origins"):
        Clinic.load(clinic_with(tmp_path, origin))


def test_websites_are_known_however_they_are_written(tmp_path: Path) -> None:
    written = (
        "HTTPS://WWW.Clinic.Example/",
        "https://clinic.example:443",
        "http://[::1]:8080",
        "https://c.example:8443",
    )
    read = Clinic.load(clinic_with(tmp_path, *written)).origins
    assert read == [CLINIC_SITE, "https://clinic.example", "http://[::1]:8080", "https://c.example:8443"]


# --- what is shown

MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](data:text/html,<script>alert(1)</script>)",
    '[click](https://example.org "><script>alert(1)</script>)',
    "<svg/onload=alert(1)>",
    "**<b onclick=alert(1)>bold</b>**",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)


@pytest.mark.parametrize("text", MARKUP)
def test_markup_that_she_writes_comes_back_as_text_and_is_never_html(
    server: Served, visitor: Visitor, text: str
) -> None:
    server.engine.says[text] = [Outbound(ANSWER, text, "utter_faq_x", topic="x")]
    visitor.writes(text)
    hers = next(m for m in visitor.transcript() if m["from"] == "mother")
    assert hers["html"] is None
    assert [m for m in visitor.transcript() if wrong(m["html"] or "")] == []
    assert [m["text"] for m in visitor.transcript(after=1)] == [text, text]


def test_what_is_reflected_is_no_page(server: Served) -> None:
    for path in ("/<script>alert(1)</script>", "/webhooks/web/<script>", "/widget/<script>x.js"):
        response = httpx.get(server.address + path)
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["x-content-type-options"] == "nosniff"


def test_every_answer_has_the_security_headers(server: Served, visitor: Visitor) -> None:
    page, data = httpx.get(server.address), visitor.reads()
    answers = [page, data, httpx.get(f"{server.address}/no"), call(server, "GET", "/messages")]
    answers.append(httpx.post(f"{server.address}/webhooks/web/messages", content=b"x" * 300_000))
    assert [answer.status_code for answer in answers] == [200, 200, 404, 401, 413]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "set-cookie" not in answer.headers
        assert "server" not in answer.headers
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "script-src" not in data.headers["content-security-policy"]


# --- what a message says of itself


def test_a_message_says_what_the_page_needs(server: Served, visitor: Visitor) -> None:
    ask = Outbound("form", "Which number?", "utter_appointment_ask_phone")
    done = Outbound("form", "It is sent.", "utter_appointment_saved")
    server.engine.says |= {"book": [ask], "send": [done], "thanks": [Outbound(NOTICE, "You are welcome.")]}
    [answer], [danger], [asked], [sent], [notice] = (
        visitor.writes(text) for text in ("can i drive", "i want to die", "book", "send", "thanks")
    )
    assert (answer["rateable"], answer["review"], answer["sources"][0]["title"]) == (True, "draft", "A study")
    assert (danger["kind"], danger["rateable"], danger["input"]) == ("crisis_self_harm", False, None)
    assert asked["input"] == {"keyboard": "tel", "autocomplete": "tel"}
    assert (sent["type"], sent["input"]) == ("form", None)
    assert (notice["kind"], notice["rateable"], notice["lang"]) == (None, False, "en")
    assert all(message["at"].endswith("+00:00") for message in visitor.transcript())


def test_the_fail_safe_says_which_danger_the_screen_saw(server: Served, visitor: Visitor) -> None:
    server.engine.says["my husband hits me"] = []
    [said] = visitor.writes("my husband hits me")
    assert (said["type"], said["kind"]) == ("danger", "crisis_domestic_violence")
