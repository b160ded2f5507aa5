"""Who has not signed in gets nowhere but where the record lets anybody in: every operation, and every real route.

Red: an operation or hand-written route, in the document or hidden, that answers nobody with anything but 401 or 403;
one that is open and not recorded so; a spelling of a path that gets past the door.
"""

import json
import re
from collections.abc import Iterator, Sequence

import httpx2

from backwright_workbench.verify.attacks.clients import Clients
from backwright_workbench.verify.attacks.facts import RECORD, Matrix, Route, facts, recorded
from backwright_workbench.verify.attacks.operations import (
    NOWHERE,
    PARAMETER,
    Operation,
    operations,
    sent,
    takes_files,
)
from backwright_workbench.verify.attacks.samples import body
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.subject import Subject

REFUSED = (401, 403)

DOORS = re.compile(
    r"(^|/)(log-?in|sign-?in|sign-?up|register|refresh|token|tokens|jwks(\.json)?|health\w*|live|ready|ping|metrics|docs"
    r"|redoc|openapi(\.json|\.yaml)?|schema|\.well-known|forgot|reset|password|activate|confirm|verify|authorize"
    r"|callback|csrf|session|logout)(/|$)"
)
"""Where somebody has to get in without having signed in, in anybody's backend."""

SPELLINGS = (
    "{}/",
    "/{}",
    "{}/.",
    "{}%20",
    "{};a=b",
    "{}.json",
    "{}%2f",
    "/.{}",
    "{}?access_token=null",
    "{}%00",
)
"""Other spellings of a path: a door that compares texts may let one of them by."""

EXPOSED = {
    "/.env": re.compile(r"(?m)^\w*(SECRET|PASSWORD|KEY|TOKEN|DATABASE_URL)\w*="),
    "/.git/config": re.compile(r"\[core\]"),
    "/.git/HEAD": re.compile(r"^ref: refs/"),
    "/pyproject.toml": re.compile(r"\[project\]"),
    "/settings.py": re.compile(r"(?m)^(import|from) "),
    "/../../etc/passwd": re.compile(r"root:.*:0:0:"),
    "/static/../.env": re.compile(r"(?m)^\w*(SECRET|PASSWORD|KEY|TOKEN|DATABASE_URL)\w*="),
}
"""Files that are found on servers by those who look for them."""

CHECK = Check(
    title="Nobody who has not signed in gets in where the record does not say so",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT}),
    proves=("OWASP API2:2023", "OWASP API5:2023", "CWE-306", "CWE-862"),
)


def run(subject: Subject) -> Outcome:
    """Asks everything as nobody."""
    stand = subject.stands.shared()
    known = operations(stand.document)
    ours = subject.blueprint is not None
    if not ours and not stand.callers and not any(each.closed for each in known):
        raise NotRun(
            "nothing says what is closed: the document names no security, and nobody can sign in",
            "declare `security` in the OpenAPI document, or give a caller's header",
        )
    with Clients(stand) as clients:
        said: list[tuple[str, str, int]] = []
        found = _of_ours(subject, known, clients, said) if ours else _of_others(known, clients, said)
        faults = list(found)
        faults += _by_spelling(known, clients)
        faults += _exposed(clients)
        asked = clients.asked
    subject.record.keep(
        "answers.json",
        json.dumps([f"{what}: {status}" for what, _, status in said], indent=1),
        command="each as nobody",
    )
    refused = sum(status in REFUSED for _, _, status in said)
    opened = [what for what, why, _ in said if why]
    figures = (Figure("requests", asked), Figure("refused", refused), Figure("open on purpose", len(opened)))
    summary = (
        f"{refused} of {len(said)} operations refuse nobody in particular, {len(opened)} are open on purpose"
    )
    return judged(summary, faults, figures=figures, data={"open": opened})


def _of_ours(
    subject: Subject, known: Sequence[Operation], clients: Clients, said: list[tuple[str, str, int]]
) -> Iterator[Fault]:
    """What is open is what the record says, and nothing that is written by hand and hidden."""
    matrix = recorded(subject)
    allowed, documented = open_in(matrix), {(each.method, _plain(each.path)): each for each in known}
    routes = {(each.method, _plain(each.path)): each for each in facts(subject).routes}
    for method, path in sorted({*documented, *routes}):
        route, operation = routes.get((method, path)), documented.get((method, path))
        if (operation is None and (route is None or not _by_hand(route))) or (method, path) in allowed:
            if operation is not None:
                said.append((f"{method} {path}", "recorded as open", 0))
            continue
        status = _asked(clients, method, operation, path)
        said.append((f"{method} {path}", "", status))
        if status not in REFUSED:
            yield _fault(method, path, status, route, hidden=operation is None)
        elif operation is not None and not operation.closed and not operation.described.get("security"):
            yield Fault(
                "the document says that anybody may call it",
                f"{method} {path}",
                why="it refuses nobody in particular; clients and scanners go by the document",
                next_step="declare its `security`",
            )


