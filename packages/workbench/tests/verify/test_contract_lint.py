"""contract/lint: each rule finds what breaks it, at its place, and nothing in a careful document."""

import copy
from pathlib import Path
from typing import Any

import pytest
from backwright_workbench.verify.checks.contract.lint import faults, notes
from backwright_workbench.verify.openapi.rules import TABLE, findings
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, passed

HEADERS = {
    name: {"schema": {"type": "string", "maxLength": 99, "pattern": "^.*$"}}
    for name in ("RateLimit", "Retry-After", "Access-Control-Allow-Origin")
}
ID = {"type": "string", "format": "uuid", "maxLength": 36}


def answer(description: str = "x") -> dict[str, Any]:
    """A response that is declared as it should be."""
    schema = {"$ref": "#/components/schemas/Book"}
    return {
        "description": description,
        "headers": dict(HEADERS),
        "content": {"application/json": {"schema": schema}},
    }


def operation(name: str, success: str = "200") -> dict[str, Any]:
    """An operation that is declared as it should be."""
    return {
        "operationId": name,
        "summary": name,
        "description": f"{name}.",
        "tags": ["books"],
        "security": [{"bearer": []}],
        "parameters": [{"name": "book_id", "in": "path", "required": True, "schema": ID}],
        "responses": {status: answer() for status in (success, "400", "401", "403", "404", "429", "500")},
    }


