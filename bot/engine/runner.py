"""Rasa's graph, run node by node in an order that is found once.

Rasa hands the graph to dask for each message and each prediction, which looks for the nodes that are needed,
orders them and locks its queues anew every time; that cost a turn more than the policies themselves.
"""

from graphlib import TopologicalSorter
from typing import Any

from rasa.engine.runner.dask import DaskGraphRunner

Plan = list[tuple[str, tuple[str, ...]]]


class InOrder:
    """Takes the place of the runner `loaded`, with its nodes."""

    def __init__(self, loaded: DaskGraphRunner) -> None:
        self._nodes = loaded._instantiated_nodes
        self._schema = loaded._graph_schema
        self._plans: dict[tuple[str, ...], Plan] = {}

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """The output of each of `targets`, by name; `inputs` are what no node provides. See `GraphRunner`."""
        wanted = tuple(targets or self._schema.target_names)
        # A node takes and gives its name beside its output.
        found = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, needs in self._plan(wanted):
            found[name] = self._nodes[name](*(found[need] for need in needs))
        return dict(found[name] for name in wanted)

    def _plan(self, wanted: tuple[str, ...]) -> Plan:
        """The nodes that `wanted` need, each behind those that it needs itself."""
        if wanted not in self._plans:
            needed = self._schema.minimal_graph_schema(list(wanted)).nodes
            needs = {name: tuple(node.needs.values()) for name, node in needed.items()}
            order = TopologicalSorter(needs).static_order()
            self._plans[wanted] = [(name, needs[name]) for name in order if name in needs]
        return self._plans[wanted]
