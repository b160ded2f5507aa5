"""Values that are given to variables, items and attributes.

What lives here: targets. What must not: what is read from them.
"""

from dataclasses import replace

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.flow.frame import Frame
from backwright_workbench.codebase.flow.parts import item_name, part
from backwright_workbench.codebase.flow.stored import keep
from backwright_workbench.codebase.flow.values import Value, merged, union


def bind(frame: Frame, target: s.Node, value: Value) -> None:
    """Gives a target its value."""
    match target:
        case s.Name(id=name):
            frame.env[name] = value
        case s.Group(items=items):
            for at, each in enumerate(items):
                found = part(value, str(at)) if value.parts else Value(value.all_taints())
                bind(frame, each.value if isinstance(each, s.Spread) else each, found)
        case s.Attribute(base=base, name=name):
            put(frame, base, name, value)
        case s.Item(base=base, key=key):
            frame.analysis.evaluate(frame, key)
            put(frame, base, item_name(key) or "[]", value)


def put(frame: Frame, base: s.Expression, name: str, value: Value) -> None:
    """Puts a value into an item or attribute of a variable."""
    keep(frame, base, name, value)
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
            put(
                frame,
                base.base,
                base.name,
                union(frame.analysis.evaluate(frame, base), Value(value.all_taints())),
            )
    elif isinstance(base, s.Item | s.Attribute) and value.all_taints():
        root = s.root_of(base)
        if isinstance(root, s.Name) and not root.refers and (whole := frame.read(root.id)) is not None:
            frame.env[root.id] = replace(whole, taints=merged((*whole.taints, *value.all_taints())))