def careful() -> dict[str, Any]:
    """A document that breaks no rule."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Books", "version": "1", "description": "Books.", "contact": {"name": "Ada"}},
        "servers": [{"url": "https://books.example.net", "description": "production", "x-internal": False}],
        "tags": [{"name": "books"}],
        "paths": {"/books/{book_id}": {"get": operation("get"), "patch": operation("change")}},
        "components": {
            "schemas": {
                "Book": {
                    "type": "object",
                    "properties": {
                        "title": {"type": "string", "maxLength": 9, "pattern": "^.*$"},
                        "pages": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 9},
                        "tags": {"type": "array", "maxItems": 9, "items": {"type": "boolean"}},
                        "kind": {"type": "string", "enum": ["paper", "film"]},
                    },
                }
            },
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "RFC8725.",
                }
            },
        },
    }


GET = ("paths", "/books/{book_id}", "get")
FIELDS = ("components", "schemas", "Book", "properties")
SCHEMES = ("components", "securitySchemes")
AT_GET = "#/paths/~1books~1{book_id}/get"
AT_BOOK = "#/components/schemas/Book"
QUERY = {"in": "query", "schema": ID}
WITHOUT = object()
OAUTH = {
    "type": "oauth2",
    "description": "RFC8725",
    "flows": {"clientCredentials": {"tokenUrl": "https://x"}},
}
PLAIN = {"url": "http://books.example.net", "x-internal": False}

BAD: dict[str, tuple[tuple[Any, ...], Any, str, str]] = {
    "no summary": ((*GET, "summary"), WITHOUT, "operation-summary", AT_GET),
    "no description": ((*GET, "description"), "", "operation-description", AT_GET),
    "no tags": ((*GET, "tags"), [], "operation-tags", AT_GET),
    "no operation id": ((*GET, "operationId"), WITHOUT, "operation-operationId", AT_GET),
    "an operation id with a space": (
        (*GET, "operationId"),
        "a b",
        "operation-operationId-valid-in-url",
        f"{AT_GET}/operationId",
    ),
    "no success": ((*GET, "responses", "200"), WITHOUT, "operation-success-response", AT_GET),
    "a parameter twice": ((*GET, "parameters"), [{"name": "q", **QUERY}] * 2, "operation-parameters", AT_GET),
    "a tag that is not explained": ((*GET, "tags"), ["films"], "operation-tag-defined", f"{AT_GET}/tags"),
    "a tag twice": (("tags",), [{"name": "books"}] * 2, "openapi-tags-uniqueness", "#/tags"),
    "no contact": (("info", "contact"), WITHOUT, "info-contact", "#/info"),
    "nothing about the whole": (("info", "description"), WITHOUT, "info-description", "#/info"),
    "a slash at the end": (("paths", "/books/"), {}, "path-keys-no-trailing-slash", "#/paths/~1books~1"),
    "a query in a path": (("paths", "/books?a"), {}, "path-not-include-query", "#/paths/~1books?a"),
    "a parameter without a name": (
        ("paths", "/books/{}"),
        {},
        "path-declarations-must-exist",
        "#/paths/~1books~1{}",
    ),
    "a script": (("info", "title"), "<script>", "no-script-tags-in-markdown", "#/info/title"),
    "no servers": (("servers",), [], "oas3-api-servers", "#"),
    "a server with a slash": (
        ("servers", 0, "url"),
        "https://x/",
        "oas3-server-trailing-slash",
        "#/servers/0/url",
    ),
    "a server with a variable": (
        ("servers", 0, "url"),
        "https://{x}",
        "oas3-server-variables",
        "#/servers/0/variables",
    ),
    "an example without a value": (
        (*GET, "responses", "200", "content", "application/json", "examples"),
        {"one": {}},
        "oas3-examples-value-or-externalValue",
        f"{AT_GET}/responses/200/content/application~1json/examples/one",
    ),
    "a schema that is not used": (
        ("components", "schemas", "Film"),
        {},
        "oas3-unused-component",
        "#/components/schemas/Film",
    ),
    "a text without a length": (
        (*FIELDS, "title", "maxLength"),
        WITHOUT,
        "owasp:api4:2023-string-limit",
        f"{AT_BOOK}/properties/title",
    ),
    "a text without a form": (
        (*FIELDS, "title", "pattern"),
        WITHOUT,
        "owasp:api4:2023-string-restricted",
        f"{AT_BOOK}/properties/title",
    ),
    "a text or nothing without a length": (
        (*FIELDS, "note"),
        {"type": ["string", "null"], "format": "x"},
        "owasp:api4:2023-string-limit",
        f"{AT_BOOK}/properties/note",
    ),
    "a list without a length": (
        (*FIELDS, "tags", "maxItems"),
        WITHOUT,
        "owasp:api4:2023-array-limit",
        f"{AT_BOOK}/properties/tags",
    ),
    "a list of anything": ((*FIELDS, "tags", "items"), WITHOUT, "array-items", f"{AT_BOOK}/properties/tags"),
    "a number without a largest": (
        (*FIELDS, "pages", "maximum"),
        WITHOUT,
        "owasp:api4:2023-integer-limit",
        f"{AT_BOOK}/properties/pages",
    ),
    "a number without a width": (
        (*FIELDS, "pages", "format"),
        WITHOUT,
        "owasp:api4:2023-integer-format",
        f"{AT_BOOK}/properties/pages",
    ),
    "any other field": (
        ("components", "schemas", "Book", "unevaluatedProperties"),
        True,
        "owasp:api3:2023-no-unevaluatedProperties",
        f"{AT_BOOK}/unevaluatedProperties",
    ),
    "any number of fields": (
        ("components", "schemas", "Book", "additionalProperties"),
        {"type": "boolean"},
        "owasp:api3:2023-constrained-additionalProperties",
        AT_BOOK,
    ),
    "any number of other fields": (
        ("components", "schemas", "Book", "unevaluatedProperties"),
        {"type": "boolean"},
        "owasp:api3:2023-constrained-unevaluatedProperties",
        AT_BOOK,
    ),
    "a choice twice": (
        (*FIELDS, "kind", "enum"),
        ["a", "a"],
        "duplicated-entry-in-enum",
        f"{AT_BOOK}/properties/kind/enum",
    ),
    "a choice of another type": (
        (*FIELDS, "kind", "enum"),
        ["a", 1],
        "typed-enum",
        f"{AT_BOOK}/properties/kind/enum",
    ),
    "an id that is counted": (
        (*GET, "parameters", 0, "schema"),
        {"type": "integer", "format": "int64", "minimum": 1, "maximum": 9},
        "owasp:api1:2023-no-numeric-ids",
        AT_GET,
    ),
    "HTTP basic": (
        (*SCHEMES, "basic"),
        {"type": "http", "scheme": "basic"},
        "owasp:api2:2023-no-http-basic",
        "#/components/securitySchemes/basic/scheme",
    ),
    "a weak scheme": (
        (*SCHEMES, "weak"),
        {"type": "http", "scheme": "negotiate"},
        "owasp:api2:2023-auth-insecure-schemes",
        "#/components/securitySchemes/weak/scheme",
    ),
    "a key in the address": (
        (*SCHEMES, "key"),
        {"type": "apiKey", "in": "query", "name": "k"},
        "owasp:api2:2023-no-api-keys-in-url",
        "#/components/securitySchemes/key",
    ),
    "a token in the address": (
        (*GET, "parameters", 1),
        {"name": "access_token", **QUERY},
        "owasp:api2:2023-no-credentials-in-url",
        AT_GET,
    ),
    "tokens that are not verified well": (
        (*SCHEMES, "bearer", "description"),
        "A token.",
        "owasp:api2:2023-jwt-best-practices",
        "#/components/securitySchemes/bearer/description",
    ),
    "tokens that live long": (
        (*SCHEMES, "oauth2"),
        OAUTH,
        "owasp:api2:2023-short-lived-access-tokens",
        "#/components/securitySchemes/oauth2/flows/clientCredentials",
    ),
    "a write that says nothing of callers": (
        ("paths", "/books/{book_id}", "patch", "security"),
        WITHOUT,
        "owasp:api2:2023-write-restricted",
        "#/paths/~1books~1{book_id}/patch",
    ),
    "a write that is open": (
        ("paths", "/books/{book_id}", "patch", "security"),
        [],
        "owasp:api2:2023-write-restricted",
        "#/paths/~1books~1{book_id}/patch/security",
    ),
    "a read that is open": ((*GET, "security"), [], "owasp:api2:2023-read-restricted", f"{AT_GET}/security"),
    "administrators as everybody": (
        ("paths", "/admin"),
        {"get": {"security": [{"bearer": []}]}},
        "owasp:api5:2023-admin-security-unique",
        "#/paths/~1admin/get",
    ),
    "an address to fetch": (
        (*GET, "parameters", 1),
        {"name": "image_url", **QUERY},
        "owasp:api7:2023-concerning-url-parameter",
        AT_GET,
    ),
    "wrong requests are not declared": (
        (*GET, "responses", "400"),
        WITHOUT,
        "owasp:api8:2023-define-error-validation",
        f"{AT_GET}/responses",
    ),
    "401 is not declared": (
        (*GET, "responses", "401"),
        WITHOUT,
        "owasp:api8:2023-define-error-responses-401",
        f"{AT_GET}/responses",
    ),
    "401 has no content": (
        (*GET, "responses", "401", "content"),
        WITHOUT,
        "owasp:api8:2023-define-error-responses-401",
        f"{AT_GET}/responses/401",
    ),
    "403 is not declared": (
        (*GET, "responses", "403"),
        WITHOUT,
        "define-error-responses-403",
        f"{AT_GET}/responses",
    ),
    "429 is not declared": (
        (*GET, "responses", "429"),
        WITHOUT,
        "owasp:api4:2023-rate-limit-responses-429",
        f"{AT_GET}/responses",
    ),
    "500 is not declared": (
        (*GET, "responses", "500"),
        WITHOUT,
        "owasp:api8:2023-define-error-responses-500",
        f"{AT_GET}/responses",
    ),
    "limits are not told": (
        (*GET, "responses", "200", "headers", "RateLimit"),
        WITHOUT,
        "owasp:api4:2023-rate-limit",
        f"{AT_GET}/responses/200",
    ),
    "no headers at all": (
        (*GET, "responses", "404", "headers"),
        WITHOUT,
        "owasp:api4:2023-rate-limit",
        f"{AT_GET}/responses/404",
    ),
    "how long to wait is not told": (
        (*GET, "responses", "429", "headers", "Retry-After"),
        WITHOUT,
        "owasp:api4:2023-rate-limit-retry-after",
        f"{AT_GET}/responses/429",
    ),
    "pages are not declared": (
        (*GET, "responses", "200", "headers", "Access-Control-Allow-Origin"),
        WITHOUT,
        "owasp:api8:2023-define-cors-origin",
        f"{AT_GET}/responses/200/headers",
    ),
    "a server without TLS": (("servers", 0), PLAIN, "owasp:api8:2023-no-server-http", "#/servers/0/url"),
    "a server for whom": (
        ("servers", 0, "x-internal"),
        WITHOUT,
        "owasp:api9:2023-inventory-access",
        "#/servers/0",
    ),
    "a server for what": (
        ("servers", 0, "description"),
        "main",
        "owasp:api9:2023-inventory-environment",
        "#/servers/0/description",
    ),
}


def broken(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The careful document with one thing in it made wrong."""
    document = copy.deepcopy(careful())
    within: Any = document
    for part in path[:-1]:
        within = within[part]
    if value is WITHOUT:
        del within[path[-1]]
    elif isinstance(within, list) and path[-1] == len(within):
        within.append(value)
    else:
        within[path[-1]] = value
    return document


