"""`python -m <service> access …`: the access matrix, and why a caller gets what they get.

What lives here: arguments in, text or JSON out. What must not: deciding. Nothing is opened: the declarations
alone are looked at.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from backwright.access_explained import as_text, explain
from backwright.access_matrix import matrix
from backwright.access_record import recorded
from backwright.access_text import drawn
from backwright.errors import BadRequest

Add = Callable[[str, Callable[..., Any], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add the command."""
    command = add("access", access, "Show who may do what: the matrix, or `explain METHOD PATH --role ROLE`.")
    command.add_argument("action", nargs="?", choices=("matrix", "explain"), default="matrix")
    command.add_argument("method", nargs="?", metavar="METHOD", help="of the route to explain: PATCH")
    command.add_argument("path", nargs="?", metavar="PATH", help="its path: /work-orders/{id}")
    command.add_argument("--role", help="who asks; signed_in: nobody in particular, public: not signed in")
    which = command.add_mutually_exclusive_group()
    which.add_argument("--own", action="store_const", const="own", dest="row", help="a row of their own")
    which.add_argument("--other", action="store_const", const="other", dest="row", help="a row of another's")
    form = command.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON, for programs")
    form.add_argument(
        "--record", nargs="?", const=Path("-"), type=Path, metavar="PATH", help="as docs/access.json has it"
    )


def access(arguments: argparse.Namespace, settings: Any, create_app: Callable[..., FastAPI]) -> int:
    """Print the matrix or an explanation."""
    app = create_app(settings)
    if arguments.action == "matrix":
        found = matrix(app)
        if arguments.record is not None:
            return _record(recorded(found), arguments.record)
        sys.stdout.write(_json(found) if arguments.json else drawn(found))
        return 0
    if not (arguments.method and arguments.path and arguments.role):
        raise BadRequest("Say which request of whom: access explain METHOD PATH --role ROLE [--own|--other].")
    told = explain(app, arguments.method.upper(), arguments.path, arguments.role, arguments.row)
    sys.stdout.write(_json(told) if arguments.json else as_text(told))
    return 0


def _record(text: str, path: Path) -> int:
    """To the file, or to the terminal where none is named."""
    if path == Path("-"):
        sys.stdout.write(text)
    else:
        path.write_text(text, encoding="utf-8")
    return 0


def _json(value: Any) -> str:
    """One line, so that a program finds it among what else a service may print."""
    return json.dumps(value, ensure_ascii=False) + "\n"
