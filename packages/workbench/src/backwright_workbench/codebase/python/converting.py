"""The tree of Python's parser → neutral syntax.

What lives here: statements, functions and classes, with the module that they are put into. What must not: expressions
(`expressions.py`), names between files (`headers.py`).
"""

import ast
from typing import Any

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function, Module, Parameter
from backwright_workbench.codebase.python.bound_names import FUNCTIONS, declared, names_of, stored
from backwright_workbench.codebase.python.expressions import OPERATORS, Expressions
from backwright_workbench.codebase.python.headers import Names


class Converter(Expressions):
    """Converts one module; `fill` does all of it."""

    def __init__(self, module: Module, names: Names) -> None:
        super().__init__(module, names)
        self._owner: Class | None = None
        self._inside: Function | None = None

    def fill(self, tree: ast.Module) -> None:
        """Puts what the tree says into the module."""
        header = self._names.headers[self._module.name]
        self._module.imports = {key: self._names.canonical(value) for key, value in header.imports.items()}
        self._module.stars = list(header.stars)
        self._module.doc = ast.get_docstring(tree) or ""
        self._module.body = self._body(tree.body)

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
                s.Assign(*where, [s.Name(*where, name, "")], value, None, "")
                for name in names_of(case.pattern)
            ]
            test = s.Operation(*where, "case", [value, *wanted])
            rest = [s.Branch(*where, test, bound + self._body(case.body), rest)]
        return rest[0] if rest else s.Other(*at, "pass", [])

    # Definitions

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
        made.locals = frozenset({each.name for each in made.params} | stored(node))
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
        self._scopes.append(declared(node))
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
