"""The OpenAPI document that is committed is the one that is served.

Clients are built from what is committed. Red: a route, field or status that one of the two does not have.
"""

import json
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.outcome import Fault, Outcome, judged
from backwright_workbench.verify.subject import Subject

DOCUMENT = "docs/api.yaml"

CHECK = Check(
    title="The committed OpenAPI document is the one that is served",
    needs=frozenset({Need.SERVICE, Need.CONTRACT}),
    proves=("OWASP API9:2023",),
)


def run(subject: Subject) -> Outcome:
    """Compares every value of both documents."""
    place = subject.files() / DOCUMENT
    if not place.is_file():
        return judged("no document is committed", [Fault("the document is not there", DOCUMENT)])
    served = json.loads(json.dumps(subject.stands.shared().document))
    subject.record.keep("served.json", json.dumps(served, indent=1), command="GET /openapi.json")
    with place.open(encoding="utf-8") as file:
        committed = json.loads(json.dumps(YAML(typ="safe", pure=True).load(file)))
    for document in (served, committed):
        document.pop("servers", None)  # each environment has its own
    faults = [
        Fault(
            what,
            f"{DOCUMENT} at {where}",
            why="clients that are made from the document meet something else",
            next_step=f"python -m {subject.running().package} openapi --output {DOCUMENT}",
        )
        for where, what in differences(committed, served)
    ]
    return judged(f"{len(served.get('paths', {}))} paths compared", faults)


def differences(committed: Any, served: Any, at: str = "#") -> Iterator[tuple[str, str]]:
    """Each place in which they differ, as a JSON pointer, and how."""
    if isinstance(committed, dict) and isinstance(served, dict):
        for key in sorted({*committed, *served}, key=str):
            below = f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}"
            if key not in served:
                yield below, "is committed but not served"
            elif key not in committed:
                yield below, "is served but not committed"
            else:
                yield from differences(committed[key], served[key], below)
    elif committed != served:
        yield at, f"is committed as {committed!r:.80} and served as {served!r:.80}"
