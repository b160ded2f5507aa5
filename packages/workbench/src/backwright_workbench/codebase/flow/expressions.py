"""What expressions hold.

What lives here: one case for each kind of expression. What must not: calls (`calls.py`), statements.
"""

from collections.abc import Callable

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.flow import sources
from backwright_workbench.codebase.flow.attributes import attribute, constant
from backwright_workbench.codebase.flow.binding import bind
from backwright_workbench.codebase.flow.frame import Frame, relieved
from backwright_workbench.codebase.flow.parts import element, item_name, part
from backwright_workbench.codebase.flow.stored import held
from backwright_workbench.codebase.flow.texts import percent
from backwright_workbench.codebase.flow.values import (
    EMPTY,
    Value,
    composed,
    union,
)

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
    known = constant(frame.analysis, node.refers)
    return (
        union(known, held(frame.analysis, node.refers)) if node.refers in frame.analysis.containers else known
    )


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
        return part(base, name)
    if base.parts:
        return union(Value(base.taints), *base.parts.values())
    return part(base, "[]")


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


def _each(frame: Frame, node: s.Each) -> Value:
    kept, trusted = dict(frame.env), dict(frame.trusted)
    for clause in node.clauses:
        bind(frame, clause.target, element(evaluate(frame, clause.iterable)))
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
