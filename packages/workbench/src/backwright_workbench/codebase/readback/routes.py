"""Routes written by hand, beside those that resources have.

What lives here: finding them. What must not: what they do; they are plain FastAPI and stay as they are.
"""

import ast
from typing import Final

from backwright_workbench.codebase.readback.notes import Notes
from backwright_workbench.codebase.readback.scope import Code

METHODS: Final = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "websocket", "api_route"}
)


def note_routes(code: Code, notes: Notes) -> None:
    """Note down every function that a decorator such as `@app.get("/reports")` makes a route."""
    for module in code.modules.values():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for decorator in node.decorator_list:
                match decorator:
                    case ast.Call(func=ast.Attribute(attr=method), args=[path, *_]) if method in METHODS:
                        what = f"the route {method.upper()} {ast.unparse(path)}"
                        notes.leave(module, node, what, "it is written by hand; a blueprint says resources")
                    case _:
                        pass
