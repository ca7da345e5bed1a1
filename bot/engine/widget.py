"""The widget's scripts as browsers get them: the modules joined into one, without comments and spare space.

Nothing has to be built, and the files run as they are. Joined when the server starts, the conversation is one request
at the first opening and not a dozen, which is felt on a bad connection.
"""

import re
from pathlib import Path
from string import ascii_letters

_QUOTED = r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`"""
_STRING = re.compile(f"({_QUOTED})")
_STRING_OR_COMMENT = re.compile(rf"({_QUOTED})|/\*.*?\*/|(?<![\\:])//[^\n]*", re.DOTALL)
_SPACE = re.compile(r"(?<=[;{,([])\s*\n\s*| *(=>|[=,{}():?<>&|!;*\[\]]) *")
_PRIVATE = re.compile(r"#[a-zA-Z]\w*")
_LINE_END = re.compile(r"\s*\n\s*")
_STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STYLE_SPACE = re.compile(r"\s*([{};])\s*|([,:])\s+")
_IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:class|function|const) (?:\{ ([\w, ]+) \}|(\w+))", re.MULTILINE)


def joined(entry: Path) -> str:
    """The module `entry` and all that it imports from its folder, as one module with the exports of `entry`."""
    parts: dict[str, str] = {}
    _join(entry, parts)
    names = ", ".join(_exported(entry.read_text(encoding="utf-8")))
    return "\n".join(parts.values()) + f"\nexport const {{ {names} }} = {entry.stem}_js;\n"


def thin(script: str) -> str:
    """`script` without comments and spare space, private names short; line ends stay where they may mean something.

    Regular expressions in it must hold neither spaces nor quotation marks, and `${}` no private names (a test looks).
    """
    plain = _STRING_OR_COMMENT.sub(lambda found: _thin_styles(found[1]) if found[1] else "", script)
    pieces = _STRING.split(plain)  # code and strings take turns
    short: dict[str, str] = {}
    for place in range(0, len(pieces), 2):
        named = _PRIVATE.sub(lambda name: _short(name[0], short), pieces[place])
        pieces[place] = _SPACE.sub(r"\1", named)
    return _LINE_END.sub("\n", "".join(pieces)).lstrip()


def _short(name: str, short: dict[str, str]) -> str:
    return short.setdefault(name, f"#{ascii_letters[len(short) % 52]}{len(short) // 52 or ''}")


def _thin_styles(string: str) -> str:
    """`string`; if it has several lines it holds styles, and is given without comments and spare space."""
    if "\n" not in string:
        return string
    plain = _STYLE_COMMENT.sub("", string)
    return "`" + _STYLE_SPACE.sub(r"\1\2", plain.strip("`").strip()).replace(";}", "}") + "`"


def _join(module: Path, parts: dict[str, str]) -> None:
    """Add `module` behind those that it imports, each as a function that returns what it exports."""
    script = module.read_text(encoding="utf-8")
    for _, name in _IMPORT.findall(script):
        if name not in parts:
            _join(module.with_name(f"{name}.js"), parts)
    body = _IMPORT.sub(r"const { \1 } = \2_js;\n", script)
    body = thin(re.sub(r"^export ", "", body, flags=re.MULTILINE))
    names = ", ".join(_exported(script))
    parts[module.stem] = f"const {module.stem}_js = (() => {{\n{body}return {{ {names} }};\n}})();"


def _exported(script: str) -> list[str]:
    return [name for many, one in _EXPORT.findall(script) for name in (many or one).split(", ")]
