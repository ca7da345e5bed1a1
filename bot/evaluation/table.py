"""The report as a person reads it."""

from collections.abc import Iterator
from typing import Any


def lines(report: dict[str, Any], worst: int = 15) -> Iterator[str]:
    """The figures of `report`, the `worst` intents and confusions, the danger that was missed."""
    questions, danger = report["questions"], report["danger"]
    if questions["n"]:
        yield f"questions      {questions['n']:5d}"
        for name in ("correct", "clarified", "wrong", "refused"):
            yield f"  {name:12s} {questions[name]:5d}  {_percent(questions[name], questions['n'])}"
        yield from _alarm("ordinary", report["ordinary"])
    if danger["n"]:
        yield f"danger         {danger['n']:5d}"
        share = _percent(danger["caught"], danger["n"])
        yield f"  caught       {danger['caught']:5d}  {share}, {danger['concern']} as concern"
        yield f"  right kind   {danger['right_kind']:5d}  {_percent(danger['right_kind'], danger['caught'])} of those"
        yield from (f"  missed       {text[:100]}" for text in danger["missed"])
    if report["false_alarms"]["n"]:
        yield from _alarm("near misses", report["false_alarms"])
    yield f"latency        p50 {report['latency_ms']['p50']} ms, p95 {report['latency_ms']['p95']} ms"
    yield from _worst(report, worst)


def _alarm(name: str, figures: dict[str, Any]) -> Iterator[str]:
    n = figures["n"]
    yield (
        f"{name:14s} {n:5d}  {figures['raised']} raised as danger ({_percent(figures['raised'], n)}), "
        f"{figures['concern']} as concern ({_percent(figures['concern'], n)})"
    )


def _worst(report: dict[str, Any], worst: int) -> Iterator[str]:
    rows = sorted(report["per_intent"].items(), key=lambda row: row[1]["correct"] / row[1]["n"])[:worst]
    if rows:
        yield "least understood"
        yield from (f"  {i:24s} {r['correct']:3d} of {r['n']:3d}, {r['wrong']} wrong" for i, r in rows)
    if report["confusions"]:
        yield "most confused"
        yield from (
            f"  {c['intent']:24s} taken for {c['taken_for']:24s} {c['n']}" for c in report["confusions"][:worst]
        )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"
