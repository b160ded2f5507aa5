"""The OpenAPI document that is committed is the one that is served, and no route is left out of it.

Clients are built from what is committed, and everything that is tried by the document is not tried on a route that it
leaves out. Red: a route, field or status that one of the two does not have; a route hidden from the document.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from backwright.openapi_yaml import as_yaml
from ruamel.yaml import YAML

from backwright_workbench.errors import UserError
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.openapi.documents import differences
from backwright_workbench.verify.outcome import Fault, Outcome, judged
from backwright_workbench.verify.subject import Subject
from backwright_workbench.workspace.processes import run as run_process

DOCUMENT = "docs/api.yaml"
INVENTORY = "backwright_workbench.verify.openapi.inventory"

BY_SETTINGS = ("RateLimit", "RateLimit-Policy")
"""Headers whose examples tell the limits that are set, which differ from place to place."""

MOST = 25
"""Differences that are told one by one."""

CHECK = Check(
    title="The committed OpenAPI document is the one that is served, and leaves no route out",
    needs=frozenset({Need.SERVICE, Need.CONTRACT}),
    proves=("OWASP API9:2023",),
)


def run(subject: Subject) -> Outcome:
    """Compares what is committed, what the code says with its own settings, and what is served on the stand."""
    place = subject.files() / DOCUMENT
    accept = f"python -m {subject.running().package} openapi --output {DOCUMENT}"
    made, left_out = inventory(subject)
    faults = list(hidden(left_out))
    if not place.is_file():
        faults.append(Fault("no OpenAPI document is committed", DOCUMENT, next_step=accept))
    else:
        committed = place.read_text(encoding="utf-8")
        subject.record.keep("document.yaml", as_yaml(made), command=accept)
        faults += drift(committed, made, accept)
    served = json.loads(json.dumps(subject.stands.shared().document))
    subject.record.keep("served.json", json.dumps(served, indent=1), command="GET /openapi.json")
    faults += different(made, served)
    return judged(f"{len(served.get('paths', {}))} paths compared, {len(left_out)} routes left out", faults)


def inventory(subject: Subject) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The document as the code makes it with default settings, and the service's routes that are not in it."""
    service = subject.running()
    command = [sys.executable, "-m", INVENTORY, service.package]
    done = run_process(command, cwd=service.directory, env=service.environment, timeout=60)
    try:
        told = json.loads(done.output[-1] if done.ok and done.output else "")
    except ValueError:
        raise UserError(
            "the service does not tell its OpenAPI document",
            where=DOCUMENT,
            why=done.tail(),
            next_step=f"put that right, or run there: python -m {service.package} openapi",
        ) from None
    return told["document"], told["left_out"]


def hidden(left_out: list[dict[str, Any]]) -> Iterator[Fault]:
    """Each route that answers and is in no document."""
    for each in left_out:
        route = f"{','.join(each['methods']) or 'mounted at'} {each['path']}"
        yield Fault(
            f"{route} is served and not in the document",
            each["place"] or route,
            why="what is in no document is not known to clients, and is not tried by fuzzing, access or attack checks",
            next_step="take away include_in_schema=False, or the route",
        )


def drift(committed: str, made: dict[str, Any], accept: str) -> Iterator[Fault]:
    """Each place in which the committed document is not what the code says. `accept` writes it anew."""
    if committed == as_yaml(made):
        return
    try:
        document = json.loads(json.dumps(YAML(typ="safe", pure=True).load(committed), default=str))
    # backwright: ignore[broad-except] the library has no one class for what it cannot read; what it says is told
    except Exception as error:  # the library has no one class for what it cannot read
        yield Fault("the committed document is not YAML", DOCUMENT, str(error)[:300], accept)
        return
    found = [
        Fault(
            said(committed_, made_, "committed", "served"),
            f"{DOCUMENT} {where}",
            why="clients that are made from the document meet something else",
            next_step=f"if the change is meant, accept it: {accept}; else put the code right",
        )
        for where, committed_, made_ in differences(document, made)
    ]
    yield from found[:MOST]
    if len(found) > MOST:
        yield Fault(f"and {len(found) - MOST} differences more", DOCUMENT, next_step=f"accept them: {accept}")


def different(made: dict[str, Any], served: dict[str, Any]) -> Iterator[Fault]:
    """Each place in which a running service serves another document than its code makes."""
    for where, in_code, on_stand in list(differences(plain(made), plain(served)))[:MOST]:
        yield Fault(
            said(in_code, on_stand, "in the code", "served on the stand"),
            f"GET /openapi.json {where}",
            why="the document changes while the service runs, so no committed one can be right",
            next_step="declare routes in create_app, and nothing about them by settings or at run time",
        )


def plain(document: dict[str, Any]) -> dict[str, Any]:
    """A document without what settings decide: its own address, wherever it stands, and limits."""
    address = next((each["url"] for each in document.get("servers", ()) if each.get("url")), None)
    if address is not None:
        document = json.loads(json.dumps(document).replace(address, ""))
    headers = document.get("components", {}).get("headers", {})
    for name in BY_SETTINGS:
        headers.get(name, {}).pop("example", None)
    return document


def said(left: str, right: str, here: str, there: str) -> str:
    """A difference in words."""
    if not right:
        return f"is {here} but not {there}"
    return f"is {left} {here} and {right} {there}" if left else f"is {there} but not {here}"
