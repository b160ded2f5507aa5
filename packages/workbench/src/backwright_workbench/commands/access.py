"""`backwright access DIR`: who may do what in a service, and why.

What lives here: asking the service, which knows its rules, and handing on what it says. What must not: reading
rules from source, and how a matrix looks (`reports/access.py`).
"""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

from backwright_workbench.commands.events import Event, Output, Summary
from backwright_workbench.reports.access import in_colour, page
from backwright_workbench.workspace.services import Service, find_service
from backwright_workbench.workspace.trees import write_file


def access(
    directory: Path, *, html: Path | None = None, as_json: bool = False, colour: bool = False
) -> Generator[Event, None, None]:
    """The matrix as output: as text, as JSON, or as a page in the file `html`. Raises `UserError`."""
    service = find_service(directory)
    if html is not None:
        write_file(html, page(_matrix(service)))
        yield Summary(True, f"Who may do what stands in {html}.", {"file": str(html)})
    elif as_json:
        yield Output(json.dumps(_matrix(service), indent=2, ensure_ascii=False))
    elif colour:
        yield Output(in_colour(_matrix(service)))
    else:
        yield Output(_said(service, "access"))


def explain(
    directory: Path, method: str, path: str, *, role: str, row: str | None = None, as_json: bool = False
) -> Generator[Event, None, None]:
    """Which rule decides over a request of a role, and which one denies it. `row` is `own`, `other` or none."""
    service = find_service(directory)
    asked = ["access", "explain", method, path, "--role", role, *([f"--{row}"] if row else [])]
    if as_json:
        yield Output(json.dumps(_document(_said(service, *asked, "--json")), indent=2, ensure_ascii=False))
    else:
        yield Output(_said(service, *asked))


def _matrix(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = _document(_said(service, "access", "--json"))
    return found


def _document(text: str) -> Any:
    """The line that is JSON; a service may print warnings around it."""
    return json.loads(next(line for line in text.splitlines() if line[:1] in ("{", "[")))


def _said(service: Service, *asked: str) -> str:
    """What the service's own command prints. Raises `UserError` with its words if it refuses."""
    return "\n".join(service.ask("the service cannot say who may do what", *asked).output)
