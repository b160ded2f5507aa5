"""Who imports whom while modules are imported, and the circles in that.

What lives here: the graph of the application's own modules. What must not: any rule.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Module, Need
from backwright_workbench.codebase.facts.place import Place

Graph = dict[str, dict[str, list[Need]]]


def graph_of(app: Application) -> Graph:
    """For `app.once`: the modules that each module needs, with the imports."""
    own = {module.name: module for module in app.modules()}
    found: Graph = {}
    for module in own.values():
        edges = found.setdefault(module.name, {})
        for need in module.needs:
            if need.module in own and not _is_there(own[need.module], module, need):
                edges.setdefault(need.module, []).append(need)
    return found


def _is_there(package: Module, module: Module, need: Need) -> bool:
    """Whether a module takes from the package around it what stands there before anything else: `__version__`."""
    if not need.names or not module.name.startswith(f"{package.name}."):
        return False
    first = min((each.line for each in package.needs), default=0)
    early = {name for name, assign in package.assigned() if assign.line < first}
    early |= {name for name, each in package.functions.items() if each.line < first}
    return set(need.names) <= early | ({"__version__"} & set(need.names))


def at(module: Module, need: Need) -> Place:
    """Where an import stands."""
    return Place(module.path, need.line, need.line)


def circles(graph: Graph) -> Iterator[list[str]]:
    """For each group of modules that reach each other the shortest circle in it."""
    for group in _groups(graph):
        inside = set(group)
        found: list[str] = []
        for start in sorted(group):
            way = _way_back(graph, start, inside)
            if way and (not found or len(way) < len(found)):
                found = way
        if found:
            yield found


def _way_back(graph: Graph, start: str, inside: set[str]) -> list[str]:
    """The shortest way from a module to itself."""
    before: dict[str, str] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop(0)
        for other in graph.get(name, {}):
            if other == start:
                way = [name]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return way[::-1]
            if other in inside and other not in before:
                before[other] = name
                waiting.append(other)
    return []


def _groups(graph: Graph) -> Iterator[list[str]]:
    """Modules that reach each other (Kosaraju), groups of two and more; without recursion."""
    order: list[str] = []
    seen: set[str] = set()
    for start in graph:
        stack = [(start, False)]
        while stack:
            name, is_done = stack.pop()
            if is_done:
                order.append(name)
            elif name not in seen:
                seen.add(name)
                stack.append((name, True))
                stack += [(other, False) for other in graph.get(name, {}) if other not in seen]
    back: dict[str, list[str]] = {}
    for name, edges in graph.items():
        for other in edges:
            back.setdefault(other, []).append(name)
    taken: set[str] = set()
    for start in reversed(order):
        group: list[str] = []
        waiting = [start]
        while waiting:
            name = waiting.pop()
            if name not in taken:
                taken.add(name)
                group.append(name)
                waiting += [other for other in back.get(name, ()) if other not in taken]
        if len(group) > 1:
            yield group
