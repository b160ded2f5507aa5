"""Every answer carries the headers that browsers and caches need, and none tells what it is made with.

As in production: on success and refusal, failure and preflight alike. Red: a header that is missing on one kind of
answer, a cache that may keep what is private, a server that tells its version, documentation that is open.
"""

import json
import re
from collections.abc import Iterator, Mapping

from backwright_workbench.verify.attacks.breaking import without_tables
from backwright_workbench.verify.attacks.clients import Answer, Clients
from backwright_workbench.verify.attacks.facts import facts
from backwright_workbench.verify.attacks.operations import NOWHERE, Operation, operations
from backwright_workbench.verify.attacks.production import SETTINGS
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.subject import Subject

LIMIT = 60
LEAST_HSTS = 15_552_000
"""Half a year."""

UNKNOWN = "01935b2e-7c00-7000-8000-00000000beef"
"""An id that no cache has an answer for."""

DOCS = ("/docs", "/redoc", "/openapi.json", "/openapi.yaml", "/swagger", "/graphiql")
MADE_WITH = re.compile(
    r"(?i)\b(uvicorn|hypercorn|gunicorn|granian|daphne|starlette|fastapi|werkzeug|flask|django|wsgiserver|python|nginx"
    r"|apache|express|php)\b"
)
VERSIONED = re.compile(r"(?i)[a-z]+/\d")
TELLING = ("server", "x-powered-by", "x-aspnet-version", "x-runtime", "via", "x-generator")
WHY = {
    "x-content-type-options": "a browser guesses types, and runs a file as a script",
    "content-security-policy": "an answer that is opened as a page may load and frame anything",
    "referrer-policy": "addresses with ids get to other sites",
    "strict-transport-security": "the first request of a browser may go over plain HTTP",
    "cache-control": "a shared cache gives one caller's answer to another",
}

CHECK = Check(
    title="Every answer has the security headers, and tells nothing of what it is made with",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT}),
    proves=("OWASP API8:2023", "CWE-693", "CWE-200", "CWE-525"),
)


def run(subject: Subject) -> Outcome:
    """Collects an answer of each kind, and looks at the headers of each."""
    known = operations(subject.stands.shared().document)
    if subject.service is None:
        return _of_others(subject, known)
    with (
        subject.stands.fresh(rows=0, RATE_LIMIT=f"{LIMIT}/minute", **SETTINGS) as stand,
        Clients(stand) as clients,
    ):
        answers = dict(_kinds(known, clients))
        for route in facts(subject).routes:
            if route.place.startswith("src/") and route.method == "GET" and "{" not in route.path:
                answers[f"{route}, signed in"] = clients.ask(_somebody(clients), "GET", route.path)
        faults = [*_documentation(clients)]
        caller = _somebody(clients)
        path = _listing(known).path
        if without_tables(stand, tables(subject)):
            answers["a failure inside, signed in"] = clients.ask(caller, "GET", f"{path}/{UNKNOWN}")
        for _ in range(LIMIT + 5):
            answer = clients.ask(caller, "GET", path)
            if answer.status_code == 429:
                answers["429"] = answer
                break
    faults += _compared(answers)
    for kind, answer in answers.items():
        faults += telling(kind, answer, strict=True)
    statuses = {answer.status_code for answer in answers.values()}
    for wanted, name in ((429, "a refusal for too many requests"), (500, "a failure")):
        if not any(status == wanted or (wanted == 500 and status >= 500) for status in statuses):
            faults.append(Fault(f"{name} could not be provoked", path, "its headers could not be looked at"))
    seen = {kind: {"status": answer.status_code, **answer.headers} for kind, answer in answers.items()}
    subject.record.keep("headers.json", json.dumps(seen, indent=1), command="one request of each kind")
    return judged(
        f"{len(answers)} kinds of answers, as in production", faults, figures=(Figure("kinds", len(answers)),)
    )


def _kinds(known: list[Operation], clients: Clients) -> Iterator[tuple[str, Answer]]:
    """One answer of each kind that can be had without harm."""
    anonymous, caller = clients.stand.anonymous, _somebody(clients)
    listing = _listing(known)
    page = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    yield "200 of a list, signed in", clients.ask(caller, "GET", listing.path)
    yield "404 of a row, signed in", clients.ask(caller, "GET", f"{listing.path}/{NOWHERE}")
    yield "401", clients.ask(anonymous, "GET", listing.path)
    yield "404 of a path", clients.ask(anonymous, "GET", "/no/such/path")
    yield "405", clients.ask(caller, "PUT", listing.path)
    yield "400 of a query, signed in", clients.ask(caller, "GET", listing.path, params={"limit": "x"})
    yield (
        "broken JSON, signed in",
        clients.ask(caller, "POST", listing.path, content=b"{", headers={"Content-Type": "application/json"}),
    )
    yield (
        "415",
        clients.ask(caller, "POST", listing.path, content=b"<a/>", headers={"Content-Type": "text/xml"}),
    )
    yield "preflight of a stranger", clients.ask(anonymous, "OPTIONS", listing.path, headers=page)
    yield "another host", clients.ask(anonymous, "GET", listing.path, headers={"Host": "evil.example"})
    yield "a probe", clients.ask(anonymous, "GET", "/health/live")
    for role, callers in clients.stand.callers.items():
        if not role:
            yield "403, signed in", clients.ask(callers[0], "GET", listing.path)


