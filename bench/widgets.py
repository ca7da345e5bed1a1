"""The chat widgets that are compared: where each comes from, what it fetches, and how a page shows it.

Each is shown as its own documentation says, by its published bundle, without a server of its own behind it: only what
the browser has to fetch, to run and to show is compared.
"""

import json
import subprocess
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.clinic import Clinic
from bot.engine.site import WIDGET, with_facts
from bot.engine.widget import joined, thin
from bot.errors import NightlightError

VERSIONS = {
    "rasa-webchat": "1.0.1",
    "deep-chat": "2.4.2",
    "@botpress/webchat": "4.5.2",
    "react": "19.2.0",  # which @botpress/webchat asks for
    "react-dom": "19.2.0",
    "scheduler": "0.27.0",
}
GREETING = {
    "seq": 1,
    "from": "bot",
    "type": "notice",
    "lang": "en",
    "text": "Hello. I am an automated assistant.",
    "html": "<p>Hello. I am an automated assistant.</p>",
    "buttons": [{"id": "1", "title": "Breastfeeding"}, {"id": "2", "title": "Driving"}],
}
BEGUN = {"id": "c", "token": "t", "expires_in": 43200, "messages": [GREETING]}
# React comes as modules of Node alone: each is run with what it asks for, as a bundler would do it.
REACT = ("scheduler", "react", "react/jsx-runtime", "react-dom", "react-dom/client")


@dataclass(frozen=True)
class Widget:
    """One widget. `files` are what the browser fetches of it, by path; `body` is what the page has of it.

    `launcher` is what is pressed to open it (None: it is always open), `usable` where she writes.
    """

    name: str
    version: str
    files: dict[str, str]
    body: str
    usable: str
    launcher: str | None = None
    note: str = ""
    answers: dict[str, str] | None = None


def nightlight() -> Widget:
    """This project's, as its server serves it."""
    launcher = thin((WIDGET / "widget.js").read_text(encoding="utf-8"))
    return Widget(
        name="Nightlight",
        version="this one",
        files={
            "/widget.js": with_facts(launcher, Clinic.load("in-clinic"), WIDGET).decode(),
            "/widget/main.js": joined(WIDGET / "main.js"),
        },
        body='<script src="/widget.js" defer></script>',
        launcher="#launcher",
        usable="#input",
        note="the launcher first, the conversation when it is opened",
        answers={"/webhooks/web/conversations": json.dumps(BEGUN)},
    )


def rasa_webchat(package: Callable[[str], Path]) -> Widget:
    """The widget that Rasa's documentation names."""
    return Widget(
        name="rasa-webchat",
        version=VERSIONS["rasa-webchat"],
        files={"/index.js": (package("rasa-webchat") / "lib/index.js").read_text(encoding="utf-8")},
        body="<script src='/index.js'></script><script>WebChat.default({socketUrl: location.origin}, null)</script>",
        launcher=".rw-launcher",
        usable=".rw-new-message",
        note="it connects, and asks another company for a font, before anybody opens it; without a server it shows "
        "nothing, so it is answered as Rasa's channel answers (socket.io)",
    )


def deep_chat(package: Callable[[str], Path]) -> Widget:
    """A chat as a web component, without a launcher."""
    bundle = package("deep-chat") / "dist/deepChat.bundle.js"
    return Widget(
        name="deep-chat",
        version=VERSIONS["deep-chat"],
        files={"/deepChat.bundle.js": bundle.read_text(encoding="utf-8")},
        body="<deep-chat></deep-chat><script type='module' src='/deepChat.bundle.js'></script>",
        usable="#text-input",
        note="it has no launcher: it is open in the page at once",
    )


def botpress(package: Callable[[str], Path]) -> Widget:
    """Botpress's, which is made for pages that have React; what it needs of React is counted with it."""
    dist = package("@botpress/webchat") / "dist"
    show = (
        "const { createElement: e } = React; require('react-dom/client').createRoot(document.querySelector('#chat'))"
        ".render(e(Webchat.Webchat, { clientId: 'none', style: { width: '400px', height: '600px' } }));"
    )
    return Widget(
        name="@botpress/webchat",
        version=VERSIONS["@botpress/webchat"],
        files={
            "/react.js": _react(package),
            "/index.umd.cjs.js": (dist / "index.umd.cjs").read_text(encoding="utf-8"),
            "/style.css": (dist / "style.css").read_text(encoding="utf-8"),
        },
        body="<link rel='stylesheet' href='/style.css'><div id='chat'></div><script src='/react.js'></script>"
        f"<script src='/index.umd.cjs.js'></script><script>{show}</script>",
        usable=".bpComposerInput",
        note="with React, which it needs; without the maker's service its input is shown, and cannot be used",
    )


def _react(package: Callable[[str], Path]) -> str:
    parts = [
        "process = { env: { NODE_ENV: 'production' } };",
        "const modules = {}; const require = (name) => modules[name];",
    ]
    for name in REACT:
        owner, _, rest = name.partition("/")
        file = f"cjs/{owner}{f'-{rest}' if rest else ''}.production.js"
        script = (package(owner) / file).read_text(encoding="utf-8")
        parts.append(f"modules['{name}'] = (function (exports, module) {{ {script}; return exports; }})({{}}, {{}});")
    parts.append(
        "React = modules.react; ReactDOM = modules['react-dom']; ReactJsxRuntime = modules['react/jsx-runtime'];"
    )
    return "\n".join(parts)


def all_widgets(folder: Path) -> list[Widget]:
    """All that are compared; what is not ours is fetched from the npm registry into `folder`."""

    def package(name: str) -> Path:
        return _package(name, folder)

    return [nightlight(), rasa_webchat(package), deep_chat(package), botpress(package)]


def _package(name: str, folder: Path) -> Path:
    """The folder of that package, fetched once. Raises `NightlightError` if it cannot be had."""
    place = folder / name.replace("/", "-")
    if not place.exists():
        command = ["npm", "pack", f"{name}@{VERSIONS[name]}", "--silent", "--pack-destination", str(folder)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
        except (OSError, subprocess.SubprocessError) as error:
            raise NightlightError(f"{name} {VERSIONS[name]} could not be fetched by npm: {error}") from error
        with tarfile.open(folder / done.stdout.strip().splitlines()[-1]) as archive:
            archive.extractall(place, filter="data")
    return place / "package"
