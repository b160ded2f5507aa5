"""Pages of other sites read nothing: an origin is let in as a whole and exactly, or not at all.

Red: an origin that is answered although it is not listed, a wildcard with credentials, an answer that a cache would
give to another origin.
"""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

from backwright_workbench.verify.attacks.clients import Answer, Clients
from backwright_workbench.verify.attacks.operations import Operation, operations
from backwright_workbench.verify.attacks.production import SETTINGS
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.subject import Subject

LISTED = "https://app.example.com"
ALLOW, CREDENTIALS = "access-control-allow-origin", "access-control-allow-credentials"
WHY = "OWASP API8:2023: a page of another site reads what its visitor may read"

CHECK = Check(
    title="Only listed origins may read answers from a browser",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT}),
    proves=("OWASP API8:2023", "CWE-942", "CWE-346"),
)


def hostile(origin: str) -> list[str]:
    """Origins that look like a listed one, and others that are never right."""
    parts = urlsplit(origin)
    host, port = parts.hostname or "", parts.port
    other = "http" if parts.scheme == "https" else "https"
    return [
        "null", "https://evil.example", f"{origin}.evil.example", f"{parts.scheme}://evil{host}", f"{other}://{host}",
        f"{parts.scheme}://{host}:{(port or 443) + 1}", f"{origin}@evil.example", f"{parts.scheme}://user@{host}",
        f"{origin}/", f"{origin}%00.evil.example", f"{origin}%60.evil.example",
        f"{parts.scheme}://{host.replace('.', 'x', 1)}",
        f"{parts.scheme}://sub.{host}", "file://", f"{origin}, https://evil.example", f"{origin}_.evil.example", "*",
    ]  # fmt: skip


def run(subject: Subject) -> Outcome:
    """Asks as pages of other sites do, with and without a caller, plainly and with a preflight."""
    shared = subject.stands.shared()
    path = _path(operations(shared.document))
    tried: dict[str, str] = {}
    with Clients(shared) as clients:
        own = f"{urlsplit(shared.url).scheme}://{urlsplit(shared.url).netloc}"
        faults = list(_attacked(clients, path, own, tried, strict=subject.service is not None))
    if subject.service is not None:
        with (
            subject.stands.fresh(rows=0, CORS_ORIGINS=LISTED, **SETTINGS) as stand,
            Clients(stand) as clients,
        ):
            faults += _attacked(clients, path, LISTED, tried, strict=True)
            faults += _listed(clients, path)
    subject.record.keep(
        "origins.json", json.dumps(tried, indent=1), command=f"GET and OPTIONS {path} with each Origin"
    )
    return judged(
        f"{len(tried)} requests of hostile origins", faults, figures=(Figure("requests", len(tried)),)
    )


def _attacked(
    clients: Clients, path: str, origin: str, tried: dict[str, str], *, strict: bool
) -> Iterator[Fault]:
    caller = next((each[0] for role, each in clients.stand.callers.items() if role), clients.stand.anonymous)
    let_in: dict[tuple[str, str], list[str]] = {}
    for each in hostile(origin):
        said = each.replace(origin, "<own>") if origin != LISTED else each
        for kind, answer in _asked(clients, caller, path, each):
            tried[f"{kind} {said} (own: {'listed' if origin == LISTED else 'its address'})"] = (
                answer.headers.get(ALLOW, "-")
            )
            what = let_in_by(kind, each, answer, strict=strict)
            if what:
                let_in.setdefault((kind, what), []).append(said)
    for (kind, what), origins in let_in.items():
        yield Fault(
            f"{what}: {', '.join(origins[:3])}{f' and {len(origins) - 3} more' if len(origins) > 3 else ''} ({kind})",
            f"{'OPTIONS' if kind == 'preflight' else 'GET'} {path}",
            WHY,
            "compare origins as a whole with a list: CORS_ORIGINS",
        )


def let_in_by(kind: str, origin: str, answer: Answer, *, strict: bool) -> str:
    """What is wrong with the answer to a hostile origin. Not strictly, only what lets a page act as its visitor."""
    allowed, with_cookies = answer.headers.get(ALLOW), answer.headers.get(CREDENTIALS, "").lower() == "true"
    if allowed == "*" and with_cookies:
        return "any origin is let in, with credentials"
    if allowed == "*" and strict and kind == "signed in":
        return "any origin may read what a caller gets"
    if allowed == "null" or (allowed == origin and origin != "*" and (with_cookies or strict)):
        return f"origins that nobody listed are let in{', with credentials' if with_cookies else ''}"
    return ""


def _asked(clients: Clients, caller: Caller, path: str, origin: str) -> Iterator[tuple[str, Answer]]:
    preflight = {"Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": "authorization"}
    anonymous = clients.stand.anonymous
    yield "signed in", clients.ask(caller, "GET", path, headers={"Origin": origin})
    yield "not signed in", clients.ask(anonymous, "GET", path, headers={"Origin": origin})
    yield "preflight", clients.ask(anonymous, "OPTIONS", path, headers={"Origin": origin, **preflight})
    yield "no such path", clients.ask(anonymous, "GET", "/no/such/path", headers={"Origin": origin})


def _listed(clients: Clients, path: str) -> Iterator[Fault]:
    """The origin that is listed may read, and no cache mixes it up with others."""
    caller = next((each[0] for role, each in clients.stand.callers.items() if role), clients.stand.anonymous)
    preflight = {"Origin": LISTED, "Access-Control-Request-Method": "GET"}
    for kind, answer in (
        ("an answer", clients.ask(caller, "GET", path, headers={"Origin": LISTED})),
        ("a preflight", clients.ask(clients.stand.anonymous, "OPTIONS", path, headers=preflight)),
        ("a refusal", clients.ask(clients.stand.anonymous, "GET", path, headers={"Origin": LISTED})),
    ):
        if answer.headers.get(ALLOW) != LISTED:
            yield Fault(
                f"{kind} does not let a listed origin in",
                f"{answer.request.method} {path}",
                "its pages cannot read it",
            )
    for kind, headers in (("with", {"Origin": LISTED}), ("without", dict[str, str]())):
        answer = clients.ask(caller, "GET", path, headers=headers)
        if "origin" not in answer.headers.get("vary", "").lower():
            yield Fault(
                f"an answer {kind} an origin does not say Vary: Origin",
                f"GET {path}",
                why="a cache gives the answer for one origin to another",
                next_step="say it on every answer where origins are listed",
            )


def _path(known: list[Operation]) -> str:
    closed = [each.path for each in known if each.method == "GET" and not each.names and each.closed]
    opened = [each.path for each in known if each.method == "GET" and not each.names]
    if not opened:
        raise NotRun("there is nothing to read without an id")
    return next((each for each in closed if not each.startswith("/auth")), (closed or opened)[0])
