"""The website of a clinic, on an origin of its own, with the chat in it. Imported as `browser.website`."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

# What such a website may need to allow, and no more: no style, no inline script, no frame.
STRICT = (
    "default-src 'none'; script-src {chat}; connect-src {chat}; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types nightlight"
)
HOSTILE = """
* { all: unset !important; color: lime !important; font: 40px cursive !important; }
* { text-transform: uppercase !important; }
html { font-size: 62.5% !important; direction: ltr !important; letter-spacing: 1em !important; }
body { transform: translateX(30px) !important; line-height: 4 !important; visibility: hidden !important; }
nightlight-chat { display: none !important; opacity: 0 !important; pointer-events: none !important; }
button, dialog, a, textarea { display: none !important; }
"""


@dataclass(frozen=True)
class Leaf:
    """A page: what stands in its head and body, the attributes of the script tag, the policy that it is sent with."""

    head: str = ""
    body: str = ""
    attributes: str = ""
    policy: str | None = None
    html: str = 'lang="en"'
    has_chat: bool = True


LEAVES = {
    "/": Leaf(),
    "/other": Leaf(body='<a href="/">back to the first</a>'),
    "/empty": Leaf(has_chat=False),
    "/strict": Leaf(policy=STRICT),
    "/hostile": Leaf(head=f"<style>{HOSTILE}</style>"),
    "/yellow": Leaf(attributes='data-colour="#ffee00" data-side="left"'),
    "/pale": Leaf(head="<style>nightlight-chat { --nightlight-color: #fefefe; }</style>"),
    "/spanish": Leaf(html='lang="es"'),
    "/right-to-left": Leaf(html='lang="en" dir="rtl"'),
    "/words": Leaf(attributes='data-texts=\'{"launch": "Ask us", "title": "Questions"}\''),
    "/leave": Leaf(attributes='data-leave="{site}/empty"'),
    "/full": Leaf(attributes="data-full"),
    "/twice": Leaf(head='<script src="{chat}/widget.js" defer></script>'),
}


class Website:
    """A server of `LEAVES`; `chat` is the address of the chat's server, as soon as it is known."""

    def __init__(self, host: str = "localhost") -> None:
        self.chat = ""
        website = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                website._answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://{host}:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        leaf = LEAVES.get(request.path)
        request.send_response(200 if leaf else 404)
        request.send_header("Content-Type", "text/html; charset=utf-8")
        if leaf and leaf.policy:
            request.send_header("Content-Security-Policy", self._filled(leaf.policy))
        request.end_headers()
        if leaf:
            request.wfile.write(self._filled(self._page(leaf)).encode())

    def _filled(self, text: str) -> str:
        return text.replace("{chat}", self.chat).replace("{site}", self.address)

    @staticmethod
    def _page(leaf: Leaf) -> str:
        tag = f'<script src="{{chat}}/widget.js" {leaf.attributes} defer></script>' if leaf.has_chat else ""
        return (
            f"<!doctype html><html {leaf.html}><head><title>A clinic</title>"
            f'<meta name="viewport" content="width=device-width">{leaf.head}{tag}</head>'
            f'<body><main><h1>A clinic</h1><p>Words of the clinic.</p><button id="theirs">Theirs</button>{leaf.body}'
            '<p><a href="/other">Another page</a></p></main></body></html>'
        )
