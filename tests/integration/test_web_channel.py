"""The website's channel over HTTP, with the engine and the action server as processes."""

import asyncio
import http.client
import uuid
from urllib.parse import urlsplit

import httpx
import pytest

from bot.engine.channels.messages import MAX_BODY, MAX_TEXT
from bot.settings import ROOT
from bot.storage.models import HandOff, WebTurn
from running import Nightlight, Visitor, wait_until
from served import Listener
from support import at_once, rows

QUESTION, OTHER_QUESTION = "can i drive after my session", "is it legal"


def problem(response: httpx.Response, status: int) -> str:
    """What the problem document says, after a look at its form."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["title"]
    return str(body["detail"])


# --- a conversation


def test_the_page_greets_her_and_says_what_it_is(visitor: Visitor) -> None:
    [greeting] = visitor.greeting
    assert "automated assistant" in greeting["text"]
    assert 'href="tel:988"' in greeting["html"]
    assert next(button["title"] for button in greeting["buttons"]) == "Is it legal?"


def test_her_question_is_answered_with_its_sources_and_status(visitor: Visitor) -> None:
    [answer] = visitor.writes(QUESTION)
    assert answer["type"] == "answer"
    assert answer["review"] == "draft"
    assert answer["sources"]
    assert answer["html"].startswith("<p>")
    assert (answer["rateable"], answer["lang"], answer["kind"], answer["input"]) == (True, "en", None, None)


def test_each_kind_of_danger_says_which_it_is(visitor: Visitor) -> None:
    assert visitor.writes("my husband hits me")[0]["kind"] == "crisis_domestic_violence"
    assert visitor.writes("i want to die")[0]["kind"] == "crisis_self_harm"


def test_the_form_says_which_keyboard_fits(visitor: Visitor) -> None:
    [name] = visitor.writes("i want to book a visit")
    [phone] = visitor.writes("rosalind")
    assert (name["type"], name["input"]) == ("form", {"keyboard": "name", "autocomplete": "name"})
    assert (phone["type"], phone["input"]) == ("form", {"keyboard": "tel", "autocomplete": "tel"})


def test_another_page_hears_the_conversation(nightlight: Nightlight, visitor: Visitor) -> None:
    page = Listener(nightlight.address, visitor.token, after=1)
    assert page.is_open.wait(30)
    visitor.writes(QUESTION)
    assert page.waits_for(lambda heard: len(heard) == 2, "both sides arrive") == visitor.transcript(after=1)
    page.leaves()


def test_she_says_that_an_answer_helped(visitor: Visitor) -> None:
    [answer] = visitor.writes(QUESTION)
    assert visitor.votes({"seq": answer["seq"], "helpful": True}).status_code == 204
    assert visitor.votes({"seq": visitor.greeting[0]["seq"], "helpful": True}).status_code == 409


def test_a_conversation_outlives_an_engine_that_is_killed(
    nightlight: Nightlight, visitor: Visitor, clinic_side: None
) -> None:
    message = {"id": str(uuid.uuid4()), "text": QUESTION}
    said = visitor.sends(message).json()
    wait_until(lambda: any(row.conversation_id == visitor.id for row in rows(WebTurn)), "the turn is stored")
    before = visitor.transcript()
    nightlight.kill("engine")
    nightlight.start("engine")
    assert visitor.transcript() == before
    assert visitor.sends(message).json() == said
    assert visitor.writes("can you say that again")[0]["text"] == said["messages"][0]["text"]


def test_a_button_is_answered_and_its_payload_stays_here(visitor: Visitor) -> None:
    assert all(set(button) == {"id", "title"} for button in visitor.greeting[0]["buttons"])
    [answer] = visitor.takes("Driving", visitor.greeting)
    assert answer["text"] == visitor.writes(QUESTION)[0]["text"]


def test_the_transcript_has_both_sides_in_order_from_where_she_asks(visitor: Visitor) -> None:
    visitor.writes(QUESTION)
    said = visitor.transcript()
    assert [(m["seq"], m["from"]) for m in said] == [(1, "bot"), (2, "mother"), (3, "bot")]
    assert said[1]["text"] == QUESTION
    assert visitor.transcript(after=2) == said[2:]
    assert visitor.transcript(after=99) == []


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9" * 40])
def test_a_place_in_the_transcript_that_is_none_is_refused(visitor: Visitor, after: str) -> None:
    problem(visitor.reads(after), 400)


# --- retries and order


def test_the_same_message_twice_has_one_answer_and_is_done_once(visitor: Visitor, clinic_side: None) -> None:
    message = {"id": str(uuid.uuid4()), "text": "i want to die"}
    first, second = (visitor.sends(message).json() for _ in range(2))
    assert first == second
    assert len([m for m in visitor.transcript() if m["from"] == "mother"]) == 1
    [hand_off] = [row for row in rows(HandOff) if row.conversation_id == visitor.id]
    assert hand_off.repeats == 0


def test_the_same_message_twice_at_once_is_done_once(visitor: Visitor, clinic_side: None) -> None:
    message = {"id": str(uuid.uuid4()), "text": "i want to kill myself"}
    answers = at_once(lambda _: visitor.sends(message).json(), 4)
    assert all(answer == answers[0] for answer in answers)
    [hand_off] = [row for row in rows(HandOff) if row.conversation_id == visitor.id]
    assert hand_off.repeats == 0


def test_messages_at_the_same_moment_are_answered_one_after_the_other(visitor: Visitor) -> None:
    said = at_once(lambda n: visitor.writes([QUESTION, OTHER_QUESTION, "thanks", QUESTION][n]), 4)
    written = visitor.transcript(after=1)
    assert [m["from"] for m in written] == ["mother", "bot"] * 4
    by_question = {m["text"]: written[n + 1]["text"] for n, m in enumerate(written) if m["from"] == "mother"}
    assert by_question[OTHER_QUESTION] == said[1][0]["text"]
    assert by_question["thanks"] == said[2][0]["text"]


def test_many_mothers_at_once_each_get_their_own_answer(nightlight: Nightlight) -> None:
    expected = {q: Visitor(nightlight.address).writes(q)[0]["text"] for q in (QUESTION, OTHER_QUESTION)}

    async def ask(question: str) -> bool:
        async with httpx.AsyncClient(base_url=f"{nightlight.address}/webhooks/web", timeout=30) as client:
            begun = (await client.post("/conversations")).json()
            body = {"id": str(uuid.uuid4()), "text": question}
            said = await client.post("/messages", json=body, headers={"Authorization": f"Bearer {begun['token']}"})
            return bool(said.json()["messages"][0]["text"] == expected[question])

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(ask([QUESTION, OTHER_QUESTION][n % 2]) for n in range(16)))

    assert all(asyncio.run(all_of_them()))


# --- who may write


@pytest.mark.parametrize("header", ["", "x", "Bearer", "Bearer a.b.c", "Bearer null", "Basic YTpi"])
def test_nobody_writes_without_a_token(visitor: Visitor, header: str) -> None:
    visitor.shows(header)
    for response in (visitor.sends({"text": QUESTION}), visitor.reads(), visitor.leaves()):
        problem(response, 401)


def test_a_token_opens_its_own_conversation_alone(nightlight: Nightlight, visitor: Visitor) -> None:
    visitor.writes("my name is rosalind")
    stranger = Visitor(nightlight.address)
    assert "rosalind" not in stranger.reads().text


def test_a_button_of_another_conversation_is_refused(nightlight: Nightlight, visitor: Visitor) -> None:
    stranger = Visitor(nightlight.address)
    problem(stranger.sends({"choice": visitor.greeting[0]["buttons"][0]["id"]}), 409)


@pytest.mark.parametrize("choice", ["/faq_driving", "/restart", "nothing", ""])
def test_a_payload_is_no_button(visitor: Visitor, choice: str) -> None:
    problem(visitor.sends({"choice": choice}), 409)
    assert len(visitor.transcript()) == 1


# --- deletion


def test_a_conversation_that_she_deletes_is_gone(visitor: Visitor) -> None:
    visitor.writes(QUESTION)
    assert visitor.leaves().status_code == 204
    for response in (visitor.reads(), visitor.sends({"text": QUESTION}), visitor.leaves()):
        problem(response, 401)


# --- what is no message


@pytest.mark.parametrize(
    "body",
    [
        {"text": None},
        {"text": "a", "choice": "b"},
        {"text": 7},
        {"text": ["a"]},
        {"text": "a", "intent": "faq_driving"},
        {"text": "a", "id": "1"},
        {"choice": "a" * 65},
    ],
)
def test_what_is_no_message_is_refused_with_a_reason(visitor: Visitor, body: dict[str, object]) -> None:
    assert problem(visitor.sends(body), 422)


def test_a_text_that_is_too_long_is_refused(visitor: Visitor) -> None:
    assert "shorter parts" in problem(visitor.sends({"text": "a" * (MAX_TEXT + 1)}), 413)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"id":'])
def test_what_is_no_json_is_refused(visitor: Visitor, content: bytes) -> None:
    problem(visitor.sends(None, content=content), 422)


@pytest.mark.parametrize("size", [MAX_BODY + 1, MAX_BODY * 4], ids=["more than we read", "more than the server takes"])
def test_a_body_that_is_too_big_is_refused(visitor: Visitor, size: int) -> None:
    problem(visitor.sends(None, content=b"x" * size), 413)


def test_the_longest_message_of_the_widest_letters_is_taken(visitor: Visitor) -> None:
    assert visitor.writes("𝓪" * MAX_TEXT)


# --- the server


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("", "demo/index.html"),
        ("demo/demo.css", "demo/demo.css"),
        ("demo/demo.js", "demo/demo.js"),
        ("chat", "demo/chat.html"),
    ],
)
def test_the_page_and_what_it_needs_is_served(nightlight: Nightlight, path: str, name: str) -> None:
    response = httpx.get(f"{nightlight.address}/{path}")
    assert response.content == (ROOT / "widget" / name).read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/../.env.example",
        "/../bot/settings.py",
        "/..%2f.env.example",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/%2e%2e%2f.env.example",
        "/....//.env.example",
        "/..\\.env.example",
        "//etc/passwd",
        "/tests/client.test.js",
        "/widget/tests/client.test.js",
        "/widget/index.html",
        "/widget/../bot/settings.py",
        "/widget/..%2fbot%2fsettings.py",
        "/demo/../../.env",
        "/domain.yml",
        "/chat.js%00.html",
    ],
)
def test_nothing_else_is_served(nightlight: Nightlight, path: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(nightlight.address).netloc, timeout=10)
    connection.putrequest("GET", path, skip_host=False)
    connection.endheaders()
    response = connection.getresponse()
    said = response.read().decode(errors="replace")
    assert response.status in {400, 404, 405}
    assert "NIGHTLIGHT_" not in said
    assert "root:" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/webhooks/rest/"),
        ("POST", "/webhooks/rest/webhook"),
        ("POST", "/webhooks/rest/webhook?stream=true"),
        ("GET", "/webhooks/socketio/"),
        ("GET", "/socket.io/?EIO=4&transport=polling"),
        ("POST", "/webhooks/callback/webhook"),
        ("GET", "/webhooks/web/"),
        ("GET", "/conversations/x/tracker"),
        ("POST", "/conversations/x/messages"),
        ("POST", "/conversations/x/trigger_intent"),
        ("POST", "/conversations/x/execute"),
        ("GET", "/conversations/x/story"),
        ("POST", "/model/train"),
        ("POST", "/model/parse"),
        ("POST", "/model/test/intents"),
        ("PUT", "/model"),
        ("DELETE", "/model"),
        ("GET", "/domain"),
        ("GET", "/status"),
        ("GET", "/version"),
    ],
)
def test_rasas_own_channels_and_its_api_are_off(nightlight: Nightlight, method: str, path: str) -> None:
    body = {"sender": "x", "message": "/restart"}
    response = httpx.request(method, f"{nightlight.address}{path}", json=body if method != "GET" else None)
    # One name is a page's, and pages are only got; anything else is nothing.
    assert response.status_code == (405 if path == "/model" else 404)
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/no", 404), ("GET", "/no/such/thing", 404), ("PUT", "/chat.js", 405)]
)
def test_an_address_that_is_none_is_a_problem_too(nightlight: Nightlight, method: str, path: str, status: int) -> None:
    problem(httpx.request(method, f"{nightlight.address}{path}"), status)


def test_health_says_what_is_up(nightlight: Nightlight) -> None:
    assert httpx.get(f"{nightlight.address}/health/live").json() == {"live": True}
    ready = httpx.get(f"{nightlight.address}/health/ready")
    assert ready.status_code == 200
    assert ready.json() == {"engine": True, "actions": True, "database": True}
