"""The OpenAPI document is valid: by the standard's own schema, in its references and names, and in its examples.

Red: a reference that leads nowhere, an operation id that is used twice, a path parameter that is not declared, an
example that does not fit its schema.
"""

import json

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.openapi.documents import LITERAL, Document, operations, walk
from backwright_workbench.verify.openapi.validity import wrong
from backwright_workbench.verify.outcome import Fault, Figure, Outcome, judged
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="The OpenAPI document is valid, and so are its examples",
    needs=frozenset({Need.CONTRACT}),
    proves=("OpenAPI 3.1",),
)

MOST = 50
"""Faults that are told one by one; all are in what is kept."""


def run(subject: Subject) -> Outcome:
    """Holds the document that is served against the standard."""
    document = json.loads(json.dumps(subject.stands.shared().document))
    if not document.get("paths"):
        return judged("no document", [Fault("the OpenAPI document is empty", "GET /openapi.json")])
    found = wrong(document)
    counted = count(document)
    subject.record.keep(
        "validation.txt",
        "\n".join(
            (
                *(f"{name}: {number}" for name, number in counted.items()),
                *(f"{at}: {what}" for at, what in found),
            )
        )
        + "\n",
        command="GET /openapi.json",
    )
    faults = [
        Fault(
            what,
            at,
            why="tools and generated clients read the document by the standard",
            next_step="put right the declaration that this part of the document is made from",
        )
        for at, what in found[:MOST]
    ]
    said = ", ".join(f"{number} {name}" for name, number in counted.items())
    return judged(
        f"OpenAPI {document.get('openapi', '?')}: {said}",
        faults,
        figures=(Figure("places that are not valid", len(found), "", 0),) if found else (),
        data={"counted": counted},
    )


def count(document: Document) -> dict[str, int]:
    """What was looked at."""
    parts = [part for _, part in walk(document) if isinstance(part, dict)]
    return {
        "operations": len(list(operations(document))),
        "references": sum("$ref" in part for part in parts),
        "examples": sum(name in part for part in parts for name in LITERAL[:2]),
    }
