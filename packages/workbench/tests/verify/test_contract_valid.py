"""contract/valid: what is not valid by the standard is found, at its place."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from backwright_workbench.verify.openapi.schemas import Schemas, modern
from backwright_workbench.verify.openapi.validity import wrong
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, passed

UUID = {"type": "string", "format": "uuid", "example": "01935b2e-7c00-7000-8000-000000000001"}


def document() -> dict[str, Any]:
    """A small document that is valid."""
    shown = {
        "description": "A book.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Book"}}},
    }
    named = {"name": "id", "in": "path", "required": True, "schema": UUID}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Books", "version": "1"},
        "paths": {
            "/books/{id}": {
                "get": {"operationId": "get_book", "parameters": [named], "responses": {"200": shown}},
                "delete": {
                    "operationId": "delete_book",
                    "parameters": [named],
                    "responses": {"204": {"description": "Gone."}},
                },
            }
        },
        "components": {
            "schemas": {
                "Book": {
                    "type": "object",
                    "required": ["title"],
                    "properties": {
                        "title": {"type": "string", "maxLength": 20},
                        "pages": {"type": "integer"},
                    },
                    "examples": [{"title": "Emma", "pages": 474}],
                }
            },
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


IN_PATH = {"name": "id", "in": "path", "required": True, "schema": UUID}
OTHER = {
    "get": {
        "operationId": "other",
        "parameters": [{**IN_PATH, "name": "key"}],
        "responses": {"200": {"description": "A book."}},
    }
}
GET = ("paths", "/books/{id}", "get")
BOOK = ("components", "schemas", "Book")
AT_BOOK = "#/components/schemas/Book"
AT_GET = "#/paths/~1books~1{id}/get"

FAULTS: dict[str, tuple[tuple[str, ...], Any, str, str]] = {
    "another version": (("openapi",), "2.0", "#/openapi", "OpenAPI 3.0 and 3.1"),
    "something missing": (("info",), {"title": "Books"}, "#/info", '"version" is a required property'),
    "a reference to nothing": (
        (*BOOK, "properties", "author"),
        {"$ref": "#/components/schemas/Author"},
        f"{AT_BOOK}/properties/author/$ref",
        "is not in the document",
    ),
    "a reference to a file": (
        (*BOOK, "properties", "author"),
        {"$ref": "author.yaml"},
        f"{AT_BOOK}/properties/author/$ref",
        "outside the document",
    ),
    "an operation id twice": (
        (*GET, "operationId"),
        "delete_book",
        f"{AT_GET}/operationId",
        "is the id of 2 operations",
    ),
    "a path parameter that is not declared": (
        (*GET, "parameters"),
        [],
        AT_GET,
        "{id} in the path is not declared",
    ),
    "a path parameter that is not in the path": (
        (*GET, "parameters"),
        [IN_PATH, {**IN_PATH, "name": "shelf"}],
        AT_GET,
        "shelf is not in the path",
    ),
    "an example with a wrong type": (
        (*BOOK, "examples"),
        [{"title": "Emma", "pages": "many"}],
        f"{AT_BOOK}/examples/0",
        "'many' is not of type 'integer'",
    ),
    "an example that is too long": (
        (*BOOK, "properties", "title", "example"),
        "x" * 21,
        f"{AT_BOOK}/properties/title/example",
        "is too long",
    ),
    "an example without what is required": (
        (*BOOK, "examples"),
        [{"pages": 1}],
        f"{AT_BOOK}/examples/0",
        "'title' is a required property",
    ),
    "an example of another format": (
        (*GET, "parameters"),
        [{**IN_PATH, "schema": {**UUID, "example": "17"}}],
        f"{AT_GET}/parameters/0/schema/example",
        "is not a 'uuid'",
    ),
    "a default that does not fit": (
        (*BOOK, "properties", "pages", "default"),
        "none",
        f"{AT_BOOK}/properties/pages/default",
        "is not of type 'integer'",
    ),
    "an example of a body": (
        (*GET, "responses", "200", "content", "application/json", "example"),
        {"title": 7},
        f"{AT_GET}/responses/200/content/application~1json/example",
        "7 is not of type 'string'",
    ),
    "security that is not declared": (
        (*GET, "security"),
        [{"cookie": []}],
        f"{AT_GET}/security/0",
        "cookie is not among the security schemes",
    ),
    "two paths that are the same": (
        ("paths", "/books/{key}"),
        OTHER,
        "#/paths/~1books~1{key}",
        "differs only in the names",
    ),
    "a link to nowhere": (
        (*GET, "responses", "200", "links"),
        {"Next": {"operationId": "next_book"}},
        f"{AT_GET}/responses/200/links/Next",
        "which no operation is called",
    ),
}


def test_a_valid_document_has_no_faults() -> None:
    """Nothing is found where nothing is wrong, in 3.1 and in 3.0."""
    assert wrong(document()) == []
    old = document()
    old["openapi"] = "3.0.3"
    old["components"]["schemas"]["Book"].pop("examples")
    old["components"]["schemas"]["Book"]["properties"]["pages"] = {
        "type": "integer",
        "nullable": True,
        "example": None,
    }
    assert wrong(old) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_at_its_place(fault: str) -> None:
    """One thing is made wrong in the document."""
    path, value, place, says = FAULTS[fault]
    broken: Any = copy.deepcopy(document())
    within = broken
    for part in path[:-1]:
        within = within.setdefault(part, {})
    within[path[-1]] = value
    found = dict(wrong(json.loads(json.dumps(broken))))
    assert says in found.get(place, ""), found


def test_a_field_that_no_schema_names_is_undeclared() -> None:
    """At any depth, in lists, and through references; not where a schema says that there may be others."""
    schemas = Schemas(
        {
            "components": {
                "schemas": {
                    "Page": {
                        "properties": {
                            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}
                        }
                    },
                    "Row": {
                        "allOf": [{"properties": {"id": {}}}, {"properties": {"extra": {"type": "object"}}}],
                        "properties": {"maybe": {"anyOf": [{"properties": {"a": {}}}, {"type": "null"}]}},
                    },
                    "Open": {"properties": {"id": {}}, "additionalProperties": True},
                }
            }
        }
    )
    page = {
        "items": [{"id": 1, "extra": {"anything": 1}, "maybe": {"a": 1, "b": 2}}, {"id": 2, "secret": 3}],
        "next": None,
    }
    found = schemas.undeclared({"$ref": "#/components/schemas/Page"}, page)
    assert sorted(found) == ["/items/0/maybe/b", "/items/1/secret", "/next"]
    assert not list(schemas.undeclared({"$ref": "#/components/schemas/Open"}, {"id": 1, "more": 2}))


def test_what_openapi_3_0_writes_in_its_own_way_is_understood() -> None:
    """`nullable` and exclusive limits that are true or false."""
    assert modern({"type": "string", "nullable": True, "enum": ["a"]}) == {
        "type": ["string", "null"],
        "nullable": True,
        "enum": ["a", None],
    }
    assert modern({"type": "integer", "minimum": 0, "exclusiveMinimum": True}) == {
        "type": "integer",
        "exclusiveMinimum": 0,
    }


@pytest.mark.slow
def test_the_document_of_a_good_service_is_valid(good: Opened, tmp_path: Path) -> None:
    """With all of its references and examples."""
    evidence = checked(good, "contract/valid", tmp_path)
    assert passed(evidence)
    assert evidence.data["counted"]["examples"] > 50
