"""What is in a piece of HTML, as a browser would see it."""

from html.parser import HTMLParser

ALLOWED = {"p", "strong", "em", "ul", "ol", "li", "a", "br"}
LINKS = ("https://", "tel:", "sms:")


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.other: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def wrong(html: str) -> list[object]:
    """What in `html` is neither text nor one of the few things that are allowed."""
    parsed = _Elements()
    parsed.feed(html)
    parsed.close()
    bad: list[object] = [*parsed.other]
    for tag, attributes in parsed.found:
        if tag not in ALLOWED or set(attributes) - ({"href", "rel"} if tag == "a" else set()):
            bad.append((tag, attributes))
        elif tag == "a" and not str(attributes.get("href", "https://")).startswith(LINKS):
            bad.append(attributes)
    return bad
