"""Where the code of a service says something: the grant of a role, a resource, a route.

What lives here: looking for it in the source. What must not: what follows. A place that is not found is empty: a fault
is told without it, too.
"""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

METHODS = {"get", "post", "put", "patch", "delete", "api_route", "route", "add_api_route", "add_route"}


def of_grant(root: Path, resource: str, role: str) -> str:
    """`src/shop/orders/resource.py:31`, where a resource says what a role may do; else where the resource is."""
    for path, call in _resources(root, resource):
        for keyword in call.keywords:
            if keyword.arg == "access" and isinstance(keyword.value, ast.Dict):
                for key in keyword.value.keys:
                    if key is not None and _word(key) == role.lower():
                        return f"{path}:{key.lineno}"
    return of_resource(root, resource)


def of_field(root: Path, resource: str, field: str) -> str:
    """Where a resource exposes a field; else where the resource is."""
    for path, call in _resources(root, resource):
        for keyword in call.keywords:
            if keyword.arg == "fields":
                for node in ast.walk(keyword.value):
                    if isinstance(node, ast.Constant) and node.value == field:
                        return f"{path}:{node.lineno}"
    return of_resource(root, resource)


def of_resource(root: Path, resource: str) -> str:
    """Where a resource is declared."""
    return next((f"{path}:{call.lineno}" for path, call in _resources(root, resource)), "")


def of_route(root: Path, path: str) -> str:
    """Where a hand-written route with this path is."""
    for file, tree in _trees(root):
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and _word(node.func) in METHODS
                and any(isinstance(each, ast.Constant) and each.value == path for each in node.args)
            ):
                return f"{file}:{node.lineno}"
    return ""


def _resources(root: Path, name: str) -> Iterator[tuple[str, ast.Call]]:
    """Declarations that are called so, or that are about an entity that is."""
    for path, tree in _trees(root):
        for node in ast.walk(tree):
            if not isinstance(node, (ast.Assign, ast.AnnAssign)) or not isinstance(node.value, ast.Call):
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if _word(node.value.func) in ("resource", "accounts") and any(
                _word(each) == name for each in targets
            ):
                yield path, node.value


def _word(node: ast.expr) -> str:
    """The last word of a name, lower-case: `technician` of `Role.TECHNICIAN`."""
    match node:
        case ast.Attribute():
            return node.attr.lower()
        case ast.Name():
            return node.id.lower()
        case ast.Constant():
            return str(node.value).lower()
    return ""


@lru_cache(8)
def _trees(root: Path) -> tuple[tuple[str, ast.Module], ...]:
    found = []
    for place in sorted((root / "src").rglob("*.py")):
        try:
            found.append((place.relative_to(root).as_posix(), ast.parse(place.read_text(encoding="utf-8"))))
        except (OSError, ValueError, SyntaxError):
            continue
    return tuple(found)
