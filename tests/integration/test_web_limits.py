"""Who asks for too much waits; who is in danger never does."""

import socket
import uuid
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import httpx
import pytest
import redis
from sanic.compat import Header

from bot.engine.channels import rates
from bot.engine.channels.rates import Rates
from bot.settings import settings
from running import Visitor
from served import Served, served

Configure = Callable[..., None]
REDIS = "redis://127.0.0.1:6379/15"
DANGER = ("i want to die", "my husband hits me", "everyone would be better off without me")


@pytest.fixture(autouse=True)
def limited(configure: Configure) -> None:
    configure(NIGHTLIGHT_LIMIT_MESSAGES="3/minute")


@pytest.fixture
def server(limited: None) -> Iterator[Served]:
    with served() as running:
        yield running


@pytest.fixture
def redis_url(configure: Configure) -> Iterator[str]:
    """An empty database of a real Redis."""
    client = redis.Redis.from_url(REDIS, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.flushdb()
    except redis.RedisError:
        pytest.skip("no Redis server at 127.0.0.1:6379: limits are shown in memory only")
    configure(REDIS_URL=REDIS)
    yield REDIS
    client.flushdb()


def sends(visitor: Visitor, text: str = "hello", times: int = 1) -> list[int]:
    return [visitor.sends({"text": text}).status_code for _ in range(times)]


def test_who_writes_too_much_at_once_is_asked_to_wait_in_words(server: Served) -> None:
    visitor = Visitor(server.address)
    assert sends(visitor, times=5) == [200, 200, 200, 429, 429]
    response = visitor.sends({"text": "hello"})
    assert response.headers["content-type"] == "application/problem+json"
    assert 1 <= int(response.headers["retry-after"]) <= 60
    detail = response.json()["detail"]
    for words in ("short pause", "988", "911", "214-555-0142"):
        assert words in detail
    assert [m["text"] for m in visitor.transcript() if m["from"] == "mother"] == ["hello"] * 3
    assert server.engine.turns.count("hello") == 3


def test_whoever_else_writes_is_not_held_up(server: Served) -> None:
    sends(Visitor(server.address), times=5)
    assert sends(Visitor(server.address), times=3) == [200] * 3


@pytest.mark.parametrize("text", DANGER)
def test_danger_is_answered_however_much_she_has_written(server: Served, configure: Configure, text: str) -> None:
    visitor = Visitor(server.address)
    assert sends(visitor, times=4)[-1] == 429
    for _ in range(5):
        assert visitor.writes(text)
    assert sends(visitor) == [429]


def test_danger_is_answered_whatever_the_address_has_asked_for(configure: Configure) -> None:
    configure(NIGHTLIGHT_LIMIT_REQUESTS="5/minute", NIGHTLIGHT_LIMIT_MESSAGES="")
    with served() as server:
        visitor = Visitor(server.address)
        while visitor.reads().status_code == 200:
            pass
        assert sends(visitor) == [429]
        assert visitor.writes("i want to die")[0]["type"] == "danger"


def test_a_retry_of_what_was_answered_is_not_counted(server: Served) -> None:
    visitor = Visitor(server.address)
    message = {"id": str(uuid.uuid4()), "text": "hello"}
    assert {visitor.sends(message).status_code for _ in range(10)} == {200}
    assert sends(visitor, times=3) == [200, 200, 429]


def test_a_button_is_a_message_like_any_other(server: Served) -> None:
    visitor = Visitor(server.address)
    button = visitor.greeting[0]["buttons"][0]["id"]
    assert [visitor.sends({"choice": button}).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_an_address_begins_only_so_many_conversations(configure: Configure) -> None:
    configure(NIGHTLIGHT_LIMIT_CONVERSATIONS="2/minute;5/hour")
    with served() as server:
        begun = [httpx.post(f"{server.address}/webhooks/web/conversations") for _ in range(3)]
    assert [response.status_code for response in begun] == [201, 201, 429]
    assert "988" in begun[-1].json()["detail"]
    assert server.engine.turns == ["/greet", "/greet"]


def test_without_limits_nobody_waits(configure: Configure) -> None:
    configure(NIGHTLIGHT_LIMIT_MESSAGES="")
    with served() as server:
        assert sends(Visitor(server.address), times=40) == [200] * 40


# --- behind proxies


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, None, "10.0.0.9"),
        (0, "1.2.3.4", "10.0.0.9"),
        (1, None, "10.0.0.9"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.8", "1.2.3.4"),
        (3, "1.2.3.4", "1.2.3.4"),
        (1, "nonsense", "unknown"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "[2001:db8:1:2::1]", "2001:db8:1:2::"),
        (1, "::ffff:1.2.3.4", "1.2.3.4"),
    ],
)
def test_the_address_is_what_the_trusted_proxies_say(
    configure: Configure, proxies: int, header: str | None, address: str
) -> None:
    configure(NIGHTLIGHT_TRUSTED_PROXIES=str(proxies))
    headers = Header({"x-forwarded-for": header} if header else {})
    request = SimpleNamespace(headers=headers, ip="10.0.0.9")
    assert Rates(settings()).address(request) == address


