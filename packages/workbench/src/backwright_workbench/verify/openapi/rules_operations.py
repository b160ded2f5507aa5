"""What `spectral:oas` asks: a document that people find their way in.

What lives here: one small function for each rule. What must not: rules about schemas or security.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from backwright_workbench.verify.openapi.documents import (
    Document,
    operations,
    paths,
    pointer,
    responses,
    walk,
)
from backwright_workbench.verify.openapi.rule import Found, Rule

READERS = "people and tools find operations by it"
IN_URL = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]*")
PARTS = ("schemas", "responses", "parameters", "examples", "requestBodies", "headers", "links", "callbacks")


def says(name: str) -> Callable[[Document], Found]:
    """Each operation says something."""

    def find(document: Document) -> Found:
        for each in operations(document):
            if not each.described.get(name):
                yield each.pointer, f"{each} has no {name}"

    return find


def has_success(document: Document) -> Found:
    """Each operation can succeed."""
    for each in operations(document):
        if not any(status[0] in "23" or status == "default" for status, _ in responses(document, each)):
            yield each.pointer, f"{each} declares no success"


def parameters_once(document: Document) -> Found:
    """A parameter is declared once."""
    for each in operations(document):
        given = each.described.get("parameters") or ()
        told = Counter(
            (one.get("name"), one.get("in")) for one in given if isinstance(one, Mapping) and "name" in one
        )
        for (name, where), number in told.items():
            if number > 1:
                yield each.pointer, f"the {where} parameter {name} is declared {number} times"


def id_in_url(document: Document) -> Found:
    """Operation ids stand in addresses of documentation."""
    for each in operations(document):
        name = str(each.described.get("operationId", ""))
        if not IN_URL.fullmatch(name):
            yield f"{each.pointer}/operationId", f"{name} cannot stand in an address"


def tags_declared(document: Document) -> Found:
    """Tags of operations are explained."""
    declared = {each.get("name") for each in document.get("tags") or ()}
    for each in operations(document):
        for tag in each.described.get("tags") or ():
            if tag not in declared:
                yield f"{each.pointer}/tags", f"the tag {tag} is not explained in the document's tags"


def tags_once(document: Document) -> Found:
    """A tag is explained once."""
    told = Counter(each.get("name") for each in document.get("tags") or ())
    for name, number in told.items():
        if number > 1:
            yield "#/tags", f"the tag {name} is explained {number} times"


def info(name: str) -> Callable[[Document], Found]:
    """The document says something about the whole."""

    def find(document: Document) -> Found:
        if not (document.get("info") or {}).get(name):
            yield "#/info", f"the document has no {name}"

    return find


def no_path(matches: Callable[[str], bool], says_: str) -> Callable[[Document], Found]:
    """No path is written in a way in which no request comes."""

    def find(document: Document) -> Found:
        for path, _ in paths(document):
            if matches(path):
                yield pointer("paths", path), f"the path {path} {says_}"

    return find


def safe_texts(document: Document) -> Found:
    """Descriptions are shown as Markdown: no scripts."""
    for at, part in walk(document):
        for name in ("description", "title"):
            text = part.get(name) if isinstance(part, Mapping) else None
            if isinstance(text, str) and ("<script" in text or "eval(" in text):
                yield f"{at}/{name}", "a description holds a script"


def servers(document: Document) -> Found:
    """The document says where the service is."""
    if not document.get("servers"):
        yield "#", "the document has no servers"


def server_slash(document: Document) -> Found:
    """Paths begin with a slash, so servers end without."""
    for number, each in enumerate(document.get("servers") or ()):
        url = str(each.get("url", ""))
        if len(url) > 1 and url.endswith("/"):
            yield f"#/servers/{number}/url", f"the server {url} ends with a slash"


def server_variables(document: Document) -> Found:
    """What is in braces in a server's address is declared with a default."""
    for number, each in enumerate(document.get("servers") or ()):
        inside = set(re.findall(r"\{([^{}]+)\}", str(each.get("url", ""))))
        declared: Mapping[str, Any] = each.get("variables") or {}
        for name in sorted(inside - declared.keys()):
            yield f"#/servers/{number}/variables", f"the variable {name} is not declared"
        for name in sorted(declared.keys() - inside):
            yield f"#/servers/{number}/variables", f"the variable {name} is not in the address"
        for name in sorted(declared):
            if "default" not in declared[name]:
                yield (
                    f"#/servers/{number}/variables{pointer(name)[1:]}",
                    f"the variable {name} has no default",
                )


def examples_have_values(document: Document) -> Found:
    """A named example has a value or an address, not both."""
    for at, part in walk(document):
        named = part.get("examples") if isinstance(part, Mapping) and "schema" in part else None
        for name, each in named.items() if isinstance(named, Mapping) else ():
            if (
                isinstance(each, Mapping)
                and "$ref" not in each
                and ("value" in each) == ("externalValue" in each)
            ):
                yield (
                    f"{at}/examples{pointer(name)[1:]}",
                    f"the example {name} needs a value or an externalValue",
                )


def unused_components(document: Document) -> Found:
    """What is declared for use is used."""
    used = {
        part["$ref"]
        for _, part in walk(document)
        if isinstance(part, Mapping) and isinstance(part.get("$ref"), str)
    }
    for kind in PARTS:
        for name in (document.get("components") or {}).get(kind) or {}:
            at = pointer("components", kind, name)
            if not any(each == at or each.startswith(f"{at}/") for each in used):
                yield at, f"{name} is used nowhere"


def reference_alone(document: Document) -> Found:
    """In OpenAPI 3.0 what stands beside a reference is ignored."""
    for at, part in walk(document):
        if isinstance(part, Mapping) and isinstance(part.get("$ref"), str) and len(part) > 1:
            yield at, "what stands beside $ref is ignored"


TABLE = (
    Rule("operation-summary", says("summary"), why=READERS),
    Rule("operation-description", says("description"), why=READERS),
    Rule("operation-tags", says("tags"), why=READERS),
    Rule("operation-operationId", says("operationId"), why="generated clients call their functions by it"),
    Rule("operation-operationId-valid-in-url", id_in_url),
    Rule("operation-success-response", has_success),
    Rule("operation-parameters", parameters_once),
    Rule("operation-tag-defined", tags_declared),
    Rule("openapi-tags-uniqueness", tags_once, is_error=True),
    Rule("info-contact", info("contact")),
    Rule("info-description", info("description")),
    Rule(
        "path-declarations-must-exist", no_path(lambda path: "{}" in path, "has a parameter without a name")
    ),
    Rule(
        "path-keys-no-trailing-slash",
        no_path(lambda path: len(path) > 1 and path.endswith("/"), "ends with a slash"),
    ),
    Rule("path-not-include-query", no_path(lambda path: "?" in path, "has a query")),
    Rule("no-script-tags-in-markdown", safe_texts, why="documentation pages would run it"),
    Rule("oas3-api-servers", servers),
    Rule("oas3-server-trailing-slash", server_slash),
    Rule("oas3-server-variables", server_variables, is_error=True),
    Rule("oas3-examples-value-or-externalValue", examples_have_values),
    Rule("oas3-unused-component", unused_components),
    Rule("no-$ref-siblings", reference_alone, is_error=True, only_in="3.0"),
)