def test_a_careful_document_breaks_no_rule() -> None:
    """Nothing is found where nothing is wrong."""
    assert [(each.rule.name, each.pointer) for each in findings(careful())] == []


@pytest.mark.parametrize("fault", BAD)
def test_each_rule_finds_what_breaks_it(fault: str) -> None:
    """At the place that has to be changed."""
    path, value, rule, at = BAD[fault]
    found = [(each.rule.name, each.pointer) for each in findings(broken(path, value))]
    assert (rule, at) in found, found


def test_every_rule_is_broken_somewhere_above() -> None:
    """But for those of OpenAPI 3.0, which have a test of their own."""
    told = {rule for _, _, rule, _ in BAD.values()}
    assert {each.name for each in TABLE if each.only_in != "3.0"} <= told


def test_the_rules_of_openapi_3_0_hold_there_only() -> None:
    """What stands beside a reference is ignored there; other fields have another keyword."""
    old = broken((*FIELDS, "cover"), {"$ref": "#/components/schemas/Book", "description": "x"})
    old["components"]["schemas"]["Book"]["additionalProperties"] = True
    assert not list(findings(old))
    old["openapi"] = "3.0.3"
    named = {each.rule.name for each in findings(old)}
    assert named == {"no-$ref-siblings", "owasp:api3:2023-no-additionalProperties"}


