"""Texts of SQL as code puts them together, and whether values are put into them.

What lives here: literals, f-strings, `%`, `+`, `.format`, joins, variables that hold them. What must not: what the SQL
says (`sql_reading.py`).
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function

if TYPE_CHECKING:
    from backwright_workbench.codebase.frameworks.query_scope import Scope

DEEPEST = 8
WRAPPERS = frozenset(
    {"text", "literal_column", "SQL", "dedent", "cleandoc", "str", "TextClause", "Text", "sql", "RawSQL",
     "Composed"}
)  # fmt: skip
TRIMS = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "bindparams", "columns", "execution_options", "as_string",
     "get_sql"}
)  # fmt: skip
NUMBERS = frozenset({"int", "float", "len", "bool", "round", "abs", "ord", "sum", "Decimal", "UUID"})
QUOTED = frozenset(
    {"Identifier", "Placeholder", "Literal", "quote_ident", "quote_name", "escape", "escape_string",
     "quote_identifier", "format_identifier"}
)  # fmt: skip
SAFE_KINDS = frozenset(
    {"builtins.int", "builtins.float", "builtins.bool", "uuid.UUID", "datetime.datetime", "datetime.date",
     "decimal.Decimal"}
)  # fmt: skip
TABLES = re.compile(r"__tablename__|db_table|table|column|schema|fields|^pk$", re.I)
PERCENT = re.compile(r"%(?:\([^)]*\))?[-#0 +]*[\d.*]*[sdrifgxq]")
BRACES = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Built:
    """A text with `{}` where a value is put in."""

    text: str
    is_built: bool = False

    def __add__(self, other: "Built") -> "Built":
        """One after the other."""
        return Built(self.text + other.text, self.is_built or other.is_built)


def built(node: s.Node | None, scope: "Scope", depth: int = 0) -> Built | None:
    """The text that an expression makes; None if nothing says that it is a text."""
    if node is None or depth > DEEPEST:
        return None
    match node:
        case s.Literal(value=value):
            return Built(value) if isinstance(value, str) else None
        case s.Text(parts=parts):
            return _joined([_part(each, scope, depth) for each in parts])
        case s.Operation(operator="+", operands=operands):
            found = [built(each, scope, depth + 1) for each in operands]
            if not any(found):
                return None
            pairs = zip(operands, found, strict=True)
            return _joined([text or _part(each, scope, depth) for each, text in pairs])
        case s.Operation(operator="%", operands=[first, *values]):
            outer = built(first, scope, depth + 1)
            return outer and _filled(outer, PERCENT, values, scope, depth)
        case s.Choice(yes=yes, no=no):
            one, other = built(yes, scope, depth + 1), built(no, scope, depth + 1)
            return Built(one.text, one.is_built or other.is_built) if one and other else None
        case s.Call():
            return _called(node, scope, depth)
        case s.Name(id=name, refers=""):
            return scope.texts.get(name)
        case s.Name(refers=known) | s.Attribute(refers=known) if known:
            return _constant(known, scope, depth)
        case s.Attribute() if s.written(node) in scope.texts:
            return scope.texts[s.written(node)]
        case s.Attribute(base=s.Name(id="self" | "cls"), name=name) if scope.owner:
            found_value = scope.reading.app.project.attribute(scope.owner, name)
            return built(found_value[1], scope, depth + 1) if found_value else None
        case s.Bound(value=value) | s.Awaited(value=value):
            return built(value, scope, depth + 1)
    return None


def _joined(parts: list[Built]) -> Built:
    """All of them, one after the other; taken in one step because texts can be long."""
    return Built("".join(each.text for each in parts), any(each.is_built for each in parts))


def _constant(known: str, scope: "Scope", depth: int) -> Built | None:
    value = scope.reading.app.project.value(known)
    return built(value, scope, depth + 1) if value is not None else None


def _part(node: s.Expression, scope: "Scope", depth: int) -> Built:
    """A value that is put into a text: itself if it is known, `{}` if not."""
    found = built(node, scope, depth + 1)
    return found if found is not None else Built("{}", not is_innocent(node, scope, depth + 1))


def _called(call: s.Call, scope: "Scope", depth: int) -> Built | None:
    base = call.callee.base if isinstance(call.callee, s.Attribute) else None
    if call.name in WRAPPERS and call.args:
        return built(call.args[0], scope, depth + 1)
    if base is None:
        return None
    if call.name in TRIMS:
        return built(base, scope, depth + 1)
    if call.name == "format":
        outer = built(base, scope, depth + 1)
        values = [*call.args, *(each.value for each in call.keywords)]
        return outer and _filled(outer, BRACES, values, scope, depth)
    if call.name == "replace" and len(call.args) == 2:
        outer = built(base, scope, depth + 1)
        return outer and Built(outer.text, outer.is_built or not is_innocent(call.args[1], scope, depth))
    if call.name == "join" and call.args:
        return _join(s.text_of(base), call.args[0], scope, depth)
    return None


def _join(separator: str | None, node: s.Expression, scope: "Scope", depth: int) -> Built | None:
    """`", ".join(pieces)`."""
    if separator is None:
        return None
    if isinstance(node, s.Group):
        parts = [_part(each, scope, depth) for each in node.items]
        return Built(separator.join(each.text for each in parts), any(each.is_built for each in parts))
    if isinstance(node, s.Each):
        one = _part(node.element, scope, depth)
        is_fixed = not one.is_built or _over_constants(node, scope)
        return Built(f"{one.text}{separator}{one.text}", not is_fixed)
    if isinstance(node, s.Name) and not node.refers and node.id in scope.pieces:
        found = scope.pieces[node.id]
        return Built(separator.join(each.text for each in found), any(each.is_built for each in found))
    if isinstance(node, s.Operation) and node.operator == "*":  # ["%s"] * len(ids), "?" * n
        return Built("?", not is_innocent(node, scope, depth + 1))
    return Built("{}", not is_innocent(node, scope, depth + 1))


def _over_constants(node: s.Each, scope: "Scope") -> bool:
    """Whether a comprehension only goes through what is written out."""
    return all(is_innocent(clause.iterable, scope, 1) for clause in node.clauses)


def _filled(
    outer: Built, hole: re.Pattern[str], values: list[s.Expression], scope: "Scope", depth: int
) -> Built:
    flat = [
        inner
        for each in values
        for inner in (
            each.items if isinstance(each, s.Group) else each.values if isinstance(each, s.Pairs) else [each]
        )
    ]
    parts = [_part(each, scope, depth) for each in flat]
    rest = iter(parts)
    text = hole.sub(
        lambda found: next(rest, Built("{}")).text if "(" not in found.group() else "{}", outer.text
    )
    return Built(text, outer.is_built or any(each.is_built for each in parts))


def is_innocent(node: s.Node | None, scope: "Scope", depth: int = 0) -> bool:
    """Whether a value cannot carry what a caller writes: constants, numbers, names of tables, quoted parts."""
    if node is None or depth > DEEPEST:
        return False
    match node:
        case s.Literal():
            return True
        case s.Group(items=items) | s.Text(parts=items):
            return all(is_innocent(each, scope, depth + 1) for each in items)
        case s.Pairs(values=values):
            return all(is_innocent(each, scope, depth + 1) for each in values)
        case s.Choice(yes=yes, no=no):
            return is_innocent(yes, scope, depth + 1) and is_innocent(no, scope, depth + 1)
        case s.Operation(operator="*" | "+" | "-" | "/" | "//" | "or" | "and" | "neg", operands=operands):
            if node.operator == "*" and any(
                isinstance(each, s.Group) or s.text_of(each) is not None for each in operands
            ):
                return all(is_innocent(each, scope, depth + 1) for each in operands[:1])
            return all(is_innocent(each, scope, depth + 1) for each in operands)
        case s.Operation(operator=operator):
            return operator in ("==", "!=", "<", ">", "<=", ">=", "in", "not in", "not", "is", "is not")
        case s.Call():
            return _innocent_call(node, scope, depth)
        case s.Item(base=base):
            return is_innocent(base, scope, depth + 1)
        case s.Name(id=name, refers=""):
            text = scope.texts.get(name)
            if text is not None:
                return not text.is_built
            return name in scope.innocent or scope.kind(node) in SAFE_KINDS
        case s.Name(refers=known) | s.Attribute(refers=known) if known:
            value = scope.reading.app.project.value(known)
            last = known.rpartition(".")[2]
            return (
                is_innocent(value, scope, depth + 1)
                if value is not None
                else last.isupper() or bool(TABLES.search(last))
            )
        case s.Attribute(name=name):
            if TABLES.search(name) or name.isupper() or scope.kind(node) in SAFE_KINDS:
                return True
            return _property(node, scope, depth)
    return False


def _innocent_call(call: s.Call, scope: "Scope", depth: int) -> bool:
    if call.name in NUMBERS or call.name in QUOTED:
        return True
    base = call.callee.base if isinstance(call.callee, s.Attribute) else None
    if (
        call.name in ("keys", "values", "items", "upper", "lower", "strip", "copy", "isoformat")
        and base is not None
    ):
        return is_innocent(base, scope, depth + 1)
    if call.name == "get" and base is not None:
        return is_innocent(base, scope, depth + 1) and all(
            is_innocent(each, scope, depth + 1) for each in call.args[1:]
        )
    if call.name == "join":
        found = _called(call, scope, depth)
        return found is not None and not found.is_built
    if call.refers in (
        "builtins.range",
        "builtins.enumerate",
        "builtins.sorted",
        "builtins.str",
        "builtins.list",
    ):
        return (
            all(is_innocent(each, scope, depth + 1) for each in call.args) or call.refers == "builtins.range"
        )
    if scope.kind(call) in SAFE_KINDS:
        return True
    function = scope.reading.app.types.callee(call, scope.function)
    return isinstance(function, Function) and _gives_innocent(function, scope, depth)


def _gives_innocent(function: Function, scope: "Scope", depth: int) -> bool:
    """Whether all that a function of the project gives back is innocent, whatever it is given."""
    inner = scope.reading.scope(function)
    given = [each.value for each in function.walk() if isinstance(each, s.Return) and each.value is not None]
    if inner is None or not given:
        return False
    texts = [built(each, inner, depth + 2) for each in given]
    pairs = zip(given, texts, strict=True)
    return all(not text.is_built if text else is_innocent(each, inner, depth + 2) for each, text in pairs)


def _property(node: s.Attribute, scope: "Scope", depth: int) -> bool:
    """Whether an attribute is a property that gives back what is innocent."""
    owner = scope.reading.app.project.classes.get(scope.kind(node.base))
    method = scope.reading.app.project.method(owner, node.name) if owner is not None else None
    return method is not None and _gives_innocent(method, scope, depth)
