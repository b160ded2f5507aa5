"""Does a service withstand known attacks? What its OpenAPI document names is attacked, and what succeeds is said.

What lives here: the attacks, after the OWASP API Security Top 10. What must not: anything but a document and HTTP
callers; a service that is served elsewhere can be attacked in the same way. Rights on rows and fields are not here:
what is right differs, and each service has its own table of them. docs/reference/security.md says what proves what.
"""

import json
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import httpx2

from backwright.accounts import Account
from backwright.testing_forgeries import forgeries
from backwright.testing_targets import NOWHERE, Operation, Target, operations

if TYPE_CHECKING:
    from backwright.testing import TestService

JWKS: Final = "/.well-known/jwks.json"

SENTENCE: Final = "a long and unusual sentence"
"""The password of the account whose address is asked about."""

NOBODY: Final = "nobody.at.all@example.com"
"""An address that has no account."""

ADMINISTRATION: Final = ("/users", "/auth/invitations", "/auth/oauth/clients", "/auth/service-accounts")
"""Where accounts and programs are managed: for the administrators' role alone. Others may be let read accounts."""

OWNED: Final = (
    "id", "created_at", "updated_at", "created_by", "version", "role", "roles", "is_admin", "is_active", "is_superuser",
    "tenant_id", "password_hash", "__proto__", "constructor",
)  # fmt: skip
"""Names that clients try to set (mass assignment); a service that has declared one of them takes it."""

TRACES: Final = (
    "Traceback", "sqlalchemy", "site-packages", "asyncpg", "SELECT ", "INSERT INTO", ".py\"", "root:x:0:0",
)  # fmt: skip
"""What an answer never holds: stacks, statements, files."""

HOSTILE: Final = (
    "' OR '1'='1", "1; DROP TABLE users; --", "../../../../etc/passwd", "\0", "%00", "\u202e", "{{7*7}}", "${7*7}",
    "-1", "9" * 400, "<script>alert(1)</script>", "a" * 5000, "\r\nSet-Cookie: a=b",
)  # fmt: skip


async def withstands(service: "TestService", *roles: str) -> int:
    """Raise `AssertionError` with every attack that succeeds; the number of attacks that were tried otherwise.

    Callers have these roles, one each; the first, which should be the one that may do most, owns nothing in particular.
    There is a row of each resource.
    """
    accounts = service.runtime.accounts
    assert accounts is not None, "the service has no accounts"
    for bound in service.runtime.resources.values():
        if not issubclass(bound.resource.entity, Account):
            await service.make(bound.resource.entity)
    callers = {role: await service.client_for(role) for role in dict.fromkeys(roles)}
    address = await service.account_with_password(SENTENCE)
    target = Target(service.app.openapi(), service.anonymous, callers, str(accounts.declared.admin), address)
    found = [said async for said in succeeding(target)]
    assert not found, "\n".join(found)
    return len(ATTACKS)


async def succeeding(target: Target) -> AsyncIterator[str]:
    """Each attack that succeeds, as a sentence that begins with the operation."""
    known = operations(target.document)
    for attack in ATTACKS:
        async for said in attack(target, known):
            yield f"{attack.__name__}: {said}"


async def not_signed_in(target: Target, known: list[Operation]) -> AsyncIterator[str]:
    """Nobody calls what is closed (API5)."""
    for each in filter(lambda each: each.is_closed, known):
        answer = await _ask(target.anonymous, each)
        if answer.status_code not in (401, 429):
            yield f"{each} answers {answer.status_code} to somebody who is not signed in"


async def with_a_forged_token(target: Target, known: list[Operation]) -> AsyncIterator[str]:
    """A token that was made up, or changed, calls nothing (API2)."""
    token = target.first.headers["Authorization"].removeprefix("Bearer ")
    published = (await target.anonymous.get(JWKS)).json()
    for each in filter(lambda each: each.is_closed, known):
        for kind, forged in forgeries(token, published).items():
            answer = await _ask(target.anonymous, each, headers={"Authorization": f"Bearer {forged}"})
            if answer.status_code not in (401, 429):
                yield f"{each} answers {answer.status_code} to a forged token: {kind}"


async def as_an_administrator(target: Target, known: list[Operation]) -> AsyncIterator[str]:
    """No other role manages accounts or programs (API5)."""
    for each in known:
        if not each.path.startswith(ADMINISTRATION) or (
            each.method == "get" and each.path.startswith("/users")
        ):
            continue
        for role, caller in target.callers.items():
            if role != target.administrator:
                answer = await _ask(caller, each, json={} if each.method != "delete" else None)
                if answer.status_code not in (403, 404, 429):
                    yield f"{each} answers {answer.status_code} to {role}"


async def by_mass_assignment(target: Target, known: list[Operation]) -> AsyncIterator[str]:
    """What the server owns is refused by its name (API3)."""
    for each in known:
        fields = each.fields(target.document)
        row = await _row(target, each)
        if fields is None or row is None:
            continue
        names = [name for name in OWNED if name not in fields]
        body = dict.fromkeys(names, NOWHERE)
        answer = await _ask(target.first, each, row, json=body, headers={"If-Match": "*"})
        if answer.status_code == 422:
            pointers = {error.get("pointer") for error in answer.json().get("errors", [])}
            for name in names:
                if f"/{name}" not in pointers and f"#/{name}" not in pointers:
                    yield f"{each} does not refuse {name}"
        elif not 400 <= answer.status_code < 500:
            yield f"{each} answers {answer.status_code} to fields that are the server's"


