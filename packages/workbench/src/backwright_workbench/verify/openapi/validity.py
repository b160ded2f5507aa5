"""Is it a valid OpenAPI document? What the standard asks beyond its own schema, too.

What lives here: one function for each thing that is asked; each yields places and what is wrong there. What must not:
what is only good style (`rules`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from backwright_workbench.verify.openapi.documents import (
    Document,
    operations,
    paths,
    pointer,
    resolved,
    walk,
)
from backwright_workbench.verify.openapi.schemas import Schemas

Wrong = Iterator[tuple[str, str]]
"""(JSON pointer, what is wrong there)."""

NAMED = re.compile(r"\{([^{}]*)\}")
SCHEMA_HOLDERS = ("/schema", "/items", "/additionalProperties", "/unevaluatedProperties", "/not")
SCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
SCHEMA_MAPS = ("schemas", "properties", "patternProperties", "$defs")


def wrong(document: Document) -> list[tuple[str, str]]:
    """Everything that makes a document invalid."""
    found = list(by_its_schema(document))
    for each in (references, names, templates, requirements, examples):
        found += each(document)
    return list(dict.fromkeys(found))


def by_its_schema(document: Document) -> Wrong:
    """What the schema of the OpenAPI Initiative asks."""
    version = str(document.get("openapi", ""))
    validators = {"3.0": OpenAPIV30SpecValidator, "3.1": OpenAPIV31SpecValidator}
    validator = validators.get(".".join(version.split(".")[:2]))
    if validator is None:
        yield "#/openapi", f"is {version!r}; OpenAPI 3.0 and 3.1 are what tools read"
        return
    try:
        for error in validator(dict(document)).iter_errors():
            yield pointer(*error.absolute_path), str(error.message).partition("\n")[0][:300]
    # backwright: ignore[broad-except] references that lead nowhere end it in several ways, and are told by `references`
    except Exception as error:
        if not list(references(document)):
            yield "#", f"cannot be read as OpenAPI: {error}"[:300]


def references(document: Document) -> Wrong:
    """Each reference leads somewhere within the document; one to another file cannot be followed by clients."""
    for at, part in walk(document):
        reference = part.get("$ref") if isinstance(part, Mapping) else None
        if not isinstance(reference, str):
            continue
        if not reference.startswith("#"):
            yield f"{at}/$ref", f"{reference} is outside the document that is served"
            continue
        try:
            resolved(document, reference)
        except LookupError:
            yield f"{at}/$ref", f"{reference} is not in the document"


def names(document: Document) -> Wrong:
    """Operation ids are unique, and links lead to operations that are there."""
    found = list(operations(document))
    told = Counter(each.described.get("operationId") for each in found)
    for each in found:
        name = each.described.get("operationId")
        if name is not None and told[name] > 1:
            yield f"{each.pointer}/operationId", f"{name} is the id of {told[name]} operations"
    for at, part in walk(document):
        if at.endswith("/links") and isinstance(part, Mapping):
            for name, link in part.items():
                target = link.get("operationId") if isinstance(link, Mapping) else None
                if target is not None and target not in told:
                    yield f"{at}{pointer(name)[1:]}", f"links to {target}, which no operation is called"


def templates(document: Document) -> Wrong:
    """What is in braces in a path is declared, and the other way round; no two paths are the same but for names."""
    for each in operations(document):
        inside = NAMED.findall(each.path)
        declared = {one.get("name"): one for one in each.parameters if one.get("in") == "path"}
        for name in inside:
            if name not in declared:
                yield each.pointer, f"{{{name}}} in the path is not declared as a parameter"
            elif declared[name].get("required") is not True:
                yield each.pointer, f"the path parameter {name} is not declared as required"
            if inside.count(name) > 1:
                yield each.pointer, f"{{{name}}} is in the path more than once"
        for name in declared.keys() - set(inside):
            yield each.pointer, f"the path parameter {name} is not in the path"
    forms = Counter(NAMED.sub("{}", path) for path, _ in paths(document))
    for path, _ in paths(document):
        if forms[NAMED.sub("{}", path)] > 1:
            yield pointer("paths", path), "another path differs only in the names of its parameters"


def requirements(document: Document) -> Wrong:
    """What `security` asks for is declared."""
    declared = (document.get("components") or {}).get("securitySchemes") or {}
    places = [("#/security", document.get("security") or ())]
    places += [
        (f"{each.pointer}/security", each.described.get("security") or ()) for each in operations(document)
    ]
    for at, asked in places:
        for number, each in enumerate(asked):
            for name in each.keys() - declared.keys():
                yield f"{at}/{number}", f"{name} is not among the security schemes"


def examples(document: Document) -> Wrong:
    """Each example, and each default, is valid for what it is an example of."""
    schemas = Schemas(document)
    for at, part in walk(document):
        if not isinstance(part, Mapping):
            continue
        for place, schema, value in (*_beside(at, part), *_inside(at, part)):
            for within, what in schemas.faults(schema, value)[:3]:
                yield place, f"the example is not valid{' at ' + within if within else ''}: {what}"


def _beside(at: str, part: Document) -> Iterator[tuple[str, str, Any]]:
    """Examples of a parameter, a header or a body, beside its schema."""
    if isinstance(part.get("schema"), Mapping):
        if "example" in part:
            yield f"{at}/example", f"{at}/schema", part["example"]
        told = part.get("examples")
        for name, each in told.items() if isinstance(told, Mapping) else ():
            if isinstance(each, Mapping) and "value" in each:
                yield f"{at}/examples{pointer(name)[1:]}", f"{at}/schema", each["value"]


def _inside(at: str, part: Document) -> Iterator[tuple[str, str, Any]]:
    """Examples within a schema."""
    if not is_schema(at):
        return
    for name in ("example", "default"):
        if name in part:
            yield f"{at}/{name}", at, part[name]
    told = part.get("examples")
    for number, each in enumerate(told if isinstance(told, list) else ()):
        yield f"{at}/examples/{number}", at, each


def is_schema(at: str) -> bool:
    """Whether a schema stands at this place. (A property may be called `items` or `schema`.)"""
    above, _, last = at.rpartition("/")
    holder = above.rpartition("/")[2]
    if holder in SCHEMA_MAPS:
        return holder != "properties" or is_schema(above.rpartition("/")[0]) or "/" not in above
    if last.isdigit():
        return holder in SCHEMA_LISTS
    return at.endswith(SCHEMA_HOLDERS)
