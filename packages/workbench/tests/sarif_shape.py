"""The part of the SARIF 2.1.0 schema that our reports use, strictly: names, types and limits are the standard's.

The whole schema is published at https://docs.oasis-open.org/sarif/sarif/v2.1.0/; here a key that we do not write is an
error, so that a wrong name is noticed.
"""

from typing import Any


def of(required: str = "", **properties: Any) -> dict[str, Any]:
    """An object with these keys and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def many(items: dict[str, Any], least: int = 0) -> dict[str, Any]:
    """A list."""
    return {"type": "array", "items": items, "minItems": least}


TEXT: dict[str, Any] = {"type": "string"}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 1}
INDEX: dict[str, Any] = {"type": "integer", "minimum": -1}
LEVEL: dict[str, Any] = {"enum": ["none", "note", "warning", "error"]}
BAG: dict[str, Any] = {
    "type": "object",
    "properties": {"tags": {"type": "array", "items": TEXT, "uniqueItems": True}},
}
MESSAGE = of("text", text=TEXT, markdown=TEXT)
ADDRESS = {"type": "string", "pattern": r"^[A-Za-z0-9\-._~/%!$&'()*+,;=:@]+$"}
FILE = of(uri=ADDRESS, uriBaseId=TEXT, description=MESSAGE)
REGION = of("startLine", startLine=COUNT, startColumn=COUNT, endLine=COUNT, endColumn=COUNT)
LOCATION = of(
    id={"type": "integer", "minimum": -1},
    message=MESSAGE,
    physicalLocation=of("artifactLocation", artifactLocation=FILE, region=REGION),
)
RULE = of(
    "id",
    id=TEXT,
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=of(level=LEVEL),
    properties=BAG,
)
RESULT = of(
    "ruleId message locations partialFingerprints",
    ruleId=TEXT,
    ruleIndex=INDEX,
    level=LEVEL,
    message=MESSAGE,
    locations=many(LOCATION, 1),
    relatedLocations=many(LOCATION),
    codeFlows=many(
        of("threadFlows", threadFlows=many(of("locations", locations=many(of(location=LOCATION), 1)), 1))
    ),
    partialFingerprints={"type": "object", "additionalProperties": TEXT, "minProperties": 1},
    suppressions=many(of("kind", kind={"enum": ["inSource", "external"]}, justification=TEXT)),
    baselineState={"enum": ["new", "unchanged", "updated", "absent"]},
    properties=BAG,
)
NOTIFICATION = of("message", level=LEVEL, message=MESSAGE, locations=many(LOCATION))
INVOCATION = of(
    "executionSuccessful",
    executionSuccessful={"type": "boolean"},
    commandLine=TEXT,
    toolExecutionNotifications=many(NOTIFICATION),
)
RUN = of(
    "tool",
    tool=of("driver", driver=of("name", name=TEXT, semanticVersion=TEXT, rules=many(RULE))),
    invocations=many(INVOCATION),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    originalUriBaseIds={"type": "object", "additionalProperties": FILE},
    results=many(RESULT),
)
SARIF = of("version runs", **{"$schema": TEXT}, version={"const": "2.1.0"}, runs=many(RUN, 1))
