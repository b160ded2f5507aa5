"""Values are bound instead of put into the text of a statement."""

from collections.abc import Iterator

import libcst as cst

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.review.mending.binding import bound
from backwright_workbench.review.mending.edit import Edit, Mend
from backwright_workbench.review.mending.pieces import Unknown
from backwright_workbench.review.mending.source import is_spread, last_name
from backwright_workbench.review.mending.spot import Spot
from backwright_workbench.review.mending.styles import Style, style_of

EXECUTES = ("execute", "raw", "fetch", "fetchrow", "fetchval", "fetch_all", "fetch_one", "fetch_val", "scalars",
            "scalar", "exec", "read_sql", "execute_sql")  # fmt: skip
Assigning = cst.Assign | cst.AugAssign | cst.AnnAssign


def mend(spot: Spot) -> Mend | None:
    """Where every value stands in the place of a value, and it is known how the driver writes parameters."""
    statement = _statement(spot)
    if statement is None:
        return None
    holder, inner = _holder(spot, statement)
    assigned = None
    if isinstance(holder, cst.Assign):
        assigned = holder
        use = _use(spot, holder)
        holder, wrapped = _holder(spot, use) if use is not None else (None, None)
        inner = inner or wrapped
    if not isinstance(holder, cst.Call) or is_spread(holder):
        return None
    executes = last_name(holder.func) in EXECUTES and len(holder.args) == 1
    style = Style.NAMED if inner is not None else style_of(spot, holder) if executes else None
    if style is None:
        return None
    try:
        edits, values = bound(spot.source, statement, style, _numbers(spot), is_whole=executes)
    except Unknown:
        return None
    if inner is not None and not executes:
        return spot.mend(*edits, _with_values(spot, inner, values)) if values else None
    if assigned is not None and not _stays(spot, assigned, holder, values):
        return None
    return spot.mend(*edits, _parameters(spot, holder, values, style)) if values else None


def _statement(spot: Spot) -> cst.BaseExpression | None:
    """The text that the finding speaks of, or that is given to the call that it speaks of."""
    found = [
        each
        for kind in (cst.FormattedString, cst.ConcatenatedString, cst.BinaryOperation, cst.Call)
        for each in spot.source.nodes(kind)
        if spot.source.span(each)[0] == spot.at
    ]
    largest = max(found, key=lambda each: spot.source.span(each)[1], default=None)
    if isinstance(largest, cst.Call) and last_name(largest.func) in (*EXECUTES, "text"):
        given = largest.args[0].value if largest.args else None
        if isinstance(given, cst.Call) and last_name(given.func) == "text" and given.args:
            return given.args[0].value
        return given
    return largest


def _holder(spot: Spot, node: cst.CSTNode) -> tuple[cst.CSTNode | None, cst.Call | None]:
    """The call or assignment that a text is given to, and the `text(…)` around it, if there is one."""
    parent = spot.source.parents.get(node)
    inner = None
    while isinstance(parent, cst.Arg):
        call = spot.source.parents.get(parent)
        if not isinstance(call, cst.Call) or parent.keyword is not None:
            return None, None
        if last_name(call.func) != "text" or len(call.args) != 1:
            return call, inner
        inner = call
        parent = spot.source.parents.get(call)
    return parent, inner


def _use(spot: Spot, assign: cst.Assign) -> cst.Name | None:
    """The only place where a name is read that a function gives a value to once."""
    target = assign.targets[0].target
    if spot.function is None or len(assign.targets) != 1 or not isinstance(target, cst.Name):
        return None
    lines = range(spot.function.line, spot.function.end + 1)
    if sum(target.value in _targets(each) for each in _assigns(spot, lines)) != 1:
        return None
    uses = [
        each
        for each in spot.source.nodes(cst.Name)
        if each.value == target.value and spot.source.line(each) in lines and each is not target
    ]
    return uses[0] if len(uses) == 1 else None


def _numbers(spot: Spot) -> set[str]:
    """Parameters that are known to be whole numbers."""
    params = spot.function.params if spot.function is not None else []
    return {each.name for each in params if s.refers(each.annotation) == "builtins.int"}


def _assigns(spot: Spot, lines: range) -> Iterator[Assigning]:
    for kind in (cst.Assign, cst.AugAssign, cst.AnnAssign):
        for each in spot.source.nodes(kind):
            if spot.source.line(each) in lines:
                yield each  # type: ignore[misc]


def _targets(node: Assigning) -> set[str]:
    targets = [each.target for each in node.targets] if isinstance(node, cst.Assign) else [node.target]
    return {last_name(each) for each in targets}


def _stays(spot: Spot, assign: cst.Assign, call: cst.Call, values: dict[str, str]) -> bool:
    """Whether nothing between the text and its execution gives the values' names another value."""
    names = {name for each in values.values() for name in _names(each)}
    lines = range(spot.source.line(assign) + 1, spot.source.line(call) + 1)
    return not any(_targets(each) & names for each in _assigns(spot, lines))


def _names(code: str) -> set[str]:
    found: set[str] = set()

    class Names(cst.CSTVisitor):
        def visit_Name(self, node: cst.Name) -> None:
            found.add(node.value)

    cst.parse_expression(code).visit(Names())
    return found


def _parameters(spot: Spot, call: cst.Call, values: dict[str, str], style: Style) -> Edit | None:
    if style is Style.NAMED:
        shown = "{" + ", ".join(f'"{name}": {value}' for name, value in values.items()) + "}"
        parameter = "values=" if _is_databases(spot, call) else ""
        return spot.source.with_argument(call, parameter + shown)
    if style is Style.NUMBERED:
        return spot.source.with_argument(call, ", ".join(values.values()))
    shown = ", ".join(values.values())
    if last_name(call.func) in ("raw", "execute") and style is Style.LIST:
        return spot.source.with_argument(call, f"[{shown}]")
    return spot.source.with_argument(call, f"({shown}{',' if len(values) == 1 else ''})")


def _with_values(spot: Spot, text: cst.Call, values: dict[str, str]) -> Edit:
    """`text("…").bindparams(name=name)`: a piece of a statement that carries its values along."""
    shown = ", ".join(f"{name}={value}" for name, value in values.items())
    return spot.source.insert(spot.source.span(text)[1], f".bindparams({shown})")


def _is_databases(spot: Spot, call: cst.Call) -> bool:
    standing = spot.standing(call, s.Call)
    kind = None
    if standing is not None and isinstance(standing.node.callee, s.Attribute):
        kind = spot.app.types.of(standing.node.callee.base, standing.function)
    return kind is not None and kind.name.startswith("databases.")
