"""Which code must be run to its last line by the suite: what decides who gets in, who may do what, and what moves.

What lives here: recognising it. What must not: how much of it is covered.
"""

import ast
from pathlib import Path, PurePosixPath

from backwright_workbench.verify.suites.sources import parsed

NAMES = {"access.py", "resource.py", "service.py"}
FOLDERS = {"accounts"}
MODULES = {
    "backwright.access",
    "backwright.service",
    "backwright.accounts",
    "backwright.resource",
    "backwright.guard",
}


def is_critical(root: Path, path: str) -> bool:
    """By its name, or because it uses what rules are made of: a rule that was moved elsewhere counts all the same."""
    pure = PurePosixPath(path)
    if not path.startswith("src/"):
        return False
    if pure.name in NAMES or FOLDERS & set(pure.parts[:-1]):
        return True
    module = parsed(root, path)
    return module is not None and any(
        isinstance(node, ast.ImportFrom) and node.module in MODULES for node in ast.walk(module)
    )
