"""A verification as SARIF 2.1.0, which code hosts show beside the lines that it is about.

What lives here: that form. What must not: judging.
"""

import hashlib
import json
import re
from typing import Any
from urllib.parse import quote

from backwright_workbench import __version__
from backwright_workbench.reports.verification.closing import next_of
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.outcome import Fault, Status
from backwright_workbench.verify.verdict import Verification

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FILE = re.compile(r"(?P<path>(?!/)(?:[\w.@+-]+/)*[\w@+-]*\.?[\w.@+-]+)(?::(?P<line>[1-9]\d*))?(?:\s.*)?")
"""`src/shop/orders/resource.py:31`, `docs/api.yaml at …`; not `GET /orders`."""


def sarif(verification: Verification) -> str:
    """The document: a rule for each check, a result for each fault; what was not run is told as such."""
    rules = sorted(verification.evidence, key=lambda each: each.check)
    places = {each.check: number for number, each in enumerate(rules)}
    failed = verification.of(Status.FAILED)
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "backwright verify",
                "semanticVersion": __version__,
                "rules": [_rule(each) for each in rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "commandLine": verification.command,
                "toolExecutionNotifications": [
                    _not_run(each, places) for each in verification.of(Status.NOT_RUN)
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The directory of the service"}}},
        "results": [_result(each, fault, places) for each in failed for fault in each.faults],
        "properties": {"verdict": verification.verdict, "profile": verification.profile},
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _rule(evidence: Evidence) -> dict[str, Any]:
    return {
        "id": evidence.check,
        "shortDescription": {"text": evidence.title},
        "defaultConfiguration": {"level": "error" if evidence.required else "warning"},
        "properties": {"tags": [evidence.family, *evidence.proves]},
    }


def _result(evidence: Evidence, fault: Fault, places: dict[str, int]) -> dict[str, Any]:
    said = [fault.what, fault.why and f"Why: {fault.why}", fault.next_step and f"Next: {fault.next_step}"]
    result = {
        "ruleId": evidence.check,
        "ruleIndex": places[evidence.check],
        "level": "error" if evidence.required else "warning",
        "message": {"text": ". ".join(each.rstrip(".") for each in said if each) or evidence.summary},
        "partialFingerprints": {"backwright/v1": _fingerprint(evidence, fault)},
    }
    return {**result, "locations": [_location(fault.place)]} if fault.place else result


def _location(place: str) -> dict[str, Any]:
    """The file and line if it is one, else its name: an operation, a column."""
    found = FILE.fullmatch(place)
    if found is None or not ("/" in found["path"] or found["line"] or place.endswith(SUFFIXES)):
        return {"logicalLocations": [{"fullyQualifiedName": place}]}
    file: dict[str, Any] = {
        "artifactLocation": {"uri": quote(found["path"]), "uriBaseId": "SRCROOT"},
    }
    if found["line"]:
        file["region"] = {"startLine": int(found["line"])}
    return {"physicalLocation": file}


SUFFIXES = (".py", ".yaml", ".yml", ".toml", ".md", ".json", ".ini", ".txt", ".sql", "Dockerfile")


def _fingerprint(evidence: Evidence, fault: Fault) -> str:
    """The same for the same fault when lines and numbers move."""
    steady = re.sub(r"\d+", "0", f"{evidence.check}\0{fault.place}\0{fault.what}")
    return hashlib.sha256(steady.encode("utf-8", "replace")).hexdigest()[:32]


def _not_run(evidence: Evidence, places: dict[str, int]) -> dict[str, Any]:
    step = next_of(evidence)
    said = f"{evidence.check} was not run: {evidence.summary}." + (f" Next: {step}" if step else "")
    return {
        "level": "warning" if evidence.required else "note",
        "message": {"text": said},
        "associatedRule": {"id": evidence.check, "index": places[evidence.check]},
    }