async def without_bounds(target: Target, known: list[Operation]) -> AsyncIterator[str]:
    """Pages, depth and compressed bodies are bounded (API4)."""
    deep, packed = b"[" * 200_000, {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    for each in known:
        row = await _row(target, each) or NOWHERE
        bounds = [p["schema"] for p in each.described.get("parameters", ()) if p.get("name") == "limit"]
        for most in (schema["maximum"] for schema in bounds if "maximum" in schema):
            for size in (most + 1, 10**9, 0, -1):
                answer = await _ask(target.first, each, row, params={"limit": size})
                if answer.status_code < 400:
                    yield f"{each} gives a page of {size}"
        if each.fields(target.document) is not None:
            headers = {"Content-Type": "application/json", "If-Match": "*"}
            answer = await _ask(target.first, each, row, content=deep, headers=headers)
            if not 400 <= answer.status_code < 500:
                yield f"{each} answers {answer.status_code} to a body of {len(deep)} brackets"
            answer = await _ask(target.first, each, row, content=b"\x1f\x8b\x08", headers=packed)
            if answer.status_code not in (415, 429):
                yield f"{each} answers {answer.status_code} to a compressed body"


async def by_odd_headers(target: Target, known: list[Operation]) -> AsyncIterator[str]:
    """Headers neither change the method, nor the path, nor the host, nor who may read from elsewhere (API5, API8)."""
    for each in filter(lambda each: each.method == "get", known):
        at = each.at(await _row(target, each) or NOWHERE)
        plain = await target.first.get(at)
        tricks = {
            "X-Original-URL": "/health/live",
            "X-Rewrite-URL": "/health/live",
            "X-Forwarded-Host": "evil.example",
        }
        tricks |= dict.fromkeys(("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"), "DELETE")
        tricked = await target.first.get(at, headers=tricks)
        if (tricked.status_code, "evil.example" in tricked.text) != (plain.status_code, False):
            yield f"{each} answers {tricked.status_code} with odd headers, {plain.status_code} without"
        own = f"{target.first.base_url.scheme}://{target.first.base_url.host}"
        for origin in ("null", "https://evil.example", f"{own}.evil.example"):
            answer = await target.first.get(at, headers={"Origin": origin})
            if "access-control-allow-origin" in answer.headers:
                yield f"{each} may be read from {origin}"
        if (await target.first.get(at, headers={"Host": "evil.example"})).status_code < 400:
            yield f"{each} is answered under any host"


async def by_hostile_text(target: Target, known: list[Operation]) -> AsyncIterator[str]:
    """Whatever stands in a path, a query or a body: no failure, no trace of what is inside (API8)."""
    for each in filter(lambda each: not each.signs_out, known):
        queried = [p["name"] for p in each.described.get("parameters", ()) if p.get("in") == "query"]
        for text in HOSTILE:
            sent: list[dict[str, Any]] = [{"params": {name: text}} for name in (*queried[:3], "unknown")]
            if each.method in ("post", "patch"):
                sent += [{"json": {text: text}}, {"content": json.dumps(text).encode()}]
            for given in sent:
                answer = await _ask(target.first, each, quote(text, safe=""), **given)
                traces = [trace for trace in TRACES if trace in answer.text]
                if answer.status_code >= 500 or traces:
                    yield f"{each} answers {answer.status_code} with {traces} to {text[:40]!r}"
                if answer.headers.get("x-content-type-options") != "nosniff":
                    yield f"{each} answers without nosniff"


async def by_asking_who_is_here(target: Target, known: list[Operation]) -> AsyncIterator[str]:
    """What anybody may ask does not tell which addresses have an account (API2); no cache keeps the answer."""
    here = str(target.anonymous.base_url).rstrip("/")
    for each in known:
        fields = each.fields(target.document) or set()
        if each.is_closed or not each.path.startswith("/auth/") or not fields <= {"email", "password"}:
            continue
        told = []
        for email in (target.address, NOBODY) if "email" in fields else ():
            body = {name: email if name == "email" else "not the right sentence" for name in fields}
            answer = await _ask(target.anonymous, each, json=body, headers={"Origin": here})
            said = answer.json() | {"request_id": ""} if answer.content else {}
            told.append((answer.status_code, str(said).replace(email, "")))
            if "no-store" not in answer.headers.get("cache-control", ""):
                yield f"{each} may be kept by a cache"
        if len(set(told)) > 1 and 429 not in {status for status, _ in told}:
            yield f"{each} tells who has an account: {told[0]}, and for a stranger {told[1]}"


ATTACKS: Final[tuple[Callable[[Target, list[Operation]], AsyncIterator[str]], ...]] = (
    not_signed_in, with_a_forged_token, as_an_administrator, by_mass_assignment, without_bounds, by_odd_headers,
    by_hostile_text, by_asking_who_is_here,
)  # fmt: skip


async def _ask(
    caller: httpx2.AsyncClient, operation: Operation, value: str = NOWHERE, **given: Any
) -> httpx2.Response:
    return await caller.request(operation.method.upper(), operation.at(value), **given)


async def _row(target: Target, operation: Operation) -> str | None:
    """An id for the path: that of the first row of the list it belongs to; none where there is no row."""
    start, _, _ = operation.path.partition("/{")
    if start == operation.path:
        return NOWHERE
    listed = await target.first.get(start)
    rows = listed.json().get("items", []) if listed.status_code == 200 else []
    return str(rows[0]["id"]) if rows and "id" in rows[0] else None
