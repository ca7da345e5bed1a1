"""The results as a table and as a picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ONLY_RATIOS = (
    "Only the ratios count: both columns were measured in one run on one machine, "
    "and another machine has other times but much the same ratios."
)
STORIES = "and three stories, as many as `rasa init` writes, on which its TED and UnexpecTED are trained"
RULES_ONLY = "and no story: its TED and UnexpecTED are not trained, and it starts and answers faster"
MB = 1_000_000


@dataclass(frozen=True)
class Row:
    """One thing that was measured: its name, where it is in the results, its unit, and whether more is better."""

    name: str
    key: str
    unit: str
    more_is_better: bool = False
    share: bool = False  # a percentage is compared by its difference, not as a ratio


ROWS = (
    Row("Held-out questions: first guess right", "understanding.first_guess_percent", "%", True, True),
    Row("Held-out questions: answered rightly", "understanding.answered_right_percent", "%", True, True),
    Row("Held-out questions: answered wrongly", "understanding.answered_wrong_percent", "%", False, True),
    Row("Training", "training_seconds", "s"),
    Row("Training, processor time", "training_processor_seconds", "s"),
    Row("Process start to first answer", "start_seconds", "s"),
    Row("Process start to first answer, processor time", "start_processor_seconds", "s"),
    Row("A turn, 1 client, p50", "turns.1.p50_ms", "ms"),
    Row("A turn, 1 client, p95", "turns.1.p95_ms", "ms"),
    Row("Turns a second, 1 client", "turns.1.turns_per_second", "/s", True),
    Row("A turn, 16 clients, p50", "turns.16.p50_ms", "ms"),
    Row("A turn, 16 clients, p95", "turns.16.p95_ms", "ms"),
    Row("Turns a second, 16 clients", "turns.16.turns_per_second", "/s", True),
    Row("Processor time a turn, 16 clients", "turns.16.processor_ms", "ms"),
    Row("Peak memory of the server", "memory_mb", "MB"),
    Row("Peak memory with the action server", "memory_with_actions_mb", "MB"),
    Row("Model file", "model_mb", "MB"),
    Row("Installed packages", "packages_mb", "MB"),
)

SHORT = {
    "understanding.first_guess_percent",
    "understanding.answered_right_percent",
    "training_seconds",
    "start_seconds",
    "turns.1.p50_ms",
    "turns.16.turns_per_second",
    "memory_mb",
    "packages_mb",
}


def value(figures: dict[str, Any], key: str) -> float:
    """The figure at the dotted `key`."""
    found: Any = figures
    for part in key.split("."):
        found = found[part]
    return float(found)


def ratio(row: Row, ours: dict[str, Any], stock: dict[str, Any]) -> float:
    """By how much ours is better: a factor (below 1 it is worse), or for shares the points gained."""
    mine, theirs = value(ours, row.key), value(stock, row.key)
    if row.share:
        return round(mine - theirs if row.more_is_better else theirs - mine, 1)
    return round(mine / theirs if row.more_is_better else theirs / mine, 2)


def ratios(ours: dict[str, Any], stock: dict[str, Any]) -> dict[str, float]:
    """The ratio of every row, by its key."""
    return {row.key: ratio(row, ours, stock) for row in ROWS}


def table(results: dict[str, Any]) -> str:
    """`results` as Markdown."""
    return "\n".join(_lines(results)) + "\n"


def short_table(results: dict[str, Any]) -> str:
    """What README.md shows: the ratios of `SHORT` alone."""
    setup, machine = results["setup"], results["machine"]
    rows = [f"| {row.name} | {_better(row, results['ratios'][row.key])} |" for row in ROWS if row.key in SHORT]
    return (
        "| | better than stock Rasa by |\n| --- | ---: |\n" + "\n".join(rows) + "\n\n"
        f"Measured on {results['made']} with {setup['examples']} examples of {setup['intents']} intents, "
        f"{setup['held_out']} held-out questions and {machine['cores']} shared cores; below 1 it is worse.\n"
    )


def _lines(results: dict[str, Any]) -> Iterator[str]:
    ours, stock = results["ours"], results["stock"]
    yield "# Nightlight beside stock Rasa\n"
    yield f"{ONLY_RATIOS}\n"
    yield "| | Nightlight | stock Rasa | ours is better by |"
    yield "| --- | ---: | ---: | ---: |"
    for row in ROWS:
        mine, theirs = (f"{_number(value(figures, row.key))} {row.unit}" for figures in (ours, stock))
        yield f"| {row.name} | {mine} | {theirs} | {_better(row, results['ratios'][row.key])} |"
    yield ""
    yield from _notes(results)
    yield "\n![The same as a picture](results.svg)"


def _better(row: Row, found: float) -> str:
    return f"{found:+.1f} points" if row.share else _factor(found)


def _factor(found: float) -> str:
    return f"{found:.{0 if found >= 100 else 1 if found >= 10 else 2}f} ×"


def _number(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def _notes(results: dict[str, Any]) -> Iterator[str]:
    setup, machine = results["setup"], results["machine"]
    ours, stock = results["ours"]["understanding"], results["stock"]["understanding"]
    drawn = f"{setup['per_topic']} examples an intent" if setup["per_topic"] else "all examples"
    yield "How it was measured:\n"
    yield (
        f"- Both learned the same {setup['examples']} examples of `data/nlu.yml` ({drawn}, {setup['intents']} intents) "
        f"and were asked the same {setup['held_out']} questions of `tests/evaluation/questions.jsonl`, which neither "
        "has seen. Where two answers serve equally, either is right. One training each."
    )
    yield (
        '- "First guess" leaves each system\'s threshold out. "Answered" is what it then does: of the rest, '
        f"Nightlight asked back with the right option in {ours['clarified']} cases and without it in "
        f"{ours['refused']}; stock Rasa asked to rephrase in {stock['refused']}."
    )
    yield (
        "- Stock Rasa is the pipeline and the policies that `rasa init` of 3.6 writes, with the same answers as plain "
        f"responses and one rule an intent, {RULES_ONLY if setup['rules_only'] else STORIES}. "
        'It has no danger screen, no follow-ups and no "did you mean".'
    )
    yield (
        f"- Turns over HTTP on the loopback, each text once, {setup['turns']['1']} by 1 client and "
        f"{setup['turns']['16']} by 16 in each of {setup['rounds']} rounds, the systems in turn, the server started "
        "anew for each. Times are medians of the rounds, memory the highest VmHWM after the load. "
        "A turn of Nightlight includes its action server where it has work: what it does not understand it keeps for "
        f"the editors, with so few examples {ours['clarified'] + ours['refused']} of {ours['n']} questions."
    )
    yield (
        "- Training is a process of its own with an empty cache. Packages are what each needs of the locked "
        "environment; ours is Rasa's and more. Rasa's own requirements, not locked by us, are larger."
    )
    for name in ("ours", "stock"):
        for clients, figures in results[name]["turns"].items():
            if figures["unanswered"]:
                yield f"- Not answered by the bot itself ({name}, {clients} clients): {figures['unanswered']} turns."
    yield (
        f"- What other programs had of the processors meanwhile, Nightlight / stock Rasa: {_others(results)}. "
        "Processor times hardly depend on it."
    )
    yield (
        f"- {machine['cores']} cores ({machine['architecture']}), {machine['memory_gb']} GB, Python "
        f"{machine['python']}, Rasa {machine['rasa']}, TensorFlow {machine['tensorflow']}; commit "
        f"{results['commit']}, {results['made']}; the run took {results['minutes']} minutes."
    )


def _others(results: dict[str, Any]) -> str:
    def both(key: str) -> str:
        return " / ".join(f"{value(results[name], key):.0f} %" for name in ("ours", "stock"))

    turns = (f"{both(f'turns.{n}.others_percent')} in turns of {n} at a time" for n in results["setup"]["turns"])
    return ", ".join([f"{both('training_others_percent')} in training", *turns])


def draw(results: dict[str, Any], path: Path) -> None:
    """The ratios as bars, and the first guesses beside them, as SVG at `path`."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.5, 4.6), layout="constrained")
    FigureCanvasSVG(figure)
    shares, factors = figure.subplots(1, 2, width_ratios=[1, 2.2])
    _draw_shares(shares, results)
    _draw_ratios(factors, results["ratios"])
    # The same results give the same file.
    with rc_context({"svg.hashsalt": "nightlight", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure.savefig(path, metadata={"Date": None})


OURS, STOCK = "#2f6f73", "#b9b4ab"


def _draw_shares(axes: Any, results: dict[str, Any]) -> None:
    names, colours = ("Nightlight", "stock Rasa"), (OURS, STOCK)
    heights = [results[key]["understanding"]["first_guess_percent"] for key in ("ours", "stock")]
    bars = axes.bar(names, heights, color=colours, width=0.6)
    axes.bar_label(bars, [f"{height:.1f} %" for height in heights], padding=2)
    axes.set_ylim(0, 100)
    axes.set_title("Held-out questions:\nfirst guess right", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_ratios(axes: Any, found: dict[str, float]) -> None:
    rows = [row for row in ROWS if not row.share][::-1]
    lengths = [found[row.key] for row in rows]
    colours = [OURS if length >= 1 else STOCK for length in lengths]
    bars = axes.barh([row.name for row in rows], [length - 1 for length in lengths], left=1, color=colours)
    axes.set_xscale("log")
    axes.set_xlim(min(0.5, *lengths) * 0.7, max(2.0, *lengths) * 1.8)
    axes.axvline(1, color="black", linewidth=0.8)
    for bar, length in zip(bars, lengths, strict=True):
        axes.text(max(length, 1) * 1.06, bar.get_y() + bar.get_height() / 2, _factor(length), va="center", fontsize=9)
    axes.set_title("Better than stock Rasa by a factor of (log scale)", fontsize=10)
    axes.set_xticks([])
    axes.minorticks_off()
    axes.spines[["top", "right", "bottom"]].set_visible(False)
