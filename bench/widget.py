"""`make bench-widget`: this project's widget beside published ones, in one browser, into bench/widget.json and .md."""

import gzip
import json
import shutil
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, sync_playwright

from bench.widgets import Widget, all_widgets
from bot.errors import NightlightError
from bot.settings import ROOT

OUT = ROOT / "bench"
ROUNDS = 7
SETTLE_MS = 2_000  # in which a page may fetch what it wants before anybody opens anything
PATIENCE_MS = 15_000
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
TYPES = {"/": "text/html", ".js": "text/javascript", ".css": "text/css", "": "application/json"}
# As Rasa's own channel greets who connects by polling: opened, connected, a session.
SOCKET = (
    '0{"sid":"s","upgrades":[],"pingInterval":60000,"pingTimeout":60000,"maxPayload":1000000}',
    '40{"sid":"s"}',
    '42["session_confirm","s"]',
)


@contextmanager
def served(widget: Widget) -> Iterator[str]:
    """The address of a page with `widget` in it, and nothing else."""
    head = "<title>x</title><link rel='icon' href='data:,'>"
    page = f"<!doctype html><html lang='en'><head>{head}</head><body><main><h1>x</h1>{widget.body}</main></body>"
    files = {"/": page, **widget.files, **(widget.answers or {})}

    says = iter(SOCKET)
    is_over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/socket.io/"):
                return self._answer(next(says, None) or self._nothing_more(), "")
            return self._answer(files.get(self.path), "/" if self.path == "/" else Path(self.path).suffix)

        def do_POST(self) -> None:
            self._answer("ok" if self.path.startswith("/socket.io/") else files.get(self.path), "")

        def _nothing_more(self) -> str:
            is_over.wait(60)
            return "6"

        def _answer(self, text: str | None, kind: str) -> None:
            self.send_response(404 if text is None else 200)
            self.send_header("Content-Type", TYPES.get(kind, "text/plain"))
            self.end_headers()
            with suppress(ConnectionError):  # the page is gone
                self.wfile.write((text or "").encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        is_over.set()
        server.shutdown()


def packed(files: dict[str, str]) -> int:
    """Bytes of `files`, each compressed by gzip -9."""
    return sum(len(gzip.compress(text.encode(), 9, mtime=0)) for text in files.values())


def once(browser: Browser, widget: Widget) -> dict[str, Any]:
    """One visit: requests before opening, milliseconds of script until it can be pressed and until she can write."""
    with served(widget) as address:
        return _visit(browser, widget, address)


def _visit(browser: Browser, widget: Widget, address: str) -> dict[str, Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    metrics = context.new_cdp_session(page)
    metrics.send("Performance.enable")
    page.goto(address)
    found: dict[str, Any] = {}
    page.locator(widget.launcher or widget.usable).first.wait_for(timeout=PATIENCE_MS)
    found["script_ms_before"] = _script_ms(metrics)
    page.wait_for_timeout(SETTLE_MS)
    found["requests_before"] = len(asked) - 1
    found["axe_before"] = _findings(page)
    if widget.launcher:
        start = _script_ms(metrics)
        page.locator(widget.launcher).first.click()
        found["is_usable"] = _is_there(page, widget.usable)
        found["script_ms_usable"] = found["script_ms_before"] + _script_ms(metrics) - start
    else:
        found["is_usable"] = True
        found["script_ms_usable"] = found["script_ms_before"]
    page.wait_for_timeout(500)
    found["axe_open"] = _findings(page)
    context.close()
    return found


def _is_there(page: Page, selector: str) -> bool:
    try:
        page.locator(selector).first.wait_for(timeout=PATIENCE_MS)
    except Error:
        return False
    return True


def _script_ms(metrics: Any) -> float:
    measured = {each["name"]: each["value"] for each in metrics.send("Performance.getMetrics")["metrics"]}
    return float(measured["ScriptDuration"]) * 1000


def _findings(page: Page) -> list[str]:
    """What axe finds wrong by WCAG 2.2, A and AA: the rules, each with how often. Script time of axe is not counted."""
    found = Axe().run(page, options=RULES).response["violations"]
    return sorted(f"{each['id']} ({len(each['nodes'])})" for each in found)


def measured(browser: Browser, widget: Widget) -> dict[str, Any]:
    """All figures of `widget`: the middle of several visits."""
    figures: dict[str, Any] = {
        "version": widget.version,
        "compressed_bytes": packed(widget.files),
        "compressed_bytes_before": packed(_before(widget)),
        "note": widget.note,
    }
    try:
        visits = [once(browser, widget) for _ in range(ROUNDS)]
    except Error as error:
        return figures | {"renders": False, "why": str(error).splitlines()[0]}
    middle = {
        key: round(statistics.median(v[key] for v in visits), 1) for key in ("script_ms_before", "script_ms_usable")
    }
    return figures | visits[-1] | middle | {"renders": True}


def _before(widget: Widget) -> dict[str, str]:
    return {path: text for path, text in widget.files.items() if path in widget.body}


def table(results: dict[str, Any]) -> str:
    """The results as a table of Markdown."""
    lines = [
        "# The widget beside others",
        "",
        "Made by `make bench-widget`: the published bundles (npm), each shown as its documentation says, on an empty",
        f"page, in {results['browser']}, the middle of {ROUNDS} visits. There is no bot behind any of them: what is",
        "compared is what the browser fetches and runs, and what axe-core finds in it by WCAG 2.2, A and AA. Times are",
        "of a shared machine; only their ratios count.",
        "",
        "| | bytes, gzip -9 | of them before it is opened | requests before it is opened "
        "| script until it can be pressed | script until she can write | axe, closed | axe, open |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |",
    ]
    for name, one in results["widgets"].items():
        size = f"| {name} {one['version']} | {one['compressed_bytes']:,} | {one['compressed_bytes_before']:,} | "
        if not one["renders"]:
            lines.append(f"{size}it does not render here: {one['why']} | | | | |")
            continue
        usable = f"{one['script_ms_usable']:.0f} ms" if one["is_usable"] else "not shown"
        axe = " | ".join(", ".join(one[key]) or "nothing" for key in ("axe_before", "axe_open"))
        lines.append(f"{size}{one['requests_before']} | {one['script_ms_before']:.0f} ms | {usable} | {axe} |")
    lines += ["", *(f"- {name}: {one['note']}." for name, one in results["widgets"].items()), ""]
    return "\n".join(lines)


def main() -> int:
    """Run the bench; returns the exit code."""
    path = shutil.which("chromium")
    try:
        if path is None:
            raise NightlightError("There is no browser here (Debian: chromium).")
        with tempfile.TemporaryDirectory(prefix="nightlight-widgets-") as folder, sync_playwright() as playwright:
            widgets = all_widgets(Path(folder))
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            results = {
                "browser": f"Chromium {browser.version}",
                "widgets": {widget.name: measured(browser, widget) for widget in widgets},
            }
            browser.close()
    except NightlightError as error:
        print(f"The bench stopped. {error}", file=sys.stderr)
        return 1
    (OUT / "widget.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    (OUT / "widget.md").write_text(table(results), encoding="utf-8")
    print(table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
