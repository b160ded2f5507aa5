"""What Spectral's OWASP ruleset asks of credentials, ids and access (API1, API2, API5, API7:2023).

What lives here: one small function for each rule. What must not: trying any of it; that is what other checks do.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from backwright_workbench.verify.openapi.documents import (
    Document,
    Operation,
    followed,
    operations,
    pointer,
)
from backwright_workbench.verify.openapi.rule import Found, Rule

ID = re.compile(r"^id$|(_id|Id|-id)$")
CREDENTIAL = re.compile(
    r"client_?secret|token|access_?token|refresh_?token|id_?token|password|secret|api-?key", re.I
)
ADDRESS = re.compile(r"^(callback|redirect)|(_url|Url|-url)$")
WRITES = ("post", "put", "patch", "delete")


def schemes(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each way to prove who one is."""
    for name, each in ((document.get("components") or {}).get("securitySchemes") or {}).items():
        yield pointer("components", "securitySchemes", name), followed(document, each)


def numeric_ids(document: Document) -> Found:
    """Ids cannot be guessed by counting."""
    for each in operations(document):
        for one in each.parameters:
            schema = followed(document, one.get("schema") or {})
            if ID.search(str(one.get("name", ""))) and schema.get("type") == "integer":
                yield each.pointer, f"the id {one['name']} is a number that can be guessed by counting"


def outdated(*names: str) -> Callable[[Document], Found]:
    """No scheme is used that sends the password each time, or that is known to be weak."""

    def find(document: Document) -> Found:
        for at, each in schemes(document):
            if each.get("type") == "http" and str(each.get("scheme", "")).lower() in names:
                yield f"{at}/scheme", f"HTTP {each['scheme']} is outdated"

    return find


def keys_in_url(document: Document) -> Found:
    """Addresses are logged; keys do not belong there."""
    for at, each in schemes(document):
        if each.get("type") == "apiKey" and each.get("in") in ("query", "path"):
            yield at, "an API key in the address"


def credentials_in_url(document: Document) -> Found:
    """Neither do passwords and tokens."""
    for each in operations(document):
        for one in each.parameters:
            if one.get("in") in ("query", "path") and CREDENTIAL.search(str(one.get("name", ""))):
                yield each.pointer, f"the parameter {one['name']} looks like a credential in the address"


def jwt_practices(document: Document) -> Found:
    """Tokens are verified as RFC 8725 says, and the document says so."""
    for at, each in schemes(document):
        is_jwt = each.get("type") == "oauth2" or str(each.get("bearerFormat", "")).lower() == "jwt"
        if is_jwt and "RFC8725" not in str(each.get("description", "")):
            yield f"{at}/description", "does not say that tokens are verified as in RFC8725"


def short_lived(document: Document) -> Found:
    """Access tokens can be refreshed, so they need not live long."""
    for at, each in schemes(document):
        for name, flow in (each.get("flows") or {}).items() if each.get("type") == "oauth2" else ():
            if not flow.get("refreshUrl"):
                yield f"{at}/flows/{name}", "has no refreshUrl, so its tokens live long"


def security_of(document: Document, operation: Operation) -> Any:
    """What an operation asks for; none: nothing is said anywhere."""
    return operation.described.get("security", document.get("security"))


def undecided_writes(document: Document) -> Found:
    """Each operation that writes says who may."""
    for each in operations(document):
        if each.method in WRITES and security_of(document, each) is None:
            yield each.pointer, f"{each} does not say who may call it"


def open_writes(document: Document) -> Found:
    """What is open to all on purpose is worth a second look."""
    for each in operations(document):
        if each.method in WRITES and security_of(document, each) == []:
            yield f"{each.pointer}/security", f"{each} is open to all"


def open_reads(document: Document) -> Found:
    """So is what everybody may read."""
    for each in operations(document):
        if each.method in ("get", "head") and not security_of(document, each):
            yield f"{each.pointer}/security", f"{each} is open to all"


def admin_apart(document: Document) -> Found:
    """Operations of administrators ask for more than others."""
    others = {
        str(one)
        for each in operations(document)
        if "/admin" not in each.path
        for one in each.described.get("security") or ()
    }
    for each in operations(document):
        for one in each.described.get("security") or ():
            if "/admin" in each.path and str(one) in others:
                yield each.pointer, f"{each} asks for the same as operations of everybody"


def url_parameters(document: Document) -> Found:
    """What fetches addresses that callers name may be made to fetch inner ones."""
    for each in operations(document):
        for one in each.parameters:
            if ADDRESS.search(str(one.get("name", ""))):
                yield each.pointer, f"the parameter {one['name']} may make the service ask other hosts"


LOGGED = "addresses are kept in logs, histories and caches (OWASP API2:2023)"

TABLE = (
    Rule(
        "owasp:api1:2023-no-numeric-ids",
        numeric_ids,
        is_error=True,
        why="rows can be walked through (OWASP API1:2023)",
    ),
    Rule(
        "owasp:api2:2023-no-http-basic",
        outdated("basic"),
        is_error=True,
        why="the password is sent each time",
    ),
    Rule(
        "owasp:api2:2023-auth-insecure-schemes",
        outdated("negotiate", "oauth"),
        is_error=True,
        why="known to be weak",
    ),
    Rule("owasp:api2:2023-no-api-keys-in-url", keys_in_url, is_error=True, why=LOGGED),
    Rule("owasp:api2:2023-no-credentials-in-url", credentials_in_url, is_error=True, why=LOGGED),
    Rule(
        "owasp:api2:2023-jwt-best-practices",
        jwt_practices,
        is_error=True,
        why="clients and reviewers rely on it",
    ),
    Rule(
        "owasp:api2:2023-short-lived-access-tokens",
        short_lived,
        is_error=True,
        why="a stolen one is good for long",
    ),
    Rule(
        "owasp:api2:2023-write-restricted",
        undecided_writes,
        is_error=True,
        why="nobody has decided it (OWASP API2:2023)",
    ),
    Rule("owasp:api2:2023-write-restricted", open_writes),
    Rule("owasp:api2:2023-read-restricted", open_reads),
    Rule("owasp:api5:2023-admin-security-unique", admin_apart, is_error=True, why="OWASP API5:2023"),
    Rule("owasp:api7:2023-concerning-url-parameter", url_parameters),
)
