"""The page and the widget's files: the clinic's numbers are in the first one, and other websites may load them."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bot.clinic import clinic
from bot.engine import site
from served import Served, clinic_with, served

Configure = Callable[..., None]
CLINIC_SITE = "https://www.clinic.example"
LONG = "// nothing\n" * 200


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A widget's folder as it may be."""
    made = tmp_path / "widget"
    (made / "demo").mkdir(parents=True)
    (made / "tests").mkdir()
    for name, content in {
        "widget.js": f"(() => {{ window.shown = {site.FACTS}.phone; }})();",
        "client.js": LONG,
        "chat.css": "p {}",
        "index.html": "<p>old</p>",
        "demo/index.html": "<p>demo</p>",
        "demo/demo.css": "h1 {}",
        "texts.json": '{"es": {"call": "Llamar «ya»"}}',
        "notes.txt": "secret",
        "tests/x.test.js": "secret",
    }.items():
        (made / name).write_text(content, encoding="utf-8")
    monkeypatch.setattr(site, "WIDGET", made)
    return made


@pytest.fixture
def server(folder: Path, configure: Configure) -> Iterator[Served]:
    configure(NIGHTLIGHT_CLINIC=clinic_with(folder.parent, CLINIC_SITE))
    with served() as running:
        yield running


def get(server: Served, path: str, **headers: str) -> httpx.Response:
    return httpx.get(server.address + path, headers={name.replace("_", "-"): v for name, v in headers.items()})


def facts_of(script: str) -> dict[str, object]:
    start = script.index("=") + 1
    found: dict[str, object] = json.JSONDecoder().raw_decode(script[start:])[0]
    return found


def test_the_launcher_has_the_clinics_numbers_before_it(server: Served) -> None:
    script = get(server, "/widget.js").text
    assert script.startswith(f"{{const {site.FACTS}=")
    assert "window.shown" in script
    facts = facts_of(script)
    assert (facts["short_name"], facts["phone"], facts["title"], facts["country"]) == (
        clinic().short_name,
        clinic().phone,
        "Chat",
        "US",
    )
    lines = facts["lines"]["US"]
    assert lines["emergency"] == {"name": "Emergency services", "number": "911", "call": "911"}
    assert (lines["suicide"]["call"], lines["suicide"]["text"]) == ("988", "988")
    assert facts["texts"]["es"]["call"] == "Llamar «ya»"
    assert not {"email", "on-call", "urgent"} & set(script.split('"'))


def test_the_launcher_leaves_no_name_on_the_page_that_embeds_it(server: Served) -> None:
    script = get(server, "/widget.js").text
    assert script[0] == "{"
    assert script.rstrip()[-1] == "}"


def test_the_page_is_the_demonstration_where_there_is_one(server: Served, folder: Path) -> None:
    assert get(server, "/").text == "<p>demo</p>"
    assert get(server, "/demo.css").text == get(server, "/demo/demo.css").text == "h1 {}"
    (folder / "demo" / "index.html").unlink()
    with served() as another:
        assert get(another, "/").text == "<p>old</p>"


@pytest.mark.parametrize(
    "path",
    [
        "/notes.txt",
        "/texts.json",
        "/widget/notes.txt",
        "/widget/texts.json",
        "/widget/index.html",
        "/widget/demo.css",
        "/tests/x.test.js",
        "/widget/tests/x.test.js",
        "/widget/nothing.js",
        "/demo/client.js",
    ],
)
def test_nothing_else_of_the_folder_is_served(server: Served, path: str) -> None:
    response = get(server, path)
    assert response.status_code == 404
    assert "secret" not in response.text


def test_there_is_no_launcher_before_it_is_made(server: Served, folder: Path) -> None:
    (folder / "widget.js").unlink()
    with served() as another:
        assert get(another, "/widget.js").status_code == 404
        assert get(another, "/").status_code == 200


@pytest.mark.parametrize("path", ["/widget.js", "/widget/client.js", "/widget/chat.css"])
def test_a_website_of_the_clinic_may_load_the_widget_and_keep_it_for_a_while(server: Served, path: str) -> None:
    allowed = get(server, path, Origin=CLINIC_SITE)
    assert allowed.headers["access-control-allow-origin"] == CLINIC_SITE
    assert allowed.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age=300" in allowed.headers["cache-control"]
    assert {"accept-encoding", "origin"} == set(allowed.headers["vary"].lower().split(", "))
    stranger = get(server, path, Origin="https://evil.example")
    assert stranger.status_code == 200
    assert "access-control-allow-origin" not in stranger.headers


def test_the_page_itself_is_kept_by_nobody_and_loaded_by_no_other(server: Served) -> None:
    response = get(server, "/", Origin=CLINIC_SITE)
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in response.headers


def test_who_has_the_file_already_is_told_that_it_is_the_same(server: Served) -> None:
    first = get(server, "/widget/client.js")
    again = get(server, "/widget/client.js", If_None_Match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert get(server, "/widget/client.js", If_None_Match='"other"').status_code == 200


@pytest.mark.parametrize(
    ("accepts", "is_packed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("identity", False), ("gzip;q=0", False), ("gzip; q=0.0", False)],
)
def test_a_file_is_compressed_for_those_who_can_read_that(server: Served, accepts: str, is_packed: bool) -> None:
    with httpx.stream("GET", f"{server.address}/widget/client.js", headers={"Accept-Encoding": accepts}) as response:
        sent = b"".join(response.iter_raw())
    assert (response.headers.get("content-encoding") == "gzip") == is_packed
    assert (gzip.decompress(sent) if is_packed else sent).decode() == LONG
    assert not is_packed or len(sent) < len(LONG) / 4


def test_what_gets_no_smaller_is_sent_as_it_is(server: Served) -> None:
    assert "content-encoding" not in get(server, "/widget/chat.css").headers


def test_a_look_at_the_head_alone_is_answered(server: Served) -> None:
    response = httpx.head(f"{server.address}/widget.js")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["etag"]