def weak(answer: Answer, *, private: bool = False) -> list[str]:
    """The headers that are missing or weak on one answer as in production."""
    headers = answer.headers
    policy = headers.get("content-security-policy", "")
    hsts = re.search(r"max-age=(\d+)", headers.get("strict-transport-security", ""))
    cached = headers.get("cache-control", "").lower()
    held = {
        "x-content-type-options": headers.get("x-content-type-options", "").lower() == "nosniff",
        "content-security-policy": "default-src 'none'" in policy and "frame-ancestors 'none'" in policy,
        "referrer-policy": headers.get("referrer-policy", "")
        in ("no-referrer", "same-origin", "strict-origin"),
        "strict-transport-security": hsts is not None and int(hsts[1]) >= LEAST_HSTS,
        "cache-control": not private
        or (("no-store" in cached or "private" in cached) and "public" not in cached),
    }
    return [name for name, holds in held.items() if not holds]


def _compared(answers: Mapping[str, Answer]) -> Iterator[Fault]:
    """One fault for each header, with the kinds of answers that it concerns."""
    found: dict[str, list[str]] = {}
    for kind, answer in answers.items():
        for name in weak(answer, private="signed in" in kind and answer.status_code < 300):
            found.setdefault(name, []).append(kind)
    for name, kinds in found.items():
        values = sorted({answers[kind].headers.get(name, "nothing") for kind in kinds})
        more = f" and {len(kinds) - 3} more" if len(kinds) > 3 else ""
        yield Fault(
            f"{name} is {', '.join(values)} on: {'; '.join(kinds[:3])}{more}",
            _place(answers[kinds[0]]),
            why=WHY[name],
            next_step="let the perimeter of the runtime answer: it adds the header to every answer",
        )


def telling(kind: str, answer: Answer, *, strict: bool) -> Iterator[Fault]:
    """Headers that tell what an answer was made with; not strictly, only with its version."""
    for name in TELLING:
        value = answer.headers.get(name, "")
        if VERSIONED.search(value) or (strict and MADE_WITH.search(value)):
            yield Fault(
                f"{kind} ({answer.status_code}) tells {name}: {value}",
                _place(answer),
                why="whoever knows the version knows its holes",
                next_step=f"do not send {name}",
            )


def _documentation(clients: Clients) -> Iterator[Fault]:
    for path in DOCS:
        answer = clients.ask(clients.stand.anonymous, "GET", path)
        if answer.status_code == 200:
            yield Fault(
                "documentation is open in production",
                f"GET {path}",
                why="it lists every operation to whoever looks",
                next_step="DOCS_ENABLED stays empty in production; publish docs/api.yaml instead",
            )


def _of_others(subject: Subject, known: list[Operation]) -> Outcome:
    """A backend of another kind: a proxy may add headers, so only what is told, and what differs, is looked at."""
    with Clients(subject.stands.shared()) as clients:
        caller = next((each for each in clients.callers()), clients.stand.anonymous)
        path = next((each.path for each in known if _is_list(each)), "/")
        answers = {
            "a list": clients.ask(caller, "GET", path),
            "404 of a path": clients.ask(caller, "GET", "/no/such/path"),
            "a list without a caller": clients.ask(clients.stand.anonymous, "GET", path),
        }
    faults = [fault for kind, answer in answers.items() for fault in telling(kind, answer, strict=False)]
    plain: Mapping[str, str] = answers["a list"].headers
    for name in ("x-content-type-options", "strict-transport-security", "content-security-policy"):
        missing = [kind for kind, answer in answers.items() if name not in answer.headers]
        if name in plain and missing:
            faults.append(Fault(f"{name} is missing on {', '.join(missing)}", f"GET {path}", WHY[name]))
    notes = tuple(f"{name} is not sent; a proxy has to add it" for name in WHY if name not in plain)
    return judged(f"{len(answers)} kinds of answers", faults, notes=notes)


def _somebody(clients: Clients) -> Caller:
    """Somebody with a role, if there is one: the first may do most."""
    named = [each[0] for role, each in clients.stand.callers.items() if role]
    if not named:
        raise NotRun("nobody can sign in")
    return named[0]


def _is_list(operation: Operation) -> bool:
    return (
        operation.method == "GET"
        and not operation.names
        and operation.closed
        and operation.path.count("/") == 1
    )


def _listing(known: list[Operation]) -> Operation:
    """A list of a resource that is not about accounts."""
    lists = [each for each in known if _is_list(each) and each.path != "/users"]
    if not lists:
        raise NotRun("there is no list to ask for")
    return lists[0]


def tables(subject: Subject) -> list[str]:
    """The tables of the service's own entities."""
    blueprint = subject.blueprint
    return [] if blueprint is None else [blueprint.plural(each) for each in blueprint.entities]


def _place(answer: Answer) -> str:
    return f"{answer.request.method} {answer.request.url.path}"
