"""Changes of a service's code that its tests have to notice: a rule less, a move less, a comparison turned round.

What lives here: finding where such a change can be made, leaving out those that change nothing. What must not: running
anything.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from backwright_workbench.verify.suites.edits import Edit, Node, Source
from backwright_workbench.verify.suites.inventory import Function


class Kind(StrEnum):
    """What a change is about. The order is that in which a small sample takes them."""

    ACCESS = "access"
    MOVES = "moves"
    RULES = "rules"
    FIELDS = "fields"
    MODELS = "models"
    WIRING = "wiring"


CRITICAL = {Kind.ACCESS, Kind.MOVES, Kind.RULES}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. `function`: it is in a function's body, so tests that run `line` may notice it."""

    file: str
    line: int
    kind: Kind
    change: str
    edit: Edit
    function: bool = False

    @property
    def place(self) -> str:
        """Where to look."""
        return f"{self.file}:{self.line}"

    @property
    def area(self) -> str:
        """The folder that it is in."""
        return PurePosixPath(self.file).parent.name


def mutants_of(path: str, source: bytes) -> list[Mutant]:
    """Every change that can be made in a file."""
    return list(_Finder(path, Source(source)).all())


FLIPPED: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: ">=",
    ast.LtE: ">",
    ast.Gt: "<=",
    ast.GtE: "<",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}


