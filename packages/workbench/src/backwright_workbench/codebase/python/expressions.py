"""Expressions of Python's parser → neutral syntax.

What lives here: one case for each kind of expression, and what a name refers to where it stands. What must not:
statements and definitions (`converting.py`), names between files (`headers.py`).
"""

import ast
from collections.abc import Callable
from typing import Any

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Module
from backwright_workbench.codebase.python.headers import Names

OPERATORS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
    ast.And: "and", ast.Or: "or", ast.Not: "not", ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "~",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip


class Expressions:
    """Converts the expressions of one module; keeps the local names of the scopes around what is being read."""

    def __init__(self, module: Module, names: Names) -> None:
        self._module = module
        self._names = names
        self._scopes: list[frozenset[str]] = []
        self._known: dict[str, str] = {}

    # Names

    def _refers(self, name: str) -> str:
        if any(name in scope for scope in self._scopes):
            return ""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._names.refers(self._module.name, name)
        return found

    def _member(self, base: s.Expression, name: str) -> str:
        known = base.refers if isinstance(base, s.Name | s.Attribute) else ""
        return self._names.canonical(f"{known}.{name}") if known else ""

    # Expressions

    def _value(self, node: ast.expr) -> s.Expression:
        case = _EXPRESSIONS.get(type(node))
        where = (node.lineno, node.end_lineno or node.lineno, node.col_offset)
        if case is None:
            return s.Group(
                *where,
                "other",
                self._values([each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]),
            )
        return case(self, node, where)

    def _values(self, nodes: list[ast.expr]) -> list[s.Expression]:
        return [self._value(each) for each in nodes]

    def _perhaps(self, node: ast.expr | None) -> s.Expression | None:
        return None if node is None else self._value(node)

    def _name(self, node: Any, at: tuple[int, int, int]) -> s.Expression:
        return s.Name(*at, node.id, self._refers(node.id))

    def _attribute(self, node: Any, at: tuple[int, int, int]) -> s.Expression:
        base = self._value(node.value)
        return s.Attribute(*at, base, node.attr, self._member(base, node.attr))

    def _call(self, node: Any, at: tuple[int, int, int]) -> s.Expression:
        keywords = [
            s.Keyword(each.lineno, each.end_lineno, each.col_offset, each.arg or "", self._value(each.value))
            for each in node.keywords
        ]
        return s.Call(*at, self._value(node.func), self._values(node.args), keywords)

    def _text(self, node: Any, at: tuple[int, int, int]) -> s.Expression:
        parts = [each.value if isinstance(each, ast.FormattedValue) else each for each in node.values]
        return s.Text(*at, self._values(parts))

    def _template(self, node: Any, at: tuple[int, int, int]) -> s.Expression:
        """A text of Python 3.14 whose values are kept apart: no text, but something made of its parts."""
        return s.Call(*at, s.Name(*at, "Template", ""), self._values(node.values), [])

    def _binary(self, node: Any, at: tuple[int, int, int]) -> s.Expression:
        operands: list[ast.expr] = []
        left = node
        while isinstance(left, ast.BinOp) and type(left.op) is type(node.op):
            operands.append(left.right)
            left = left.left
        operands.append(left)
        operands.reverse()
        return s.Operation(*at, OPERATORS[type(node.op)], self._values(operands))

    def _compare(self, node: Any, at: tuple[int, int, int]) -> s.Expression:
        return s.Operation(*at, OPERATORS[type(node.ops[0])], self._values([node.left, *node.comparators]))

    def _each(self, node: Any, at: tuple[int, int, int]) -> s.Expression:
        kinds = {
            ast.ListComp: "list",
            ast.SetComp: "set",
            ast.DictComp: "dict",
            ast.GeneratorExp: "generator",
        }
        bound = frozenset(
            each.id
            for clause in node.generators
            for each in ast.walk(clause.target)
            if isinstance(each, ast.Name)
        )
        self._scopes.append(bound)
        try:
            clauses = [
                s.Clause(
                    clause.target.lineno,
                    clause.iter.end_lineno,
                    clause.target.col_offset,
                    self._value(clause.target),
                    self._value(clause.iter),
                    self._values(clause.ifs),
                    bool(clause.is_async),
                )
                for clause in node.generators
            ]
            is_dict = isinstance(node, ast.DictComp)
            element = self._value(node.value if is_dict else node.elt)
            key = self._value(node.key) if is_dict else None
        finally:
            self._scopes.pop()
        return s.Each(*at, kinds[type(node)], element, key, clauses)

    def _lambda(self, node: Any, at: tuple[int, int, int]) -> s.Expression:
        params = [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        self._scopes.append(frozenset(params))
        try:
            return s.Lambda(*at, params, self._value(node.body))
        finally:
            self._scopes.pop()

    def annotation(self, node: ast.expr | None) -> s.Expression | None:
        """A type as an expression; one that is written as a text is read."""
        if node is None:
            return None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                inner = ast.parse(node.value.strip(), mode="eval").body
            except (SyntaxError, ValueError):
                return self._value(node)
            for each in ast.walk(inner):
                if isinstance(each, ast.expr):
                    each.lineno, each.end_lineno, each.col_offset = (
                        node.lineno,
                        node.end_lineno,
                        node.col_offset,
                    )
            node = inner
        return self._value(node)


Case = Callable[[Expressions, Any, tuple[int, int, int]], s.Expression]
E = Expressions
_EXPRESSIONS: dict[type, Case] = {
    ast.Constant: lambda c, n, at: s.Literal(*at, n.value),
    ast.Name: E._name,
    ast.Attribute: E._attribute,
    ast.Call: E._call,
    ast.Subscript: lambda c, n, at: s.Item(*at, c._value(n.value), c._value(n.slice)),
    ast.JoinedStr: E._text,
    ast.BinOp: E._binary,
    ast.BoolOp: lambda c, n, at: s.Operation(*at, OPERATORS[type(n.op)], c._values(n.values)),
    ast.UnaryOp: lambda c, n, at: s.Operation(*at, OPERATORS[type(n.op)], [c._value(n.operand)]),
    ast.Compare: E._compare,
    ast.List: lambda c, n, at: s.Group(*at, "list", c._values(n.elts)),
    ast.Tuple: lambda c, n, at: s.Group(*at, "tuple", c._values(n.elts)),
    ast.Set: lambda c, n, at: s.Group(*at, "set", c._values(n.elts)),
    ast.Dict: lambda c, n, at: s.Pairs(*at, [c._perhaps(each) for each in n.keys], c._values(n.values)),
    ast.IfExp: lambda c, n, at: s.Choice(*at, c._value(n.test), c._value(n.body), c._value(n.orelse)),
    ast.ListComp: E._each,
    ast.SetComp: E._each,
    ast.DictComp: E._each,
    ast.GeneratorExp: E._each,
    ast.Await: lambda c, n, at: s.Awaited(*at, c._value(n.value)),
    ast.Starred: lambda c, n, at: s.Spread(*at, c._value(n.value)),
    ast.Lambda: E._lambda,
    ast.Slice: lambda c, n, at: s.Range(*at, c._perhaps(n.lower), c._perhaps(n.upper), c._perhaps(n.step)),
    ast.NamedExpr: lambda c, n, at: s.Bound(*at, c._value(n.target), c._value(n.value)),
    ast.Yield: lambda c, n, at: s.Yielded(*at, c._perhaps(n.value)),
    ast.YieldFrom: lambda c, n, at: s.Yielded(*at, c._value(n.value)),
    ast.FormattedValue: lambda c, n, at: c._value(n.value),
    getattr(ast, "TemplateStr", type(None)): E._template,
    getattr(ast, "Interpolation", type(None)): lambda c, n, at: c._value(n.value),
}
