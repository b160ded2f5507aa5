"""How the parameters of a statement are written, which depends on what executes it.

What lives here: following a cursor or connection to its driver. What must not: statements themselves.
"""

from collections.abc import Iterator
from enum import Enum

import libcst as cst

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.review.mending.source import last_name
from backwright_workbench.review.mending.spot import Spot

DEEPEST = 6


class Style(Enum):
    """How parameters are written."""

    NAMED = ":name"
    MARK = "?"
    PERCENT = "%s"
    LIST = "%s in a list"  # Django
    NUMBERED = "$1"


DRIVERS = {
    "sqlite3": Style.MARK,
    "aiosqlite": Style.MARK,
    "psycopg2": Style.PERCENT,
    "psycopg": Style.PERCENT,
    "psycopg_pool": Style.PERCENT,
    "pymysql": Style.PERCENT,
    "aiomysql": Style.PERCENT,
    "MySQLdb": Style.PERCENT,
    "mysql": Style.PERCENT,
    "flask_mysqldb": Style.PERCENT,
    "flaskext": Style.PERCENT,
    "asyncpg": Style.NUMBERED,
    "databases": Style.NAMED,
    "django": Style.LIST,
}
ALCHEMY = ("sqlalchemy", "sqlmodel", "flask_sqlalchemy")


def style_of(spot: Spot, call: cst.Call) -> Style | None:
    """How parameters are written for this call; None if it is not known, or the text has to be wrapped first."""
    if last_name(call.func) == "raw" and ".objects" in spot.source.code(call.func):
        return Style.LIST
    standing = spot.standing(call, s.Call)
    if standing is None or not isinstance(standing.node.callee, s.Attribute):
        return None
    base = standing.node.callee.base
    for name in _origins(spot.app, base, standing.function):
        top = name.partition(".")[0]
        if top in ALCHEMY:
            return None
        if top in DRIVERS:
            return DRIVERS[top]
    return _imported(spot, is_cursor="cur" in s.last_name(base).lower())


def _origins(
    app: Application, node: s.Expression, function: Function | None, depth: int = 0
) -> Iterator[str]:
    """Full names of what a value comes from: its type, what made it, what that was made from."""
    if depth > DEEPEST:
        return
    kind = app.types.of(node, function)
    if kind is not None:
        yield kind.name
    match node:
        case s.Awaited(value=inner):
            yield from _origins(app, inner, function, depth + 1)
        case s.Call():
            if node.refers:
                yield node.refers
            found = app.types.callee(node, function)
            if isinstance(found, Function):
                for each in found.walk():
                    if isinstance(each, s.Return | s.Yielded) and each.value is not None:
                        yield from _origins(app, each.value, found, depth + 1)
            elif isinstance(node.callee, s.Attribute):
                yield from _origins(app, node.callee.base, function, depth + 1)
        case s.Name(id=name, refers="") if function is not None:
            for value in _given(name, function):
                yield from _origins(app, value, function, depth + 1)
        case s.Name(refers=known) | s.Attribute(refers=known) if known:
            yield known
            made = app.project.value(known)
            if made is not None:
                yield from _origins(app, made, None, depth + 1)
        case s.Attribute(base=base):
            yield from _origins(app, base, function, depth + 1)


def _given(name: str, function: Function) -> Iterator[s.Expression]:
    """What a local name gets."""
    for node in function.walk():
        match node:
            case s.Assign(targets=targets, value=value) if value is not None:
                if any(isinstance(each, s.Name) and each.id == name for each in targets):
                    yield value
            case s.Held(value=value, target=s.Name(id=found)) if found == name:
                yield value
    for param in function.params:
        if param.name == name and isinstance(param.default, s.Call) and param.default.args:
            yield s.Call(*_at(param.default), param.default.args[0], [], [])  # Depends(get_connection)


def _at(node: s.Node) -> tuple[int, int, int]:
    return node.line, node.end, node.column


def _imported(spot: Spot, *, is_cursor: bool) -> Style | None:
    """The driver that the file imports, or else the only one that the project does."""
    for modules in ([spot.module], spot.app.modules()):
        targets = {each for module in modules for each in module.imports.values()}
        tops = {each.partition(".")[0] for each in targets if not each.startswith("django.")}
        found = {DRIVERS[top] for top in tops if top in DRIVERS}
        if any(each.startswith("django.db.connection") for each in targets):
            found.add(Style.LIST)
        if not is_cursor and tops & set(ALCHEMY):
            return None
        if found:
            return found.pop() if len(found) == 1 else None
    return None
