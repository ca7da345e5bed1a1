"""The widget's scripts as browsers get them: small, in one piece each, and the same as in the files."""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.clinic import Clinic
from bot.engine.site import WIDGET, with_facts
from bot.engine.widget import joined, thin

MOST = 20_000  # bytes, compressed, of all that is ever fetched
BEFORE = 9_000  # and of what is fetched before it is opened
MODULES = sorted(WIDGET.glob("*.js"))
CODE_BEFORE_REGEX = r"(?:^|[=(,:;!&|?\[{]|return)\s*"
REGEX = re.compile(CODE_BEFORE_REGEX + r"(/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+/)[gimsuy]*", re.MULTILINE)


def launcher() -> str:
    script = thin((WIDGET / "widget.js").read_text(encoding="utf-8"))
    return with_facts(script, Clinic.load("in-clinic"), WIDGET).decode()


def packed(script: str) -> int:
    return len(gzip.compress(script.encode(), 9, mtime=0))


def test_all_of_it_is_at_most_twenty_kilobytes() -> None:
    before, behind = packed(launcher()), packed(joined(WIDGET / "main.js"))
    assert before <= BEFORE
    assert before + behind <= MOST


def test_every_module_is_in_what_is_served() -> None:
    served = joined(WIDGET / "main.js")
    for module in MODULES:
        assert module.name == "widget.js" or f"const {module.stem}_js = " in served, module.name
    assert "import " not in served
    assert served.endswith("export const { begin } = main_js;\n")


@pytest.mark.parametrize("script", ["launcher", "conversation"])
def test_what_is_served_is_a_script(script: str, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed: only browsers read what is served")
    path = tmp_path / "served.mjs"
    path.write_text(launcher() if script == "launcher" else joined(WIDGET / "main.js"), encoding="utf-8")
    done = subprocess.run([node, "--check", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_thinning_takes_comments_and_spare_space_and_leaves_the_rest() -> None:
    script = """
/** Says "hello", and more. */
export const a = { b: 'x  // no comment', c: `https://${d} /* kept */` }; // gone
  function f(x) {
    // gone, too
    return x ? [1, 2] : this.#hidden;
  }
"""
    assert thin(script) == (
        "export const a={b:'x  // no comment',c:`https://${d} /* kept */`};\nfunction f(x){return x?[1,2]:this.#a;}\n"
    )


def test_styles_are_thinned_without_changing_a_selector() -> None:
    script = (
        "const S = `\n/* gone */\n.a :is(b, c) > d { color: red; margin: 0 1px; }\n@media (x: y) { .e { f: g; } }\n`;\n"
    )
    assert thin(script) == "const S=`.a :is(b,c) > d{color:red;margin:0 1px}@media (x:y){.e{f:g}}`;"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_script_holds_nothing_that_thinning_would_break(module: Path) -> None:
    source = module.read_text(encoding="utf-8")
    for expression in REGEX.findall(re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)):
        assert not set(expression) & set(" \"'`"), (
            f"a regular expression with a space or a quotation mark: {expression}"
        )
    assert not re.search(r"\$\{[^}]*#", source), "a private name in a template"


def test_modules_import_as_the_server_understands_it() -> None:
    for module in MODULES:
        for line in re.findall(r"^import .*$", module.read_text(encoding="utf-8"), re.MULTILINE):
            assert re.fullmatch(r'import \{ [\w, ]+ \} from "\./\w+\.js";', line), f"{module.name}: {line}"
