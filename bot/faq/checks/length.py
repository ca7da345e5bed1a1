"""SMS: what a carrier sends as written, in two segments at most."""

import re
from collections.abc import Iterator

from bot.faq.checks.texts import Text, differing
from bot.faq.findings import Finding
from bot.texting.gsm import MAX_SEGMENTS, SEGMENT, not_gsm, segments, septets

_MARKDOWN = re.compile(r"\*\*|\]\(|^\s*[-*] ", re.MULTILINE)


def text_message(of: Text) -> Iterator[Finding]:
    """A finding where the text is not GSM-7, is too long at some clinic, or has Markdown in it."""
    for said in differing(of.said):
        strange = not_gsm(said.words)
        if strange:
            problem = f"not in the SMS alphabet (GSM-7): {' '.join(strange)}"
            yield of.finding("sms", problem, "Use plain quotes, hyphens and letters.", near=strange[0])
        elif segments(said.words) > MAX_SEGMENTS:
            length, limit = septets(said.words), MAX_SEGMENTS * SEGMENT
            problem = f"{segments(said.words)} segments at {said.clinic.short_name} ({length} characters)"
            yield of.finding("sms", problem, f"Cut {length - limit} characters: {limit} is the most.")
        mark = _MARKDOWN.search(said.words)
        if mark:
            problem = "a text message shows Markdown as it is typed"
            yield of.finding("sms", problem, "Write numbers and words plainly.", near=mark[0].strip())