class _Finder:
    def __init__(self, path: str, source: Source) -> None:
        self._path = path
        self._source = source

    def all(self) -> Iterator[Mutant]:
        """By what is written: the names that the runtime gives to rules."""
        for node in ast.walk(self._source.tree):
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    yield from self._declared(node, keyword)
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "transitions":
                yield from self._transitions(node.value)
            elif isinstance(node, ast.Assign | ast.AnnAssign) and "__table_args__" in ast.unparse(node):
                yield from self._constraints(node.value)
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                yield from self._column(node.value)
            elif isinstance(node, Function):
                yield from self._body(node)

    def _made(self, kind: Kind, node: ast.expr | ast.stmt | ast.keyword, change: str, edit: Edit) -> Mutant:
        return Mutant(self._path, node.lineno, kind, change, edit)

    def _declared(self, call: ast.Call, keyword: ast.keyword) -> Iterator[Mutant]:
        value = keyword.value
        match keyword.arg:
            case "access" if isinstance(value, ast.Dict):
                for role, access in zip(value.keys, value.values, strict=True):
                    if role is not None:
                        yield from self._role(value, role, access)
            case "read_only" | "filters" | "sorts" if isinstance(value, ast.Tuple):
                for each in value.elts:
                    said = f"{self._source.text(each)} is left out of {keyword.arg}"
                    yield self._made(Kind.FIELDS, each, said, self._less(each, value))
            case "resources" if isinstance(value, ast.Tuple):
                for each in value.elts:
                    said = f"{self._source.text(each)} is not served"
                    yield self._made(Kind.WIRING, each, said, self._less(each, value))
            case "admin" if ast.unparse(call.func) == "Accounts":
                yield from self._other_role(value)
            case "from_" if ast.unparse(call.func) == "action":
                others: list[Node] = [*call.args, *call.keywords]
                said = f"{self._source.text(call)} without its from_"
                yield self._made(Kind.MOVES, keyword, said, self._source.without(keyword, others))

    def _role(self, whole: ast.Dict, role: ast.expr, access: ast.expr) -> Iterator[Mutant]:
        """Nothing is allowed to a role any more, one thing less, or more than before."""
        name = self._source.text(role)
        kept = [pair for pair in zip(whole.keys, whole.values, strict=True) if pair[0] is not role]
        if kept:
            rest = ast.Dict([key for key, _ in kept], [value for _, value in kept])
            edit = self._source.replaced(whole, ast.unparse(rest))
            yield self._made(Kind.ACCESS, role, f"{name} may do nothing", edit)
        granted = _alternatives(access)
        for each in granted:
            if len(granted) > 1 and not ast.unparse(each).startswith("allow.refer("):
                others = " | ".join(ast.unparse(other) for other in granted if other is not each)
                said = f"{name} is not granted {self._source.text(each)}"
                yield self._made(Kind.ACCESS, each, said, self._source.replaced(access, f"({others})"))
            if isinstance(each, ast.Call):
                yield from self._grant(name, each, granted)

    def _grant(self, role: str, call: ast.Call, granted: list[ast.expr]) -> Iterator[Mutant]:
        same = [each for each in granted if isinstance(each, ast.Call) and _verb(each) == _verb(call)]
        all_parts: list[Node] = [*call.args, *call.keywords]
        text = self._source.text(call)
        for keyword in call.keywords:
            if keyword.arg == "where" and len(same) == 1 and _widens(call, keyword, granted):
                edit = self._source.without(keyword, all_parts)
                yield self._made(Kind.ACCESS, call, f"{role}: {text} on every row", edit)
        for argument in call.args if len(same) == 1 else ():
            if len(call.args) == 1 and _verb(call) != "allow.refer":
                edit = self._source.without(argument, all_parts)
                yield self._made(Kind.ACCESS, call, f"{role}: {text} without naming what", edit)
            elif _verb(call) == "allow.act":
                edit = self._source.without(argument, all_parts)
                said = f"{role}: {text} without {self._source.text(argument)}"
                yield self._made(Kind.ACCESS, call, said, edit)

    def _other_role(self, value: ast.expr) -> Iterator[Mutant]:
        if isinstance(value, ast.Attribute):
            said = f"{self._source.text(value)} manages no accounts"
            other = f"next(role for role in {ast.unparse(value.value)} if role is not {ast.unparse(value)})"
            yield self._made(Kind.WIRING, value, said, self._source.replaced(value, other))

    def _transitions(self, value: ast.expr) -> Iterator[Mutant]:
        pairs = zip(value.keys, value.values, strict=True) if isinstance(value, ast.Dict) else ()
        for state, moves in pairs:
            if state is None or not isinstance(moves, ast.Set):
                continue
            for each in moves.elts:
                said = f"no move from {ast.unparse(state)} to {ast.unparse(each)}"
                edit = self._source.without(each, moves.elts)
                if len(moves.elts) == 1:
                    edit = self._source.replaced(moves, "set()")
                yield self._made(Kind.MOVES, each, said, edit)

    def _constraints(self, value: ast.expr | None) -> Iterator[Mutant]:
        if not isinstance(value, ast.Tuple):
            return
        for each in value.elts:
            if isinstance(each, ast.Call) and ast.unparse(each.func).endswith("Constraint"):
                said = f"without {self._source.text(each)}"
                yield self._made(Kind.MODELS, each, said, self._less(each, value))

    def _column(self, value: ast.expr) -> Iterator[Mutant]:
        if not isinstance(value, ast.Call) or ast.unparse(value.func) != "mapped_column":
            return
        parts: list[Node] = [*value.args, *value.keywords]
        for keyword in value.keywords:
            if keyword.arg == "default" and isinstance(keyword.value, ast.Attribute):
                yield from self._other_default(keyword.value)
            if keyword.arg == "unique" and ast.unparse(keyword.value) == "True":
                edit = self._source.without(keyword, parts)
                yield self._made(Kind.MODELS, value, f"{self._source.text(value)} without unique", edit)
        first = value.args[0] if value.args else None
        if isinstance(first, ast.Call) and ast.unparse(first.func) == "String" and first.args:
            size = first.args[0]
            if isinstance(size, ast.Constant) and isinstance(size.value, int):
                said = f"{self._source.text(first)} takes one character more"
                yield self._made(Kind.MODELS, first, said, self._source.replaced(size, str(size.value + 1)))

    def _other_default(self, value: ast.Attribute) -> Iterator[Mutant]:
        """Another one of the values that the same file lists for the field."""
        for node in self._source.tree.body:
            if isinstance(node, ast.ClassDef) and node.name == ast.unparse(value.value):
                names = [ast.unparse(each.targets[0]) for each in node.body if isinstance(each, ast.Assign)]
                others = [name for name in names if name != value.attr]
                if others:
                    said = f"{ast.unparse(value)} as a default becomes {node.name}.{others[0]}"
                    yield self._made(
                        Kind.MODELS, value, said, self._source.replaced(value, f"{node.name}.{others[0]}")
                    )

    def _body(self, function: Function) -> Iterator[Mutant]:
        """Changes of what a function does; a change that another one would have to undo is left out."""
        if self._path.endswith("__main__.py"):
            return
        for node in _own(function):
            for change, edit in self._statement(node):
                assert isinstance(node, ast.expr | ast.stmt)
                yield Mutant(self._path, node.lineno, Kind.RULES, change, edit, function=True)

    def _statement(self, node: ast.AST) -> Iterator[tuple[str, Edit]]:
        source = self._source
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                other = f"({ast.unparse(left)} {FLIPPED[type(op)]} {ast.unparse(right)})"
                yield f"{source.text(node)} becomes {other[1:-1]}", source.replaced(node, other)
            case ast.Assign(targets=[ast.Attribute()]) | ast.AugAssign(target=ast.Attribute()):
                yield f"without {source.text(node)}", source.replaced(node, "pass")
            case ast.Expr(value=ast.Call() | ast.Await(value=ast.Call())) if not _is_telling(node):
                yield f"without {source.text(node)}", source.replaced(node, "pass")
            case ast.Raise():
                yield f"without {source.text(node)}", source.replaced(node, "pass")
            case ast.BoolOp(op=op, values=[first, second]) if _decides(first) and _decides(second):
                word = "or" if isinstance(op, ast.And) else "and"
                other = f"({ast.unparse(first)} {word} {ast.unparse(second)})"
                yield f"{source.text(node)} becomes {other[1:-1]}", source.replaced(node, other)
            case ast.Return(value=ast.Constant(value=bool(value))):
                yield (
                    f"{source.text(node)} becomes return {not value}",
                    source.replaced(node, f"return {not value}"),
                )

    def _less(self, node: ast.expr, whole: ast.Tuple) -> Edit:
        """A tuple without one of its elements; it stays a tuple."""
        if len(whole.elts) == 1:
            return self._source.replaced(whole, "()")
        rest = ", ".join(ast.unparse(each) for each in whole.elts if each is not node)
        return self._source.replaced(whole, f"({rest},)")


