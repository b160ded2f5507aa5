"""What an expression stands for, where the project says it: a literal, a constant, a default of a settings class.

What lives here: following names to values, as a guess (`looked_up`) or where it is sure (`resolved`). What must not:
running anything, any rule.
"""

from collections.abc import Callable, Iterator, Mapping

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function

DEEPEST = 6
FALLING_BACK = frozenset(["getenv", "get", "Field", "config", "env", "field", "str"])
"""Calls that give their default where nothing else is set."""
CONVERTING = frozenset(
    ["getenv", "get", "config", "env", "bool", "list", "str", "int", "env_bool", "get_env", "strtobool"]
)
"""Calls that read a setting and turn it into something, with what it falls back to in the second place."""
Follow = Callable[[Application, s.Expression | None, Function | None], s.Expression | None]
Rows = Mapping[str, s.Expression]
"""What names are bound to while a loop over a written list is at one of its items."""


def looked_up(
    app: Application,
    node: s.Expression | None,
    function: Function | None,
    rows: Rows | None = None,
    depth: int = 0,
) -> s.Expression | None:
    """What an expression is a name of, as far as one can guess: the last value of a local, the default of a setting.

    Itself where it is no name, or where nothing is known of it.
    """
    for _ in range(max(0, DEEPEST - depth)):
        found = _behind(app, node, function, rows or {}, depth + 1)
        if found is None or found is node:
            return node
        node = found
    return node


def resolved(app: Application, node: s.Expression | None, function: Function | None) -> s.Expression | None:
    """What an expression surely stands for: a local that is assigned once, never what the environment may replace."""
    for _ in range(DEEPEST):
        match node:
            case s.Name(id=name, refers=""):
                given = function.values_of(name) if function is not None else []
                found = given[0] if len(given) == 1 else None
            case s.Name() | s.Attribute():
                found, function = _named(app, node, function), None
            case s.Call() if node.name == "Field":
                found = node.argument(0, "default")
            case _:
                return node
        if found is None:
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
        case s.Name() | s.Attribute():
            return _named(app, node, function)
        case s.Item(base=base, key=key):
            held = looked_up(app, base, function, rows, depth)
            if isinstance(held, s.Pairs):
                wanted = s.constant(key)
                pairs = zip(held.keys, held.values, strict=True)
                return next((value for each, value in pairs if each and s.constant(each) == wanted), None)
        case s.Call(args=args) if node.name in FALLING_BACK:
            return node.keyword("default") or (
                args[-1] if len(args) > 1 or (args and node.name in ("Field", "str")) else None
            )
    return None


def _named(app: Application, node: s.Name | s.Attribute, function: Function | None) -> s.Expression | None:
    """What the project assigns to a global name, or to an attribute in the body of a class."""
    found = app.project.value(node.refers) if node.refers else None
    if found is not None or isinstance(node, s.Name):
        return found
    kind = app.types.of(node.base, function)
    owner = app.project.classes.get(kind.name) if kind else None
    attribute = app.project.attribute(owner, node.name) if owner else None
    return attribute[1] if attribute else None


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


def texts(app: Application, node: s.Expression | None, function: Function | None) -> Iterator[str]:
    """The texts that a value is, or is a collection of; for a variable of the environment what it falls back to."""
    found = resolved(app, node, function)
    match found:
        case s.Literal(value=str(text)):
            yield text
        case s.Group(items=items):
            for each in items:
                yield from texts(app, each, function)
        case s.Operation(operator="or", operands=operands):
            yield from texts(app, operands[-1], function)
        case s.Call(callee=s.Attribute(base=base)) if found.name in ("split", "strip", "lower"):
            yield from texts(app, base, function)
        case s.Call() if found.name in CONVERTING and found.argument(1, "default") is not None:
            yield from texts(app, found.argument(1, "default"), function)


def plain_value(
    app: Application, node: s.Expression | None, function: Function | None, depth: int = 0
) -> object:
    """A value of literals, lists and mappings as far as one can guess; `...` for what is not known."""
    return _plain(app, looked_up, node, function, depth)


def sure_value(app: Application, node: s.Expression | None, function: Function | None = None) -> object:
    """The same without guesses: only what is written out, and constants of the project."""
    return _plain(app, resolved, node, function, 0)


def _plain(
    app: Application, follow: Follow, node: s.Expression | None, function: Function | None, depth: int
) -> object:
    found = follow(app, node, function)
    match found:
        case s.Literal(value=value):
            return value
        case s.Text():
            return text_value(app, found, function)
        case s.Group(items=items) if depth < DEEPEST:
            return [_plain(app, follow, each, function, depth + 1) for each in items]
        case s.Pairs(keys=keys, values=values) if depth < DEEPEST:
            pairs = zip(keys, values, strict=True)
            return {
                str(_plain(app, follow, key, function, depth + 1)): _plain(
                    app, follow, value, function, depth + 1
                )
                for key, value in pairs
                if key is not None
            }
        case s.Operation(operator="neg", operands=[s.Literal(value=int() | float() as number)]):
            return -number
        case s.Call(args=[pattern, *_]) if found.refers == "re.compile" and depth < DEEPEST:
            return _plain(app, follow, pattern, function, depth + 1)
    return ...


def plain_options(app: Application, call: s.Call, function: Function | None) -> dict[str, object]:
    """The keywords of a call as far as one can guess."""
    found = {each.name: plain_value(app, each.value, function) for each in call.keywords if each.name}
    return {name: value for name, value in found.items() if value is not ...}


def sure_options(app: Application, call: s.Call) -> dict[str, object]:
    """The keywords of a call that are written out."""
    found = {each.name: sure_value(app, each.value) for each in call.keywords if each.name}
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
