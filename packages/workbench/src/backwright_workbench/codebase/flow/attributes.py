"""What attributes hold: of requests, sessions, forms and instances; and what the project keeps in its constants.

What lives here: values by name. What must not: other expressions.
"""

from dataclasses import replace

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Module
from backwright_workbench.codebase.flow import sources
from backwright_workbench.codebase.flow.frame import Analysis, Frame
from backwright_workbench.codebase.flow.parts import part
from backwright_workbench.codebase.flow.stored import column
from backwright_workbench.codebase.flow.values import EMPTY, Origin, Taint, Value

CONNECTIONS = frozenset(["logger", "log", "session", "db", "conn", "cursor", "connection", "engine"])
"""Attributes of `self` that no caller fills."""


def constant(analysis: Analysis, known: str) -> Value:
    """What the project assigns to a name at the level of a module or class."""
    if known in analysis.constants:
        return analysis.constants[known]
    analysis.constants[known] = EMPTY
    node = analysis.app.project.value(known) if "." in known else None
    if node is not None and isinstance(
        node, s.Literal | s.Text | s.Operation | s.Group | s.Call | s.Pairs | s.Name
    ):
        module = _module_of(analysis, known)
        if module is not None:
            analysis.constants[known] = analysis.evaluate(Frame(analysis, module, None), node)
    return analysis.constants[known]


def _module_of(analysis: Analysis, known: str) -> Module | None:
    name = known
    while name:
        name = name.rpartition(".")[0]
        if name in analysis.app.project.modules:
            return analysis.app.project.modules[name]
    return None


def attribute(frame: Frame, node: s.Attribute, base: Value) -> Value:
    """An attribute of a value that is known already."""
    if base.what == "session":
        return sources.kept(frame.function, node.name)
    if base.what == "request":
        if node.name in sources.KEPT:
            return Value(what="session")
        return sources.request_part(frame.function, node.name) or (
            Value(what="request") if node.name in ("request", "context", "req") else EMPTY
        )
    if base.what.startswith("self:"):
        return _own(frame, base, node.name)
    if base.what.startswith("form:"):
        owner = frame.analysis.app.project.classes.get(base.what[5:])
        if owner is not None and node.name != "data":
            return replace(
                sources.form_field(owner, node.name, frame.function, frame.analysis.app.project), what="field"
            )
    if base.what == "field":
        return replace(base, what="") if node.name in ("data", "raw_data") else EMPTY
    found = part(base, node.name)
    if found.taints and not (base.parts and node.name in base.parts):
        kind = frame.analysis.app.types.of(node, frame.function)
        if kind is not None and _is_plain_class(frame, kind.name):
            return EMPTY
    return found if found.taints or found.parts or base.taints else column(frame, node)


def _is_plain_class(frame: Frame, name: str) -> bool:
    if name in sources.PLAIN:
        return True
    found = frame.analysis.app.project.classes.get(name)
    return found is not None and frame.analysis.app.project.inherits(found, *sources.ENUMS)


def _own(frame: Frame, base: Value, name: str) -> Value:
    """An attribute of `self`: what was put there in this function, what its class says, else what instances hold."""
    if base.parts and name in base.parts:
        return base.parts[name]
    analysis = frame.analysis
    owner = analysis.app.project.classes.get(base.what[5:])
    if name in ("request", "req"):
        return Value(what="request")
    if owner is None or name in CONNECTIONS:
        return EMPTY
    if name == "kwargs" and _is_view(analysis, owner):
        key = frame.function.qualified if frame.function else ""
        return Value((Taint(Origin("request", key, "path"), raw=False),))
    declared = analysis.app.project.attribute(owner, name)
    if declared is not None:
        text = analysis.evaluate(Frame(analysis, declared[0].module, None), declared[1])
        if text.is_constant or not text.taints:
            return text
    if analysis.app.project.method(owner, name) is not None:
        return EMPTY
    kind = analysis.app.types.attribute(owner.qualified, name)
    if kind is not None and _is_plain_class(frame, kind.name):
        return EMPTY
    if owner.qualified in analysis.app.models:
        return EMPTY
    return Value((Taint(Origin("field", owner.qualified, "", (name,))),))


def _is_view(analysis: Analysis, owner: Class) -> bool:
    return analysis.app.project.inherits(owner, "*View", "*ViewSet", "*APIView")
