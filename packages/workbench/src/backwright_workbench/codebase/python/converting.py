"""The tree of Python's parser → neutral syntax.

What lives here: one case for each kind of node. What must not: names between files (`headers.py`).
"""

import ast
from collections.abc import Callable
from typing import Any

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function, Module, Parameter
from backwright_workbench.codebase.python.headers import Names

OPERATORS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
    ast.And: "and", ast.Or: "or", ast.Not: "not", ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "~",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
NAMELESS = frozenset(
    [ast.Constant, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Pass, ast.Load]
)
"""What gives no name a value in the function around it."""
NAMING = frozenset([ast.ExceptHandler, ast.MatchAs, ast.MatchStar])
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Converter:
    """Converts one module; `fill` does all of it."""

    def __init__(self, module: Module, names: Names) -> None:
        self._module = module
        self._names = names
        self._scopes: list[frozenset[str]] = []
        self._known: dict[str, str] = {}
        self._owner: Class | None = None
        self._inside: Function | None = None

    def fill(self, tree: ast.Module) -> None:
        """Puts what the tree says into the module."""
        header = self._names.headers[self._module.name]
        self._module.imports = {key: self._names.canonical(value) for key, value in header.imports.items()}
        self._module.stars = list(header.stars)
        self._module.doc = ast.get_docstring(tree) or ""
        self._module.body = self._body(tree.body)

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

    # Statements

    def _body(self, nodes: list[ast.stmt]) -> list[s.Statement]:
        return [self._statement(each) for each in nodes]

    def _statement(self, node: ast.stmt) -> s.Statement:
        at = (node.lineno, node.end_lineno or node.lineno, node.col_offset)
        match node:
            case ast.Expr(value=value):
                return s.Do(*at, self._value(value))
            case ast.Assign(targets=targets, value=value):
                return s.Assign(*at, self._values(targets), self._value(value), None, "")
            case ast.AnnAssign(target=target, annotation=annotation):
                return s.Assign(
                    *at, [self._value(target)], self._perhaps(node.value), self.annotation(annotation), ""
                )
            case ast.AugAssign(target=target, op=operator, value=value):
                return s.Assign(
                    *at, [self._value(target)], self._value(value), None, OPERATORS[type(operator)]
                )
            case ast.Return(value=found):
                return s.Return(*at, self._perhaps(found))
            case ast.Raise(exc=raised, cause=cause):
                return s.Raise(*at, self._perhaps(raised), self._perhaps(cause))
            case ast.If(test=test, body=body, orelse=orelse):
                return s.Branch(*at, self._value(test), self._body(body), self._body(orelse))
            case ast.While(test=test, body=body, orelse=orelse):
                return s.Loop(*at, None, self._value(test), self._body(body), self._body(orelse), False)
            case ast.For() | ast.AsyncFor():
                is_async = isinstance(node, ast.AsyncFor)
                bound, over = self._value(node.target), self._value(node.iter)
                return s.Loop(*at, bound, over, self._body(node.body), self._body(node.orelse), is_async)
            case ast.Try() | ast.TryStar():
                return self._attempt(node, at)
            case ast.With() | ast.AsyncWith():
                items = [
                    s.Held(
                        each.context_expr.lineno,
                        each.context_expr.end_lineno or each.context_expr.lineno,
                        each.context_expr.col_offset,
                        self._value(each.context_expr),
                        self._perhaps(each.optional_vars),
                    )
                    for each in node.items
                ]
                return s.Using(*at, items, self._body(node.body), isinstance(node, ast.AsyncWith))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return s.Define(*at, self._function(node))
            case ast.ClassDef():
                return s.Define(*at, self._class(node))
            case ast.Match(subject=subject, cases=cases):
                return self._match(subject, cases, at)
            case ast.Assert(test=test):
                return s.Other(*at, "assert", [self._value(test)])
            case ast.Delete(targets=targets):
                return s.Other(*at, "delete", self._values(targets))
        return self._newer(node, at)

    def _newer(self, node: Any, at: tuple[int, int, int]) -> s.Statement:
        """What not every Python that we run on has a name for."""
        if type(node).__name__ == "TypeAlias":
            return s.Assign(*at, [self._value(node.name)], self._value(node.value), None, "")
        return s.Other(*at, type(node).__name__.lower(), [])

    def _attempt(self, node: ast.Try | ast.TryStar, at: tuple[int, int, int]) -> s.Statement:
        handlers = []
        for each in node.handlers:
            types = each.type.elts if isinstance(each.type, ast.Tuple) else [each.type] if each.type else []
            handlers.append(
                s.Handler(
                    each.lineno,
                    each.end_lineno or each.lineno,
                    each.col_offset,
                    self._values(types),
                    each.name or "",
                    self._body(each.body),
                )
            )
        return s.Attempt(
            *at, self._body(node.body), handlers, self._body(node.orelse), self._body(node.finalbody)
        )

    def _match(self, subject: ast.expr, cases: list[ast.match_case], at: tuple[int, int, int]) -> s.Statement:
        """A chain of branches; the names that a pattern binds are assigned from the subject."""
        rest: list[s.Statement] = []
        for case in reversed(cases):
            where = (
                case.pattern.lineno,
                case.body[-1].end_lineno or case.pattern.lineno,
                case.pattern.col_offset,
            )
            value = self._value(subject)
            wanted = [self._value(each) for each in ast.walk(case.pattern) if isinstance(each, ast.expr)]
            wanted += [self._value(case.guard)] if case.guard else []
            bound: list[s.Statement] = [
                s.Assign(*where, [s.Name(*where, name, "")], value, None, "") for name in _bound(case.pattern)
            ]
            test = s.Operation(*where, "case", [value, *wanted])
            rest = [s.Branch(*where, test, bound + self._body(case.body), rest)]
        return rest[0] if rest else s.Other(*at, "pass", [])

    # Definitions

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

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
        inside, owner = self._inside, self._owner
        above = (
            inside.qualified if inside and owner is None else owner.qualified if owner else self._module.name
        )
        made = Function(
            name=node.name,
            qualified=f"{above}.{node.name}",
            module=self._module,
            owner=owner,
            inside=inside,
            params=[],
            decorators=self._values(node.decorator_list),
            returns=self.annotation(node.returns),
            body=[],
            is_async=isinstance(node, ast.AsyncFunctionDef),
            line=node.lineno,
            end=node.end_lineno or node.lineno,
            column=node.col_offset,
            first=min([node.lineno, *(each.lineno for each in node.decorator_list)]),
            doc=ast.get_docstring(node) or "",
        )
        made.params = list(self._params(node.args))
        made.locals = frozenset({each.name for each in made.params} | _stored(node))
        self._module.everything.append(made)
        if owner is not None:
            owner.methods[made.name] = made
        elif inside is not None:
            inside.functions.append(made)
        else:
            self._module.functions[made.name] = made
        kept = self._owner
        self._scopes.append(made.locals)
        self._inside, self._owner = made, None
        try:
            made.body = self._body(node.body)
        finally:
            self._scopes.pop()
            self._inside, self._owner = inside, kept
        return made

    def _params(self, args: ast.arguments) -> list[Parameter]:
        plain = [*args.posonlyargs, *args.args]
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults)) + list(args.defaults)
        found = [(each, default, "positional") for each, default in zip(plain, defaults, strict=True)]
        found += [(args.vararg, None, "*")] if args.vararg else []
        found += [
            (each, default, "keyword")
            for each, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        ]
        found += [(args.kwarg, None, "**")] if args.kwarg else []
        return [
            Parameter(each.arg, self.annotation(each.annotation), self._perhaps(default), kind, each.lineno)
            for each, default, kind in found
        ]

    def _class(self, node: ast.ClassDef) -> Class:
        above = (
            self._owner.qualified
            if self._owner
            else self._inside.qualified
            if self._inside
            else self._module.name
        )
        made = Class(
            name=node.name,
            qualified=f"{above}.{node.name}",
            module=self._module,
            bases=self._values(node.bases),
            keywords={each.arg: self._value(each.value) for each in node.keywords if each.arg},
            decorators=self._values(node.decorator_list),
            body=[],
            line=node.lineno,
            end=node.end_lineno or node.lineno,
            column=node.col_offset,
            doc=ast.get_docstring(node) or "",
        )
        self._module.all_classes.append(made)
        if self._owner is not None:
            self._owner.classes[made.name] = made
        elif self._inside is None:
            self._module.classes[made.name] = made
        kept, self._owner = self._owner, made
        self._scopes.append(_declared(node))
        try:
            made.body = [self._in_class(each) for each in node.body]
        finally:
            self._scopes.pop()
            self._owner = kept
        return made

    def _in_class(self, node: ast.stmt) -> s.Statement:
        """The names of a class are not seen in its methods."""
        if isinstance(node, FUNCTIONS):
            scope = self._scopes.pop()
            try:
                return self._statement(node)
            finally:
                self._scopes.append(scope)
        return self._statement(node)


