"""The widget as browsers get it: the launcher with the clinic's facts, and the conversation in one file.

Nothing has to be built. When the server starts it puts the facts before `widget/widget.js`, joins the modules that
`widget/main.js` imports into one, and takes comments and indentation away: one request each, on a bad connection too.
"""

import json
import re
from pathlib import Path
from typing import Any

from bot.clinic import Clinic
from bot.safety.lines import Line, crisis_lines
from bot.settings import ROOT

WIDGET = ROOT / "widget"
LINES = ("emergency", "suicide")
_QUOTED = r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`"""
_STRING = re.compile(f"({_QUOTED})")
_STRING_OR_COMMENT = re.compile(rf"({_QUOTED})|/\*.*?\*/|(?<![\\:])//[^\n]*", re.DOTALL)
_SPACE = re.compile(r" *(=>|[=,{}():?<>&|!;*\[\]]) *")
_EMPTY = re.compile(r"\s*\n\s*")
_STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STYLE_SPACE = re.compile(r"\s*([{};])\s*|([,:])\s+")
_IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:class|function|const) (?:\{ ([\w, ]+) \}|(\w+))", re.MULTILINE)


def launcher(clinic: Clinic) -> str:
    """What `/widget.js` answers: the public facts of `clinic`, and the launcher."""
    facts = json.dumps(public_facts(clinic), ensure_ascii=False, separators=(",", ":"))
    # Not parsed as HTML anywhere; escaped all the same, in case somebody puts the file into a page.
    facts = facts.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"const NIGHTLIGHT_FACTS={facts};\n{_thin(_read('widget.js'))}"


def conversation() -> str:
    """What `/widget/main.js` answers: the modules behind the launcher, as one."""
    joined: dict[str, str] = {}
    _join("main", joined)
    names = ", ".join(_exported(_read("main.js")))
    return "\n".join(joined.values()) + f"\nexport const {{ {names} }} = main_js;\n"


def public_facts(clinic: Clinic) -> dict[str, Any]:
    """What the widget may say of `clinic` without the server, and its words."""
    lines = crisis_lines(clinic.country)
    return {
        "name": clinic.name,
        "short_name": clinic.short_name,
        "model_of_care": clinic.model_of_care,
        "places": clinic.places,
        "phone": clinic.phone,
        "country": clinic.country,
        "lines": {clinic.country: {key: _line(lines[key]) for key in LINES}},
        "texts": json.loads(_read("texts.json")),
    }


def _line(line: Line) -> dict[str, str]:
    return line.model_dump(include={"number", "call", "text"}, exclude_none=True)


def _read(name: str) -> str:
    return Path(WIDGET / name).read_text(encoding="utf-8")


def _join(name: str, joined: dict[str, str]) -> None:
    """Add the module `name` behind those that it imports, each as a function that returns what it exports."""
    source = _read(f"{name}.js")
    for _, other in _IMPORT.findall(source):
        if other not in joined:
            _join(other, joined)
    body = _IMPORT.sub(r"const { \1 } = \2_js;\n", source)
    body = _thin(re.sub(r"^export ", "", body, flags=re.MULTILINE))
    joined[name] = f"const {name}_js = (() => {{\n{body}return {{ {', '.join(_exported(source))} }};\n}})();"


def _exported(source: str) -> list[str]:
    return [name for many, one in _EXPORT.findall(source) for name in (many or one).split(", ")]


def _thin(source: str) -> str:
    """`source` without comments and spare space; line ends stay, for they may end a statement."""
    plain = _STRING_OR_COMMENT.sub(lambda found: _thin_styles(found[1]) if found[1] else "", source)
    pieces = _STRING.split(plain)  # code and strings take turns
    pieces[::2] = [_SPACE.sub(r"\1", piece) for piece in pieces[::2]]
    return _EMPTY.sub("\n", "".join(pieces)).lstrip()


def _thin_styles(string: str) -> str:
    """`string`; if it has several lines it holds styles, and is given without comments and spare space."""
    if "\n" not in string:
        return string
    return _STYLE_SPACE.sub(r"\1\2", _STYLE_COMMENT.sub("", string)).replace(";}", "}")
