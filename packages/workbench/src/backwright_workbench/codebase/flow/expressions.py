"""What expressions hold.

What lives here: one case for each kind of expression. What must not: calls (`calls.py`), statements.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Module
from backwright_workbench.codebase.flow import sources
from backwright_workbench.codebase.flow.cleaning import pieces
from backwright_workbench.codebase.flow.frame import Analysis, Frame, relieved
from backwright_workbench.codebase.flow.values import (
    EMPTY,
    NOTHING,
    Origin,
    Taint,
    Value,
    composed,
    merged,
    union,
)

LAST_PART = frozenset(["path"])
LOGICAL = frozenset(["or", "and", "|", "*", "+", "-", "&", "//", "**", "<<", ">>", "@", "^"])


def evaluate(frame: Frame, node: s.Node | None) -> Value:
    """What an expression may hold here; remembers the dangers in it."""
    if node is None:
        return EMPTY
    case = CASES.get(type(node))
    if case is None:
        return EMPTY
    value = case(frame, node)
    return relieved(value, frame.trusted) if frame.trusted else value


def part(frame: Frame, value: Value, name: str) -> Value:
    """An item or attribute of a value."""
    if value.parts is not None and name in value.parts:
        found = value.parts[name]
        if not value.taints:
            return found
        return union(found, Value(tuple(t.at(name) for t in value.taints)))
    if value.parts is not None and "[]" in value.parts:
        return union(value.parts["[]"], Value(value.taints))
    if not value.taints:
        return EMPTY
    # `.name` of a path is its last part; that of an upload is what the caller calls it
    clean = LAST_PART if name == "name" else NOTHING
    return Value(
        tuple(each.at(name, NOTHING if each.origin.source == "file" else clean) for each in value.taints)
    )


def bind(frame: Frame, target: s.Node, value: Value) -> None:
    """Gives a target its value."""
    match target:
        case s.Name(id=name):
            frame.env[name] = value
        case s.Group(items=items):
            for at, each in enumerate(items):
                found = part(frame, value, str(at)) if value.parts else Value(value.all_taints())
                bind(frame, each.value if isinstance(each, s.Spread) else each, found)
        case s.Attribute(base=base, name=name):
            put(frame, base, name, value)
        case s.Item(base=base, key=key):
            evaluate(frame, key)
            put(frame, base, item_name(key) or "[]", value)


def put(frame: Frame, base: s.Expression, name: str, value: Value) -> None:
    """Puts a value into an item or attribute of a variable."""
    if isinstance(base, s.Name) and base.refers == "" and (held := frame.read(base.id)) is not None:
        if name == "[]":
            frame.env[base.id] = union(held, Value(value.all_taints()))
        else:
            frame.env[base.id] = replace(held, parts={**(held.parts or {}), name: value})
        if held.what.startswith("self:"):
            for each in value.all_taints():
                frame.stores[held.what[5:], name, each] = None
        return
    if isinstance(base, s.Attribute) and isinstance(base.base, s.Name):
        if value.all_taints():
            put(frame, base.base, base.name, union(evaluate(frame, base), Value(value.all_taints())))
    elif isinstance(base, s.Item | s.Attribute) and value.all_taints():
        root = s.root_of(base)
        if isinstance(root, s.Name) and not root.refers and (whole := frame.read(root.id)) is not None:
            frame.env[root.id] = replace(whole, taints=merged((*whole.taints, *value.all_taints())))


def item_name(key: s.Expression) -> str:
    """The name of an item whose key is written out; empty if it is not."""
    found = s.constant(key)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def _literal(frame: Frame, node: s.Literal) -> Value:
    value = node.value
    if isinstance(value, str):
        return Value(text=value)
    if isinstance(value, bytes):
        return Value(text=value.decode("latin-1"))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Value(text=str(value)[:40] if abs(value) < 1e30 else None)
    return EMPTY


def _name(frame: Frame, node: s.Name) -> Value:
    if not node.refers:
        return frame.read(node.id) or EMPTY
    if node.refers in sources.REQUESTS:
        return Value(what="request")
    if node.refers in sources.SESSIONS:
        return Value(what="session")
    return constant(frame.analysis, node.refers)


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
            analysis.constants[known] = evaluate(Frame(analysis, module, None), node)
    return analysis.constants[known]


def _module_of(analysis: Analysis, known: str) -> Module | None:
    name = known
    while name:
        name = name.rpartition(".")[0]
        if name in analysis.app.project.modules:
            return analysis.app.project.modules[name]
    return None


def _attribute(frame: Frame, node: s.Attribute) -> Value:
    if node.refers:
        base = node.base
        if isinstance(base, s.Name | s.Attribute) and base.refers in sources.REQUESTS:
            return sources.request_part(frame.function, node.name) or EMPTY
        if isinstance(base, s.Name | s.Attribute) and base.refers in sources.SESSIONS:
            return sources.kept(frame.function, node.name)
        return constant(frame.analysis, node.refers)
    base_value = evaluate(frame, node.base)
    return attribute(frame, node, base_value)


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
    found = part(frame, base, node.name)
    if found.taints and not (base.parts and node.name in base.parts):
        kind = frame.analysis.app.types.of(node, frame.function)
        if kind is not None and _is_plain_class(frame, kind.name):
            return EMPTY
    return found


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
    if owner is None or name in ("logger", "log", "session", "db", "conn", "cursor", "connection", "engine"):
        return EMPTY
    if name == "kwargs" and _is_view(analysis, owner):
        key = frame.function.qualified if frame.function else ""
        return Value((Taint(Origin("request", key, "path"), raw=False),))
    declared = analysis.app.project.attribute(owner, name)
    if declared is not None:
        text = evaluate(Frame(analysis, declared[0].module, None), declared[1])
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


def _item(frame: Frame, node: s.Item) -> Value:
    base = evaluate(frame, node.base)
    evaluate(frame, node.key)
    if isinstance(node.key, s.Range):
        return Value(base.all_taints())
    if base.what.startswith("form:"):
        owner = frame.analysis.app.project.classes.get(base.what[5:])
        if owner is not None:
            name = item_name(node.key)
            return sources.form_field(owner, name, frame.function, frame.analysis.app.project)
    name = item_name(node.key)
    if base.what == "session":
        return sources.kept(frame.function, name or "[]")
    if name:
        return part(frame, base, name)
    if base.parts:
        return union(Value(base.taints), *base.parts.values())
    return part(frame, base, "[]")


def _text(frame: Frame, node: s.Text) -> Value:
    return composed([evaluate(frame, each) for each in node.parts], frame.at(node))


def _operation(frame: Frame, node: s.Operation) -> Value:
    values = [evaluate(frame, each) for each in node.operands]
    if node.operator == "+":
        if any(value.parts is not None for value in values):
            return Value(union(*(Value(v.all_taints()) for v in values)).taints)
        return composed(values, frame.at(node))
    if node.operator == "%" and len(values) == 2 and (values[0].text is not None or values[0].taints):
        return percent(frame, node, values)
    if node.operator == "/":
        if any(value.taints for value in values):
            slashed: list[Value] = []
            for each in values:
                slashed += [each, Value(text="/")]
            return composed(slashed[:-1], frame.at(node))
        return EMPTY
    return union(*values) if node.operator in LOGICAL and any(v is not EMPTY for v in values) else EMPTY


def percent(frame: Frame, node: s.Operation, values: list[Value]) -> Value:
    """`text % values`; numbers are harmless."""
    template, given = values
    right = node.operands[1]
    if template.text is None:
        return composed([template, Value(given.all_taints())], frame.at(node))
    if isinstance(right, s.Group) and given.parts is not None:
        items = [given.parts.get(str(at), EMPTY) for at in range(len(right.items))]
    elif isinstance(right, s.Pairs):
        items = []
    else:
        items = [Value(given.all_taints(), given.text)]
    made: list[Value] = [Value(template.taints, "")] if template.taints else []
    for at, (before, has_value, specifier) in enumerate(pieces(template.text)):
        made.append(Value(text=before))
        if has_value:
            if specifier[-1] not in "sra":
                made.append(EMPTY)
            elif isinstance(right, s.Pairs):
                named = re.match(r"%\((\w+)\)", specifier)
                made.append(
                    (given.parts or {}).get(named.group(1), EMPTY) if named else Value(given.all_taints())
                )
            else:
                made.append(items[at] if at < len(items) else EMPTY)
    return composed(made, frame.at(node))


def _group(frame: Frame, node: s.Group) -> Value:
    if len(node.items) > 200:
        return Value(union(*(Value(evaluate(frame, each).all_taints()) for each in node.items)).taints)
    parts = {}
    loose: list[Value] = []
    for at, each in enumerate(node.items):
        value = evaluate(frame, each)
        if isinstance(each, s.Spread):
            loose.append(Value(value.all_taints()))
        else:
            parts[str(at)] = value
    return Value(union(*loose).taints if loose else (), None, parts)


def _pairs(frame: Frame, node: s.Pairs) -> Value:
    parts: dict[str, Value] = {}
    loose: list[Value] = []
    for key, value_node in zip(node.keys, node.values, strict=False):
        value = evaluate(frame, value_node)
        if key is None:
            parts.update(value.parts or {})
            loose.append(Value(value.taints))
            continue
        name = item_name(key)
        if name:
            parts[name] = value
        else:
            loose.append(Value((*evaluate(frame, key).all_taints(), *value.all_taints())))
    return Value(union(*loose).taints if loose else (), None, parts)


def is_debug(test: s.Node) -> bool:
    """Whether a test asks for a mode in which nobody else sees what is answered."""
    return any(
        "debug" in (node.id if isinstance(node, s.Name) else node.name).lower()
        for node in s.walk(test)
        if isinstance(node, s.Name | s.Attribute)
    ) and not (isinstance(test, s.Operation) and test.operator == "not")


def _choice(frame: Frame, node: s.Choice) -> Value:
    evaluate(frame, node.test)
    found = []
    for truth, branch in ((True, node.yes), (False, node.no)):
        before = dict(frame.trusted)
        frame.trust(frame.analysis.checked(frame, node.test, truth))
        found.append(evaluate(frame, branch))
        frame.trusted = before
    return found[1] if is_debug(node.test) else union(*found)


def element(frame: Frame, value: Value) -> Value:
    """What going through a value gives."""
    if value.what == "fields":
        return EMPTY
    if value.parts and "[]" in value.parts and len(value.parts) == 1 and not value.taints:
        return value.parts["[]"]
    if value.parts:
        return union(Value(value.taints), *value.parts.values())
    return Value(value.taints, what="" if value.what == "request" else value.what) if value.taints else EMPTY


def _each(frame: Frame, node: s.Each) -> Value:
    kept, trusted = dict(frame.env), dict(frame.trusted)
    for clause in node.clauses:
        bind(frame, clause.target, element(frame, evaluate(frame, clause.iterable)))
        for condition in clause.conditions:
            evaluate(frame, condition)
            frame.trust(frame.analysis.checked(frame, condition, True))
    made = evaluate(frame, node.element)
    keys = evaluate(frame, node.key) if node.key is not None else EMPTY
    frame.env, frame.trusted = kept, trusted
    taints = (*keys.all_taints(), *made.all_taints())
    return Value((), None, {"[]": Value(taints, made.text, made.parts)})


def _lambda(frame: Frame, node: s.Lambda) -> Value:
    kept = dict(frame.env)
    for name in node.params:
        frame.env[name] = EMPTY
    evaluate(frame, node.body)
    frame.env = kept
    return EMPTY


def _bound(frame: Frame, node: s.Bound) -> Value:
    value = evaluate(frame, node.value)
    bind(frame, node.target, value)
    return value


def _yielded(frame: Frame, node: s.Yielded) -> Value:
    value = evaluate(frame, node.value)
    frame.returns.append(value)
    return EMPTY


def _range(frame: Frame, node: s.Range) -> Value:
    for each in (node.low, node.high, node.step):
        evaluate(frame, each)
    return EMPTY


CASES: dict[type, Callable[..., Value]] = {
    s.Literal: _literal,
    s.Name: _name,
    s.Attribute: _attribute,
    s.Item: _item,
    s.Text: _text,
    s.Operation: _operation,
    s.Group: _group,
    s.Pairs: _pairs,
    s.Choice: _choice,
    s.Each: _each,
    s.Lambda: _lambda,
    s.Bound: _bound,
    s.Yielded: _yielded,
    s.Range: _range,
    s.Call: lambda frame, node: frame.analysis.call(frame, node),
    s.Awaited: lambda frame, node: evaluate(frame, node.value),
    s.Spread: lambda frame, node: evaluate(frame, node.value),
    s.Keyword: lambda frame, node: evaluate(frame, node.value),
}