def test_two_homes_behind_one_proxy_are_two(configure: Configure) -> None:
    configure(NIGHTLIGHT_TRUSTED_PROXIES="1", NIGHTLIGHT_LIMIT_CONVERSATIONS="1/minute")
    with served() as server:

        def begins(home: str) -> int:
            headers = {"X-Forwarded-For": f"6.6.6.6, {home}"}
            return httpx.post(f"{server.address}/webhooks/web/conversations", headers=headers).status_code

        assert [begins(home) for home in ("1.2.3.4", "1.2.3.5", "1.2.3.4")] == [201, 201, 429]


# --- Redis


def test_several_servers_count_together_in_redis(redis_url: str) -> None:
    with served() as one, served() as other:
        visitor = Visitor(one.address)
        assert sends(visitor, times=3) == [200, 200, 200]
        for message in range(3):
            elsewhere = {"id": str(uuid.uuid4()), "text": f"hello {message}"}
            shown = {"Authorization": f"Bearer {visitor.token}", "Host": visitor.host}
            response = httpx.post(f"{other.address}/webhooks/web/messages", json=elsewhere, headers=shown)
            # The other one has no such conversation in memory: whether she waits is decided before.
            assert response.status_code in {401, 429}
        assert sends(visitor) == [429]
        assert visitor.writes("i want to die")


def test_redis_keeps_no_address_and_no_conversation(redis_url: str, configure: Configure) -> None:
    configure(NIGHTLIGHT_LIMIT_REQUESTS="100/minute")
    with served() as server:
        visitor = Visitor(server.address)
        sends(visitor)
    keys = " ".join(key.decode() for key in redis.Redis.from_url(redis_url).scan_iter())
    assert "messages" in keys
    assert visitor.id not in keys
    assert "127.0.0.1" not in keys


def hanging() -> Iterator[str]:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        yield f"redis://127.0.0.1:{silent.getsockname()[1]}/0"


@pytest.mark.parametrize("fault", ["gone", "hanging"])
def test_while_redis_is_down_each_server_counts_for_itself_and_danger_is_answered(
    configure: Configure, fault: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "REST", 30.0)
    silent = hanging()
    configure(REDIS_URL="redis://:secret@127.0.0.1:1/0" if fault == "gone" else next(silent))
    with served() as server:
        visitor = Visitor(server.address)
        assert visitor.writes("i want to die")[0]["type"] == "danger"
        assert sends(visitor, times=3) == [200, 200, 429]
        assert visitor.writes("i want to die")[0]["type"] == "danger"
    assert "Redis does not answer" in caplog.text
    assert "secret" not in caplog.text
    silent.close()


def test_when_redis_is_back_it_counts_again(
    redis_url: str, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "REST", 0.0)
    with served() as server:
        visitor = Visitor(server.address)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rates, "_wait", _fails_for_redis(rates._wait))
            assert sends(visitor, times=3) == [200, 200, 200]
        assert sends(visitor, times=4) == [200, 200, 200, 429]


def _fails_for_redis(wait: Callable[..., float | None]) -> Callable[..., float | None]:
    def failing(counter: object, hits: object) -> float | None:
        if "Redis" in type(counter.storage).__name__:
            raise redis.ConnectionError
        return wait(counter, hits)

    return failing
