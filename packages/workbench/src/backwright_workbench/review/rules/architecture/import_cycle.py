"""Modules that import each other while they are imported."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Need
from backwright_workbench.review.finding import Confidence, Seen, Severity, Step
from backwright_workbench.review.imports import Graph, at, circles, graph_of
from backwright_workbench.review.rule import About

ABOUT = About("Modules import each other", Severity.LOW, cwe=(1047,))


def find(app: Application) -> Iterator[Seen]:
    """The shortest circle of each group of modules, at the import that is the easiest to cut."""
    graph = app.once(graph_of)
    modules = app.project.modules
    for circle in circles(graph):
        edges = list(zip(circle, [*circle[1:], circle[0]], strict=True))
        source, target = min(edges, key=lambda edge: _weight(graph, edge))
        need = _first(graph, source, target)
        way = " → ".join(f"`{each}`" for each in (*circle, circle[0]))
        names = f" (`{'`, `'.join(need.names[:3])}`)" if need.names else ""
        yield Seen(
            at(modules[source], need),
            f"{way}: each needs the other before it is there, and which of them works depends on who is imported first",
            Confidence.HIGH,
            fix=f"cut `{source}` → `{target}`{names}: move what both need to a module below them, hand it over as a "
            "parameter, or import it in the function that uses it",
            also=tuple(
                Step(at(modules[here], _first(graph, here, there)), f"`{here}` imports `{there}`")
                for here, there in edges
                if (here, there) != (source, target)
            ),
            about=" → ".join(sorted(circle)),
        )


def _first(graph: Graph, source: str, target: str) -> Need:
    return graph[source][target][0]


def _weight(graph: Graph, edge: tuple[str, str]) -> tuple[int, int, str]:
    """How much hangs on an import: the names that it takes; of equals the later one in its file."""
    needs = graph[edge[0]][edge[1]]
    return sum(max(len(each.names), 1) for each in needs), -needs[0].line, edge[0]