def _declared(node: ast.ClassDef) -> frozenset[str]:
    """What the body of a class gives values to: such a name is not the module's in what follows."""
    return frozenset(
        target.id
        for each in node.body
        if isinstance(each, ast.Assign)
        for target in each.targets
        if isinstance(target, ast.Name)
    )


def _bound(pattern: ast.pattern) -> list[str]:
    found = []
    for each in ast.walk(pattern):
        name = getattr(each, "name", None) or getattr(each, "rest", None)
        if isinstance(each, ast.MatchAs | ast.MatchStar | ast.MatchMapping) and name:
            found.append(name)
    return found


def _stored(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The names that a function gives values to; not those that it declares to be global, nor what it imports."""
    found: set[str] = set()
    free: set[str] = set()
    waiting: list[Any] = list(node.body)
    while waiting:
        each = waiting.pop()
        kind = type(each)
        if kind is ast.Name:
            if type(each.ctx) is not ast.Load:
                found.add(each.id)
            continue
        if kind in NAMELESS:
            continue
        if kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
            found.add(each.name)
            waiting += each.decorator_list
            continue
        if kind is ast.Global or kind is ast.Nonlocal:
            free.update(each.names)
        elif kind in NAMING and each.name:
            found.add(each.name)
        for name in kind._fields:
            value = getattr(each, name, None)
            if type(value) is list:
                waiting += [inner for inner in value if isinstance(inner, ast.AST)]
            elif isinstance(value, ast.AST):
                waiting.append(value)
    return found - free


Case = Callable[[Converter, Any, tuple[int, int, int]], s.Expression]
C = Converter
_EXPRESSIONS: dict[type, Case] = {
    ast.Constant: lambda c, n, at: s.Literal(*at, n.value),
    ast.Name: C._name,
    ast.Attribute: C._attribute,
    ast.Call: C._call,
    ast.Subscript: lambda c, n, at: s.Item(*at, c._value(n.value), c._value(n.slice)),
    ast.JoinedStr: C._text,
    ast.BinOp: C._binary,
    ast.BoolOp: lambda c, n, at: s.Operation(*at, OPERATORS[type(n.op)], c._values(n.values)),
    ast.UnaryOp: lambda c, n, at: s.Operation(*at, OPERATORS[type(n.op)], [c._value(n.operand)]),
    ast.Compare: C._compare,
    ast.List: lambda c, n, at: s.Group(*at, "list", c._values(n.elts)),
    ast.Tuple: lambda c, n, at: s.Group(*at, "tuple", c._values(n.elts)),
    ast.Set: lambda c, n, at: s.Group(*at, "set", c._values(n.elts)),
    ast.Dict: lambda c, n, at: s.Pairs(*at, [c._perhaps(each) for each in n.keys], c._values(n.values)),
    ast.IfExp: lambda c, n, at: s.Choice(*at, c._value(n.test), c._value(n.body), c._value(n.orelse)),
    ast.ListComp: C._each,
    ast.SetComp: C._each,
    ast.DictComp: C._each,
    ast.GeneratorExp: C._each,
    ast.Await: lambda c, n, at: s.Awaited(*at, c._value(n.value)),
    ast.Starred: lambda c, n, at: s.Spread(*at, c._value(n.value)),
    ast.Lambda: C._lambda,
    ast.Slice: lambda c, n, at: s.Range(*at, c._perhaps(n.lower), c._perhaps(n.upper), c._perhaps(n.step)),
    ast.NamedExpr: lambda c, n, at: s.Bound(*at, c._value(n.target), c._value(n.value)),
    ast.Yield: lambda c, n, at: s.Yielded(*at, c._perhaps(n.value)),
    ast.YieldFrom: lambda c, n, at: s.Yielded(*at, c._value(n.value)),
    ast.FormattedValue: lambda c, n, at: c._value(n.value),
    getattr(ast, "TemplateStr", type(None)): C._template,
    getattr(ast, "Interpolation", type(None)): lambda c, n, at: c._value(n.value),
}
