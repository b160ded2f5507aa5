"""What was kept before and is read again: columns of rows, rows of a cursor, lists at the level of a module.

What lives here: which of them hold text that somebody gave. What must not: what happens to it.
"""

import re

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.flow.cleaning import ADDING
from backwright_workbench.codebase.flow.frame import Analysis, Frame
from backwright_workbench.codebase.flow.values import EMPTY, Origin, Taint, Value

TEXTUAL = ("string", "text", "json")
FETCHING = frozenset(
    ["fetchone", "fetchall", "fetchmany", "fetchrow", "fetch_one", "fetch_all", "fetchval", "fetch_val"]
)
COUNTED = re.compile(
    r"^\s*select\s+(count|sum|avg|max|min|exists|length|coalesce\s*\(\s*(sum|count|max))\s*\(?", re.I
)
CREATING = frozenset(["create", "get_or_create", "update_or_create", "aget_or_create", "acreate"])


def text_columns(app: Application) -> dict[str, frozenset[str]]:
    """The columns that hold text, with the models that have them."""
    found: dict[str, set[str]] = {}
    for model in app.models.values():
        for name, column in model.columns.items():
            if column.type in TEXTUAL and not column.primary and not column.foreign:
                found.setdefault(name, set()).add(model.qualified)
    return {name: frozenset(models) for name, models in found.items()}


def containers(app: Application) -> frozenset[str]:
    """The lists and mappings at the level of a module that functions put something into."""
    found: set[str] = set()
    for each in app.nodes(s.Call):
        callee = each.node.callee
        if each.function is not None and isinstance(callee, s.Attribute) and callee.name in ADDING:
            found.add(s.refers(callee.base))
    for assigned in app.nodes(s.Assign):
        if assigned.function is not None:
            for target in assigned.node.targets:
                if isinstance(target, s.Item):
                    found.add(s.refers(s.root_of(target)))
    return frozenset(
        name for name in found if isinstance(app.project.value(name), s.Group | s.Pairs | s.Call)
    )


def column(frame: Frame, node: s.Attribute) -> Value:
    """A column of a row, where it is text."""
    analysis = frame.analysis
    models = analysis.columns.get(node.name)
    if models is None:
        return EMPTY
    kind = analysis.app.types.of(node.base, frame.function)
    if kind is None or kind.name not in models:
        return EMPTY
    return Value((Taint(Origin("column", kind.name, "", (node.name,)), raw=False),))


def of_rows(frame: Frame, node: s.Expression | None, name: str) -> Value:
    """A column of the row, or of the rows, that an expression gives."""
    models = frame.analysis.columns.get(name)
    kind = frame.analysis.app.types.of(node, frame.function) if models and node is not None else None
    for each in (kind, kind.item if kind is not None else None):
        if each is not None and models and each.name in models:
            return Value((Taint(Origin("column", each.name, "", (name,)), raw=False),))
    return EMPTY


def held(analysis: Analysis, known: str) -> Value:
    """What functions have put into a list or mapping of a module."""
    if known not in analysis.containers:
        return EMPTY
    return Value((Taint(Origin("column", known, "", ("[]",)), raw=False),))


def fetched(frame: Frame, node: s.Call) -> Value:
    """Rows of a cursor; nothing where they are counted only."""
    if frame.function is None:
        return EMPTY
    before = [
        each
        for each in frame.analysis.app.queries_of(frame.function)
        if each.place.line <= node.end and each.sql
    ]
    if before and COUNTED.match(before[-1].sql):
        return EMPTY
    return Value((Taint(Origin("stored", frame.function.qualified), raw=False),))


def keep(frame: Frame, base: s.Expression, name: str, value: Value) -> None:
    """Remembers what is put into a list of a module, or into a column of a row."""
    taints = value.all_taints()
    if not taints:
        return
    analysis = frame.analysis
    known = s.refers(base) or s.refers(s.root_of(base))
    if known in analysis.containers:
        for each in taints:
            frame.stores[known, "[]", each] = None
    elif name in analysis.columns:
        kind = analysis.app.types.of(base, frame.function)
        if kind is not None and kind.name in analysis.columns[name]:
            for each in taints:
                frame.stores[kind.name, name, each] = None


def created(frame: Frame, node: s.Call, named: dict[str, Value]) -> None:
    """`Note.objects.create(text=text)` keeps what it is given."""
    if node.name in CREATING and isinstance(node.callee, s.Attribute) and named:
        owner = s.refers(s.root_of(node.callee))
        for known in (owner, owner.rpartition(".")[0]):
            if known in frame.analysis.app.models:
                for name, value in named.items():
                    for each in value.all_taints():
                        frame.stores[known, name, each] = None
                return
