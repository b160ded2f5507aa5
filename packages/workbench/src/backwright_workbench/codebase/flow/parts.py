"""Items and attributes of values: what is in what.

What lives here: taking values apart. What must not: syntax beyond keys that are written out.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.flow.values import EMPTY, NOTHING, Value, union

LAST_PART = frozenset(["path"])


def part(value: Value, name: str) -> Value:
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


def element(value: Value) -> Value:
    """What going through a value gives."""
    if value.what == "fields":
        return EMPTY
    if value.parts and "[]" in value.parts and len(value.parts) == 1 and not value.taints:
        return value.parts["[]"]
    if value.parts:
        return union(Value(value.taints), *value.parts.values())
    return Value(value.taints, what="" if value.what == "request" else value.what) if value.taints else EMPTY


def item_name(key: s.Expression) -> str:
    """The name of an item whose key is written out; empty if it is not."""
    found = s.constant(key)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def several(value: Value) -> Value:
    """A sequence of such values."""
    return Value((), None, {"[]": value})


def keys(value: Value) -> Value:
    """The names of a mapping: of the caller only where they come with a body that no schema has seen."""
    if value.what == "fields":
        return EMPTY
    return Value(tuple(each for each in value.taints if each.origin.kind == "request" and each.raw))
