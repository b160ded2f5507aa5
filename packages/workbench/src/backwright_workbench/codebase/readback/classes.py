"""The classes of a package, and what they inherit from.

What lives here: lines of inheritance, followed through the package. What must not: what a class is for.
"""

import ast
from collections.abc import Iterator

from backwright_workbench.codebase.readback.scope import Code, Found


def classes(code: Code) -> Iterator[tuple[str, Found]]:
    """Every class of the package by its full name, in the order of the files."""
    for module in code.modules.values():
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef):
                yield f"{module.name}.{node.name}", Found(node, module)


def bases(found: Found, code: Code) -> set[str]:
    """The full names of everything that a class inherits from."""
    return {
        code.qualified(base.value if isinstance(base, ast.Subscript) else base, each.module)
        for each in ancestry(found, code)
        if isinstance(each.node, ast.ClassDef)
        for base in each.node.bases
    }


def ancestry(found: Found, code: Code) -> list[Found]:
    """A class and the classes of this package that it inherits from, the farthest first."""
    line = [found]
    for each in line:
        assert isinstance(each.node, ast.ClassDef)
        for base in each.node.bases:
            above = code.definition(code.qualified(base, each.module))
            if above is not None and isinstance(above.node, ast.ClassDef) and above not in line:
                line.append(above)
    return line[::-1]
