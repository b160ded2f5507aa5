"""What a written service says of its own routes: `python -m backwright_workbench.verify.openapi.inventory PACKAGE`,
in the service's own process, with its settings.

What lives here: the document, and the routes that it leaves out. What must not: judging them.
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi.routing import iter_route_contexts

OURS = ("backwright", "fastapi", "starlette")
"""Packages whose own routes (probes, documentation) are no part of a service's contract."""


def main(package: str) -> None:
    """Print both as JSON."""
    app = import_module(f"{package}.main").create_app()
    document = app.openapi()
    declared = {(path, method) for path, item in document.get("paths", {}).items() for method in item}
    left_out = [
        {"path": path, "methods": methods, "place": place}
        for path, methods, place in routes(app)
        if not any((path, method.lower()) in declared for method in methods or ("",))
    ]
    json.dump({"document": document, "left_out": left_out}, sys.stdout)


def routes(app: Any) -> list[tuple[str, list[str], str]]:
    """Path, methods and source of each route that the service's own code has made; a mounted application has none."""
    found = []
    for context in iter_route_contexts(list(app.routes)):
        endpoint = context.endpoint or getattr(context.original_route, "app", None)
        module = getattr(endpoint, "__module__", None) or type(endpoint).__module__
        is_mount = context.endpoint is None
        if is_mount or module.partition(".")[0] not in OURS:
            methods = sorted(set(context.methods or ()) - {"HEAD"})
            found.append((str(context.path), methods, place(endpoint)))
    return found


def place(endpoint: Any) -> str:
    """`src/shop/main.py:31`, as far as it is known."""
    code = getattr(endpoint, "__code__", None)
    if code is None:
        return ""
    file = Path(code.co_filename)
    file = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    return f"{file}:{code.co_firstlineno}"


if __name__ == "__main__":
    main(*sys.argv[1:])
