"""What a function gives back: the expressions whose values become a part of its answer.

What lives here: following values backwards inside one function. What must not: any rule, any framework.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function

REDUCED = frozenset(
    ["len", "sum", "any", "all", "min", "max", "bool", "next", "isinstance", "hasattr", "count", "first", "exists",
     "index", "url_for", "redirect", "HTTPException", "abort", "info", "debug", "warning", "print"]
)  # fmt: skip
"""Calls that make one value of many, or that give nothing of their arguments back."""
GROWING = frozenset(["append", "extend", "add", "update", "insert", "appendleft", "setdefault", "push"])
LISTS = (s.Group, s.Each, s.Call, s.Text, s.Item)


def given_back(function: Function) -> set[s.Node]:
    """The nodes of a function whose values end up in what it returns or yields."""
    found: set[s.Node] = set()
    names: set[str] = set()
    waiting: list[s.Node] = []
    for node in function.walk():
        if isinstance(node, s.Return | s.Yielded) and node.value is not None:
            waiting.append(node.value)
    sources = _sources(function)
    while waiting:
        for node in _parts(waiting.pop()):
            found.add(node)
            name = _name(node)
            if name and name not in names:
                names.add(name)
                waiting += sources.get(name, ())
    return found


def _parts(node: s.Node) -> Iterator[s.Node]:
    """A node with what is below it, as far as its value is made of that."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        match each:
            case s.Call() if each.name in REDUCED:
                continue
            case s.Choice(yes=yes, no=no):
                waiting += [yes, no]
            case s.Operation(operator=operator) if operator not in ("+", "or", "and", "|", "%"):
                continue
            case s.Clause(target=target, iterable=iterable):
                waiting += [target, iterable]
            case s.Item(base=base, key=key):
                if isinstance(key, s.Literal) and isinstance(key.value, int):
                    continue
                waiting.append(base)
            case s.Lambda():
                continue
            case _:
                waiting += s.children(each)


def _name(node: s.Node) -> str:
    """The local variable that a node reads; `self.rows` counts as one."""
    if isinstance(node, s.Name) and not node.refers:
        return node.id
    if isinstance(node, s.Attribute) and isinstance(node.base, s.Name) and node.base.id == "self":
        return s.written(node)
    return ""


def _sources(function: Function) -> dict[str, list[s.Node]]:
    """Where the variables of a function get their values, and what is put into them."""
    found: dict[str, list[s.Node]] = {}
    for node in function.walk():
        match node:
            case s.Assign(targets=targets, value=value, operator=operator) if value is not None:
                if operator and not (operator in ("+", "|") and isinstance(value, LISTS)):
                    continue
                for target in targets:
                    _put(target, value, found)
            case s.Bound(target=target, value=value):
                _put(target, value, found)
            case s.Held(target=target, value=value) if target is not None:
                _put(target, value, found)
            case s.Loop(target=target, subject=subject) if target is not None:
                _put(target, subject, found)
            case s.Clause(target=target, iterable=iterable):
                _put(target, iterable, found)
            case s.Call(callee=s.Attribute(base=base, name=name), args=args) if name in GROWING:
                for each in args:
                    _put(base, each, found)
    return found


def _put(target: s.Node, value: s.Node, found: dict[str, list[s.Node]]) -> None:
    match target:
        case s.Group(items=items):
            same = value.items if isinstance(value, s.Group) and len(value.items) == len(items) else None
            for at, each in enumerate(items):
                _put(each, same[at] if same else value, found)
        case s.Item(base=base):
            _put(base, value, found)
        case s.Spread(value=inner):
            _put(inner, value, found)
        case s.Attribute(base=base) if not _name(target):
            _put(base, value, found)
        case _:
            name = _name(target)
            if name:
                found.setdefault(name, []).append(value)
