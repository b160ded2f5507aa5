"""Calls that declare something: what is called, and with what.

What lives here: looking at one call. What must not: what any of them means.
"""

import ast

from backwright_workbench.codebase.readback.scope import Code, Found, of_backwright


def calls(found: Found, code: Code) -> str:
    """The last name of what is called (`mapped_column`); empty for anything but a call of something with a
    name.
    """
    if not isinstance(found.node, ast.Call):
        return ""
    return code.qualified(found.node.func, found.module).rpartition(".")[2]


def argument(call: ast.Call, position: int | None, name: str) -> ast.expr | None:
    """The argument of a call that is given by name, or by position unless that is None."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if position is None or position >= len(call.args):
        return None
    return call.args[position]


def declared(found: Found, code: Code, word: str) -> bool:
    """Whether this is a call of `backwright.….<word>`."""
    if not isinstance(found.node, ast.Call):
        return False
    return of_backwright(code.qualified(found.node.func, found.module), word)
