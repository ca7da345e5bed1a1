"""Text that becomes HTML becomes nothing that runs, whoever wrote it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.channels.outbound import html
from markup import wrong

PIECES = st.sampled_from(
    [
        *(
            "<",
            ">",
            "</",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "<?",
            "&lt;",
            "&#60;",
            "&amp;",
            '"',
            "'",
            "`",
            "\\",
            "\0",
            "\n\n",
        ),
        *("script", "img src=x onerror=alert(1)", "svg/onload=alert(1)", "iframe srcdoc=", "style", "math", "a href="),
        *(
            "[click](",
            ")",
            "![x](",
            "<https://x.example>",
            "[a]: javascript:alert(1)",
            "**",
            "*",
            "_",
            "- ",
            "1. ",
            "# ",
        ),
        *("javascript:alert(1)", "JaVaScRiPt&colon;alert(1)", "data:text/html,x", "vbscript:x", "//evil.example"),
        *("https://example.org/", "tel:988", "sms:988?&body=x", "file:///etc/passwd", "\u202e", "\u2028", "é", "😭"),
    ]
)


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=14).map("".join))
def test_nothing_that_runs_comes_out_of_any_text(text):
    assert wrong(html(text)) == []


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/path", "http://example.org", "file:///x", "x"],
)
def test_a_link_goes_to_a_web_page_or_a_phone_alone(address):
    assert "href" not in html(f"[click]({address})")


@pytest.mark.parametrize("address", ["https://example.org/a", "tel:988", "sms:88788?&body=START"])
def test_a_link_that_may_be_there_is(address):
    assert 'rel="noopener"' in html(f"[click]({address})")
    assert "<a href=" in html(f"[click]({address})")


def test_what_is_emphasised_and_listed_is_shown_so():
    assert html("**Call 911**\n\n- one\n- two") == (
        "<p><strong>Call 911</strong></p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
    )


def test_markup_is_shown_as_it_was_written():
    assert html("<script>alert(1)</script>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"
    assert html("a < b & c") == "<p>a &lt; b &amp; c</p>\n"