def _alternatives(access: ast.expr) -> list[ast.expr]:
    """What `a | b | c` consists of."""
    if isinstance(access, ast.BinOp) and isinstance(access.op, ast.BitOr):
        return [*_alternatives(access.left), *_alternatives(access.right)]
    return [access]


def _widens(call: ast.Call, where: ast.keyword, granted: list[ast.expr]) -> bool:
    """Whether it makes a difference: a row that a role may not read is not there for it, whatever else it may do."""
    if _verb(call) == "allow.read":
        return True
    reading = [each for each in granted if isinstance(each, ast.Call) and _verb(each) == "allow.read"]
    rules = [ast.unparse(keyword) for each in reading for keyword in each.keywords if keyword.arg == "where"]
    return len(rules) < len(reading) or any(rule != ast.unparse(where) for rule in rules)


def _decides(node: ast.expr) -> bool:
    """Whether it is true or false, and no value with another one to fall back on."""
    return isinstance(node, ast.Compare | ast.BoolOp) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    )


def _verb(call: ast.Call) -> str:
    return ast.unparse(call.func)


def _own(function: Function) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions in it, which come by themselves."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop(0)
        if not isinstance(node, Function | ast.ClassDef | ast.Lambda):
            yield node
            waiting += ast.iter_child_nodes(node)


def _is_telling(node: ast.AST) -> bool:
    """Whether a statement only writes a log, which no test has to notice."""
    assert isinstance(node, ast.Expr)
    words = ("log", "logger", "logging", "print", "warnings")
    return ast.unparse(node.value).removeprefix("await ").startswith(words)
