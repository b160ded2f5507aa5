"""The value of an expression, where the project says it: a literal, a constant, a default of a settings class.

What lives here: looking values up. What must not: running anything.
"""

from collections.abc import Mapping

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function

DEEPEST = 6
Rows = Mapping[str, s.Expression]
"""What names are bound to while a loop over a written list is at one of its items."""


def looked_up(
    app: Application,
    node: s.Expression | None,
    function: Function | None,
    rows: Rows | None = None,
    depth: int = 0,
) -> s.Expression | None:
    """What an expression is a name of; itself where it is no name, or where nothing is known of it."""
    for _ in range(max(0, DEEPEST - depth)):
        found = _behind(app, node, function, rows or {}, depth + 1)
        if found is None or found is node:
            return node
        node = found
    return node


def _behind(
    app: Application, node: s.Expression | None, function: Function | None, rows: Rows, depth: int
) -> s.Expression | None:
    match node:
        case s.Name(id=name) if name in rows:
            return rows[name]
        case s.Name(id=name, refers=""):
            return local_value(name, function)
        case s.Name(refers=known):
            return app.project.value(known)
        case s.Attribute(base=base, name=name, refers=known):
            found = app.project.value(known) if known else None
            if found is not None:
                return found
            owner = app.types.of(base, function)
            each = app.project.classes.get(owner.name) if owner else None
            attribute = app.project.attribute(each, name) if each else None
            return attribute[1] if attribute else None
        case s.Item(base=base, key=key):
            held = looked_up(app, base, function, rows, depth)
            if isinstance(held, s.Pairs):
                wanted = s.constant(key)
                pairs = zip(held.keys, held.values, strict=True)
                return next((value for each, value in pairs if each and s.constant(each) == wanted), None)
        case s.Call(args=args) if node.name in ("getenv", "get", "Field", "config", "env", "field", "str"):
            return node.keyword("default") or (
                args[-1] if len(args) > 1 or (args and node.name in ("Field", "str")) else None
            )
    return None


def local_value(name: str, function: Function | None) -> s.Expression | None:
    """What a function, or one around it, assigns to a name last."""
    while function is not None and name not in function.locals:
        function = function.inside
    if function is None:
        return None
    found: s.Expression | None = None
    for node in function.walk():
        if isinstance(node, s.Assign) and not node.operator:
            is_it = any(isinstance(target, s.Name) and target.id == name for target in node.targets)
            found = node.value if is_it and node.value is not None else found
    param = function.param(name)
    return found or (param.default if param else None)


def text_value(
    app: Application,
    node: s.Expression | None,
    function: Function | None,
    rows: Rows | None = None,
    depth: int = 0,
) -> str:
    """A text as far as it is known; what is unknown in it is left out."""
    found = looked_up(app, node, function, rows) if depth < DEEPEST else None
    match found:
        case s.Literal(value=value):
            return value if isinstance(value, str) else ""
        case s.Text(parts=parts) | s.Operation(operator="+", operands=parts):
            return "".join(text_value(app, each, function, rows, depth + 1) for each in parts)
    return ""


def plain_value(
    app: Application, node: s.Expression | None, function: Function | None, depth: int = 0
) -> object:
    """A value of literals, lists and mappings; `...` for what is not known."""
    found = looked_up(app, node, function)
    match found:
        case s.Literal(value=value):
            return value
        case s.Text():
            return text_value(app, found, function)
        case s.Group(items=items) if depth < DEEPEST:
            return [plain_value(app, each, function, depth + 1) for each in items]
        case s.Pairs(keys=keys, values=values) if depth < DEEPEST:
            pairs = zip(keys, values, strict=True)
            return {
                str(plain_value(app, key, function, depth + 1)): plain_value(app, value, function, depth + 1)
                for key, value in pairs
                if key is not None
            }
        case s.Operation(operator="neg", operands=[s.Literal(value=int() | float() as number)]):
            return -number
    return ...


def plain_options(app: Application, call: s.Call, function: Function | None) -> dict[str, object]:
    """The keywords of a call that are known."""
    found = {each.name: plain_value(app, each.value, function) for each in call.keywords if each.name}
    return {name: value for name, value in found.items() if value is not ...}


def listed(
    app: Application, node: s.Expression | None, function: Function | None, depth: int = 0
) -> list[s.Expression]:
    """The items of a list that is written out, wherever it is; lists that are added to each other count as one."""
    found = looked_up(app, node, function) if depth < DEEPEST else None
    match found:
        case s.Group(items=items):
            return [
                inner
                for each in items
                for inner in (
                    listed(app, each.value, function, depth + 1) if isinstance(each, s.Spread) else [each]
                )
            ]
        case s.Operation(operator="+" | "or", operands=operands):
            return [inner for each in operands for inner in listed(app, each, function, depth + 1)]
        case s.Call(args=[only]) if found.name in ("list", "tuple", "cast"):
            return listed(app, only, function, depth + 1)
    return []
