"""Lower layers that import higher ones, where a project keeps to layers otherwise."""

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Module
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.imports import at, graph_of
from backwright_workbench.review.rule import About

ABOUT = About("A lower layer imports a higher one", Severity.LOW, cwe=(1047, 1054))

LAYERS = {
    "api": 4, "routes": 4, "routers": 4, "router": 4, "views": 4, "controllers": 4, "endpoints": 4, "handlers": 4,
    "resources": 4, "blueprints": 4, "web": 4, "http": 4,
    "services": 3, "service": 3, "use_cases": 3, "usecases": 3, "interactors": 3,
    "repositories": 2, "repository": 2, "repos": 2, "crud": 2, "dao": 2, "stores": 2, "selectors": 2,
    "models": 1, "entities": 1, "orm": 1, "tables": 1,
}  # fmt: skip
NAMES = {4: "the routes", 3: "the services", 2: "the repositories", 1: "the models"}
SHARED = frozenset(
    ["schemas", "schema", "errors", "exceptions", "constants", "types", "enums", "__init__", "dto", "dtos",
     "serializers", "typing", "config", "settings"]
)  # fmt: skip
"""What every layer may take, wherever it lies."""
EDGES = 8
KINDS = 3
MOST = 0.15
"""The part of the imports that may go up where layers are meant at all."""


def find(app: Application) -> Iterator[Seen]:
    """Each import from below to above, where at least three layers stand and nearly all imports go down."""
    graph = app.once(graph_of)
    modules = app.project.modules
    layers = {name: layer for name in graph if (layer := _layer(modules[name]))}
    up = []
    down: Counter[tuple[int, int]] = Counter()
    for source, edges in graph.items():
        for target, needs in edges.items():
            here, there = layers.get(source, 0), layers.get(target, 0)
            if not here or not there or here == there or PurePosixPath(modules[target].path).stem in SHARED:
                continue
            if here < there:
                up.append((source, target, needs[0]))
            else:
                down[here, there] += 1
    whole = sum(down.values()) + len(up)
    if len(set(layers.values())) < KINDS or whole < EDGES or len(up) > whole * MOST:
        return
    for source, target, need in up:
        low, high = NAMES[layers[source]], NAMES[layers[target]]
        yield Seen(
            at(modules[source], need),
            f"`{source}` belongs to {low} and imports `{target}` of {high}; {sum(down.values())} other imports of this "
            "project go the other way",
            Confidence.MEDIUM,
            fix="hand over what is needed as a parameter, or move it to a module that both may import",
            cause=f"{layers[source]}>{layers[target]}",
            about=f"{source} → {target}",
        )


def _layer(module: Module) -> int:
    """The layer that its folders or its own name say, the nearest first; 0 if none does."""
    path = PurePosixPath(module.path)
    for part in (path.stem, *reversed(path.parts[:-1])):
        if part in LAYERS:
            return LAYERS[part]
    return 0
