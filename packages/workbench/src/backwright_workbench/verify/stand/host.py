"""Serves an application that Backwright did not write: `python host.py module:app --port N --beside DIR`.

It runs in the project's own interpreter, from a copy of the project, and needs nothing but the standard library
there; where the project has no server of its own, it takes the one that stands in `--beside`. What must not live
here: anything that the application could see of us.
"""

import argparse
import inspect
import os
import sys
import traceback
from importlib import import_module
from importlib.util import find_spec
from typing import Any

CANNOT = "cannot be served: "
"""Begins the line that says why there is nothing to serve."""


def main() -> None:
    """Import, look what it is, serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("application")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--beside", required=True)
    given = parser.parse_args()
    sys.path[0] = os.getcwd()  # not the folder of this file
    if os.path.isdir("src"):
        sys.path.insert(1, os.path.abspath("src"))
    found = application(given.application)
    for name in ("uvicorn", "a2wsgi"):
        if find_spec(name) is None and given.beside not in sys.path:
            sys.path.append(given.beside)
    import uvicorn

    served = found if is_asgi(found) else as_asgi(found)
    uvicorn.run(served, host="127.0.0.1", port=given.port, access_log=False, server_header=False)


def application(name: str) -> Any:
    """What `module:attribute` names; a function without parameters is called for it."""
    module, _, path = name.partition(":")
    try:
        found: Any = import_module(module)
    except BaseException as error:
        traceback.print_exc()
        refuse(f"{module} cannot be imported: {type(error).__name__}: {error}")
    for part in path.split("."):
        if not hasattr(found, part):
            refuse(f"{module} has no {path}")
        found = getattr(found, part)
    if not callable(found):
        refuse(f"{name} is {type(found).__name__}, not an application")
    if inspect.isfunction(found) and not needed(found):
        found = found()
    if not is_asgi(found) and len(needed(found)) != 2:
        refuse(f"{name} is neither an ASGI nor a WSGI application")
    return found


def is_asgi(found: Any) -> bool:
    """Whether it is called with `scope, receive, send`."""
    called = found if inspect.isroutine(found) else type(found).__call__
    return inspect.iscoroutinefunction(called) or len(needed(found)) == 3


def needed(found: Any) -> list[str]:
    """The names of what it must be called with."""
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):
        return []
    places = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [each.name for each in parameters if each.kind in places and each.default is each.empty]


def as_asgi(found: Any) -> Any:
    """A WSGI application in threads."""
    from a2wsgi import WSGIMiddleware

    return WSGIMiddleware(found, workers=10)


def refuse(reason: str) -> None:
    """End with the reason as the last line."""
    sys.stdout.flush()
    sys.stderr.write(f"{CANNOT}{' '.join(reason.split())}\n")
    raise SystemExit(3)


if __name__ == "__main__":
    main()