def test_what_is_open_on_purpose_and_a_local_server_are_advice() -> None:
    """A write that says nothing, and a server elsewhere without TLS, are errors."""
    changes = {
        "open": ("patch", "security", []),
        "silent": ("patch", "security", WITHOUT),
    }
    is_error = {}
    for name, (method, key, value) in changes.items():
        document = broken(("paths", "/books/{book_id}", method, key), value)
        is_error[name] = any(each.rule.is_error for each in findings(document))
    for url in ("http://127.0.0.1:8000", "http://localhost", "http://books.example.net"):
        is_error[url] = any(each.rule.is_error for each in findings(broken(("servers", 0, "url"), url)))
    errors = {name for name, error in is_error.items() if error}
    assert errors == {"silent", "http://books.example.net"}


def test_many_places_of_one_rule_are_told_as_some_and_a_number() -> None:
    """Advice is one line for each rule."""
    document = careful()
    properties = document["components"]["schemas"]["Book"]["properties"]
    properties.update({f"field_{number}": {"type": "string"} for number in range(12)})
    found = list(findings(document))
    told = faults([each for each in found if each.rule.is_error])
    assert len(told) == 11
    assert told[-1].what == "and 2 places more (owasp:api4:2023-string-limit)"
    (note,) = notes(each for each in found if not each.rule.is_error)
    assert note.endswith(", and 11 more")


@pytest.mark.slow
def test_a_good_service_has_no_errors(good: Opened, tmp_path: Path) -> None:
    """Its ways to sign in are open to all, which is advice."""
    evidence = checked(good, "contract/lint", tmp_path)
    assert passed(evidence)
    assert evidence.data["findings"]["owasp:api2:2023-write-restricted"] == 7
