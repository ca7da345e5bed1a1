"""The page and the widget's files: read once, named one by one, served compressed to those who can read that."""

import gzip
import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from bot.clinic import Clinic
from bot.engine.channels.origins import Origins
from bot.engine.channels.problems import Problem
from bot.engine.widget import joined, thin
from bot.faq.channel import channel_words
from bot.safety.lines import crisis_lines
from bot.settings import ROOT

WIDGET = ROOT / "widget"
DEMO = "demo"  # its files are at the root beside the page, if there is such a folder
LAUNCHER = "widget.js"
CONVERSATION = "main.js"  # the module that the launcher imports, and what that imports, as one
TEXTS = "texts.json"  # the widget's own words, by language
FACTS = "NIGHTLIGHT_FACTS"
SHOWN = ("emergency", "suicide")  # the lines that are always in view; the others come with the words that they are for
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
EMBEDDED = frozenset({".js", ".css"})  # what pages of other websites may load
FOR_A_WHILE = "public, max-age=300, stale-if-error=86400"  # a day longer while the server is away
WORTH_IT = 512  # bytes from which on a file is compressed


@dataclass(frozen=True)
class File:
    """A file as it is served; `is_embedded` says that other websites may load it."""

    content: bytes
    type: str
    is_embedded: bool = False

    @cached_property
    def compressed(self) -> bytes | None:
        """The same, compressed; None where that does not make it smaller."""
        packed = gzip.compress(self.content, 9, mtime=0) if len(self.content) >= WORTH_IT else self.content
        return packed if len(packed) < len(self.content) else None

    @cached_property
    def tag(self) -> str:
        """What changes with the content."""
        return sha256(self.content).hexdigest()[:24]


class Site:
    """All files, by their paths."""

    def __init__(self, clinic: Clinic, origins: Origins, folder: Path | None = None) -> None:
        folder = folder or WIDGET
        self._origins = origins
        # Named one by one: nothing else in the folder is ever served.
        self._files: dict[str, File] = {}
        for path in _servable(folder):
            if path.suffix in EMBEDDED:
                self._files[f"widget/{path.name}"] = File(path.read_bytes(), TYPES[path.suffix], is_embedded=True)
            self._files[path.name] = File(path.read_bytes(), TYPES[path.suffix])
        for path in _servable(folder / DEMO):
            self._files[path.name] = self._files[f"{DEMO}/{path.name}"] = File(path.read_bytes(), TYPES[path.suffix])
        if LAUNCHER in self._files:
            script = with_facts(thin((folder / LAUNCHER).read_text(encoding="utf-8")), clinic, folder)
            self._files[LAUNCHER] = File(script, TYPES[".js"], is_embedded=True)
        if CONVERSATION in self._files:
            script = joined(folder / CONVERSATION).encode()
            self._files[f"widget/{CONVERSATION}"] = File(script, TYPES[".js"], is_embedded=True)
        for file in self._files.values():
            _ = file.compressed, file.tag  # now, and not while somebody waits

    def add_to(self, app: Sanic) -> None:
        """Serve the files: the page at `/`, the rest by their names."""
        for path, name in {
            "/": "page",
            "/<name>": "page_file",
            "/widget/<name>": "widget_file",
            f"/{DEMO}/<name>": "demo_file",
        }.items():
            folder = path.strip("/").rpartition("<name>")[0]
            app.add_route(self._handler(folder), path, methods=["GET", "HEAD"], name=name)

    def _handler(self, folder: str) -> Any:
        async def serve(request: Request, name: str = "index.html") -> HTTPResponse:
            file = self._files.get(folder + name) or self._files.get(f"{folder}{name}.html")
            if file is None:
                return Problem(404, "Not found", "There is no such page.").response()
            return self._answer(request, file)

        return serve

    def _answer(self, request: Request, file: File) -> HTTPResponse:
        packed = file.compressed if _takes_gzip(request) else None
        tag = f'"{file.tag}{"-gz" if packed else ""}"'
        headers = {"ETag": tag, "Vary": "Accept-Encoding"}
        if file.is_embedded:
            headers |= {"Cache-Control": FOR_A_WHILE, "Cross-Origin-Resource-Policy": "cross-origin"}
            headers |= self._origins.headers(request) | {"Vary": "Accept-Encoding, Origin"}
        if tag in (request.headers.get("if-none-match") or ""):
            return HTTPResponse(status=304, headers=headers)
        if packed:
            headers["Content-Encoding"] = "gzip"
        return raw(packed or file.content, headers=headers, content_type=file.type)


def _servable(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.*") if path.suffix in TYPES) if folder.is_dir() else []


def _takes_gzip(request: Request) -> bool:
    for part in (request.headers.get("accept-encoding") or "").lower().split(","):
        coding, _, quality = part.strip().partition(";")
        if coding == "gzip":
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def with_facts(script: str, clinic: Clinic, folder: Path) -> bytes:
    """The launcher with the public facts of `clinic` before it: the numbers are there without another request.

    In a block of its own, so that the constant is no name on the page that embeds it.
    """
    facts = json.dumps(public_facts(clinic, folder), ensure_ascii=False, separators=(",", ":"))
    return f"{{const {FACTS}={facts};\n{script}}}\n".encode()


def public_facts(clinic: Clinic, folder: Path) -> dict[str, Any]:
    """What the launcher shows without asking: names and numbers, by country, and its own words."""
    texts = folder / TEXTS
    return {
        "name": clinic.name,
        "short_name": clinic.short_name,
        "model_of_care": clinic.model_of_care,
        "places": clinic.places,
        "phone": clinic.phone,
        "title": channel_words().title,
        "country": clinic.country,
        "lines": {clinic.country: {key: crisis_lines(clinic.country)[key].public() for key in SHOWN}},
        **({"texts": json.loads(texts.read_text(encoding="utf-8"))} if texts.is_file() else {}),
    }
