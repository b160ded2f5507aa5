"""Assertions that hold whatever the code under test does.

What lives here: telling them from the expression alone, and only where it is certain. What must not: which of them
matter.
"""

import ast
from collections.abc import Collection

VERBS = {"get", "post", "put", "patch", "delete", "head", "options", "request"}
CERTAIN = (ast.Tuple, ast.List, ast.Set)


def vacuous(test: ast.expr, answers: Collection[str] = (), functions: Collection[str] = ()) -> str:
    """Why an assertion of this cannot fail; empty if it can.

    `answers` are variables that hold an HTTP response, which is always true; `functions` are functions of the file.
    """
    match test:
        case ast.Constant(value):
            return f"{value!r:.40} is always true" if value else ""
        case ast.Tuple(elts=[_, *_]):
            return "a tuple with something in it is always true: the parentheses take the message in"
        case ast.List(elts=[_, *_]) | ast.Set(elts=[_, *_]) | ast.Dict(keys=[_, *_]):
            return "what is not empty is always true"
        case ast.Lambda() | ast.GeneratorExp():
            return "it is not called, and what is there is always true"
        case ast.JoinedStr(values=parts) if any(isinstance(part, ast.Constant) for part in parts):
            return "a text is always true"
        case ast.BoolOp(op=ast.Or(), values=values):
            return next((found for each in values if (found := vacuous(each, answers, functions))), "")
        case ast.BoolOp(op=ast.And(), values=values):
            told = [vacuous(each, answers, functions) for each in values]
            return told[0] if all(told) else ""
        case ast.UnaryOp(op=ast.Not(), operand=ast.Constant(value)) if not value:
            return f"not {value!r} is always true"
        case ast.Name(id=name) if name in answers:
            return "a response is true whatever its status is"
        case ast.Attribute(value=ast.Name(id=name), attr="status_code" | "json") if name in answers:
            return f"{ast.unparse(test)} is true whatever was answered"
        case ast.Name(id=name) if name in functions:
            return f"{name} is not called, and a function is always true"
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compared(left, op, right)
    return ""


def _compared(left: ast.expr, op: ast.cmpop, right: ast.expr) -> str:
    same = isinstance(op, ast.Eq | ast.LtE | ast.GtE) or (
        isinstance(op, ast.Is) and isinstance(left, ast.Name)
    )
    if same and ast.dump(left) == ast.dump(right) and not _asks(left):
        return "both sides are the same"
    if isinstance(left, ast.Call) and ast.unparse(left.func) == "len" and ast.unparse(right) == "0":
        return "a length is never below 0" if isinstance(op, ast.GtE) else ""
    return ""


def _asks(expression: ast.expr) -> bool:
    """Whether evaluating it twice may give two values: comparing a call with itself asks whether it repeats.

    So does `x.y is x.y`, of a property: whether it is made once.
    """
    changing = (ast.Call, ast.Await, ast.Yield, ast.NamedExpr, ast.ListComp, ast.GeneratorExp)
    return any(isinstance(node, changing) for node in ast.walk(expression))


def answers_in(function: ast.AST) -> set[str]:
    """The variables that only ever hold what an HTTP client answered: `x = await client.get("/…")`."""
    found: set[str] = set()
    other: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            (found if _is_answer(node.value) else other).add(node.targets[0].id)
        elif isinstance(node, ast.NamedExpr | ast.AnnAssign | ast.For | ast.withitem):
            target = getattr(node, "target", None) or getattr(node, "optional_vars", None)
            other |= {each.id for each in ast.walk(target) if isinstance(each, ast.Name)} if target else set()
    return found - other


def _is_answer(value: ast.expr) -> bool:
    if not isinstance(value, ast.Await) or not isinstance(value.value, ast.Call):
        return False
    call = value.value
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in VERBS:
        return False
    return any(_is_address(argument) for argument in call.args[:2])


def _is_address(argument: ast.expr) -> bool:
    first = argument.values[0] if isinstance(argument, ast.JoinedStr) and argument.values else argument
    text = first.value if isinstance(first, ast.Constant) else ""
    return isinstance(text, str) and text.startswith(("/", "http://", "https://"))
