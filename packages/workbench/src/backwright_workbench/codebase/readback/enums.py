"""Enumerations: the values that a field may have, and the roles of a service.

What lives here: reading a class of constants. What must not: what its values are for.
"""

import ast

from backwright_workbench.codebase.readback.classes import bases
from backwright_workbench.codebase.readback.modules import Module
from backwright_workbench.codebase.readback.notes import Unreadable
from backwright_workbench.codebase.readback.scope import Code, Found, NotConstant
from backwright_workbench.codebase.readback.texts import after

BASES = frozenset({"enum.Enum", "enum.StrEnum"})


def is_enumeration(found: Found, code: Code) -> bool:
    """Whether a definition is a class of constants."""
    return isinstance(found.node, ast.ClassDef) and bool(BASES & bases(found, code))


def members(found: Found, code: Code) -> dict[str, str]:
    """The values of an enumeration, each with the text behind it. Raises `Unreadable`."""
    assert isinstance(found.node, ast.ClassDef)
    inside = found.module.within(found.node)
    said: dict[str, str] = {}
    for node in found.node.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if not name.startswith("_"):
                said[_value(name, node.value, inside, code)] = after(node, found.node.body, found.module)
    return said


def _value(name: str, node: ast.expr, module: Module, code: Code) -> str:
    if isinstance(node, ast.Call) and code.qualified(node.func, module) == "enum.auto":
        return name.lower()
    try:
        value = code.constant(node, module)
    except NotConstant:
        value = None
    if not isinstance(value, str):
        raise Unreadable(f"{name} of its enumeration is not a text")
    return value