def _fault(method: str, path: str, status: int, route: Route | None, *, hidden: bool) -> Fault:
    where = route.place if route is not None and _by_hand(route) else f"{method} {path}"
    about = "is not in the document and " if hidden else ""
    nowhere = " (no such row: it has looked before it asked who)" if status in (404, 422, 400) else ""
    return Fault(
        f"{method} {path} {about}answers {status} to somebody who has not signed in{nowhere}",
        where,
        why=f"it is not open in {RECORD}: nobody has agreed that anybody may call it",
        next_step="let it depend on backwright.accounts.current_actor or require(…); if it is meant to be open, "
        + ("let the document name it and " if hidden else "")
        + "record it",
    )


def open_in(matrix: Matrix) -> set[tuple[str, str]]:
    """(method, path) of what the record lets anybody call."""
    return {
        (line["method"], _plain(line["path"]))
        for line in matrix["routes"]
        if "public" in line["callers"]
        and (not line["callers"]["public"] or min(line["callers"]["public"]) < 400)
    }


def _of_others(
    known: Sequence[Operation], clients: Clients, said: list[tuple[str, str, int]]
) -> Iterator[Fault]:
    """A backend of another kind: what its document says is closed is, and nobody changes anything."""
    for each in known:
        if DOORS.search(each.path.lower()):
            continue
        if not each.closed and each.method == "GET":
            said.append((str(each), "open by its document", 0))
            continue
        status = _asked(clients, each.method, each, each.path)
        said.append((str(each), "", status))
        if status < 300 and (each.closed or clients.stand.callers):
            yield Fault(
                f"it answers {status} to somebody who has not signed in",
                str(each),
                why="the document says that it needs a caller"
                if each.closed
                else "anybody may change what it keeps",
                next_step="ask who is calling before anything is done",
            )


def _by_spelling(known: Sequence[Operation], clients: Clients) -> Iterator[Fault]:
    for each in known:
        if not each.closed or each.method != "GET" or each.names:
            continue
        for spelling in SPELLINGS:
            path = spelling.format(each.path)
            try:
                status = clients.ask(clients.stand.anonymous, "GET", path).status_code
            except (httpx2.HTTPError, httpx2.InvalidURL):
                continue
            if status < 300:
                yield Fault(
                    f"GET {path} answers {status} to somebody who has not signed in",
                    str(each),
                    why="another spelling of a path that is closed gets past the door",
                    next_step="ask who is calling in the route, not by comparing paths",
                )


def _exposed(clients: Clients) -> Iterator[Fault]:
    for path, content in EXPOSED.items():
        answer = clients.ask(clients.stand.anonymous, "GET", path)
        if answer.status_code == 200 and content.search(answer.text):
            yield Fault(
                "a file of the project is served to anybody",
                f"GET {path}",
                why="it holds secrets, or tells where they are",
                next_step="serve a folder that holds nothing but what is public",
            )


def _asked(clients: Clients, method: str, operation: Operation | None, path: str) -> int:
    """The status that nobody gets, with something well-formed to send."""
    document, anonymous = clients.stand.document, clients.stand.anonymous
    at = operation.at() if operation is not None else PARAMETER.sub(NOWHERE, path)
    if operation is not None and takes_files(operation, document):
        return clients.ask(anonymous, method, at, files={"file": ("a.txt", b"a\n", "text/plain")}).status_code
    schema = sent(operation, document) if operation is not None else None
    if schema is not None:
        return clients.ask(anonymous, method, at, json=body(schema, "nobody", document)).status_code
    return clients.ask(anonymous, method, at).status_code


def _by_hand(route: Route) -> bool:
    return route.place.startswith("src/")


def _plain(path: str) -> str:
    """Without the kinds of parameters: `/orders/{id}`."""
    return PARAMETER.sub(r"{\1}", path)
