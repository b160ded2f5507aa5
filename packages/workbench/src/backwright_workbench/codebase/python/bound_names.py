"""The names that a piece of Python's tree gives values to.

What lives here: which names are local to a function, a class or a pattern. What must not: what they refer to.
"""

import ast
from typing import Any

NAMELESS = frozenset(
    [ast.Constant, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Pass, ast.Load]
)
"""What gives no name a value in the function around it."""
NAMING = frozenset([ast.ExceptHandler, ast.MatchAs, ast.MatchStar])
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def declared(node: ast.ClassDef) -> frozenset[str]:
    """What the body of a class gives values to: such a name is not the module's in what follows."""
    return frozenset(
        target.id
        for each in node.body
        if isinstance(each, ast.Assign)
        for target in each.targets
        if isinstance(target, ast.Name)
    )


def names_of(pattern: ast.pattern) -> list[str]:
    """What a pattern of a `match` gives values to."""
    found = []
    for each in ast.walk(pattern):
        name = getattr(each, "name", None) or getattr(each, "rest", None)
        if isinstance(each, ast.MatchAs | ast.MatchStar | ast.MatchMapping) and name:
            found.append(name)
    return found


def stored(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
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
