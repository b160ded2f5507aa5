"""A caller gets as many requests as the limit says, no more, on every path; other callers are not concerned.

On a stand of its own with the service's own limit. Red: a limit that is not held, that a path escapes, that one caller
uses up for others, or that a made-up address or token starts anew; passwords that can be guessed without end.
"""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

import httpx2

from backwright_workbench.verify.attacks.clients import Answer, Clients, json_of
from backwright_workbench.verify.attacks.facts import facts
from backwright_workbench.verify.attacks.operations import NOWHERE, PARAMETER, operations
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.subject import Subject

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
MOST = 10_000
"""Requests a minute beyond which a limit limits nothing."""

SENT = 2_000
"""Requests that are sent to find a limit out; a wider one is set to `NARROW` for this stand."""

NARROW = "100/minute"
OVER = 20
GUESSES = 12
UNLIMITED = re.compile(r"^/(health|metrics)(/|$)")
ADDRESSES = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "True-Client-IP", "X-Client-IP")
WHY = "OWASP API4:2023: one caller can use up what is there for all"

CHECK = Check(
    title="Requests are limited for each caller, on every path, as the settings say",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT, Need.CALLERS, Need.PROCESS}),
    proves=("OWASP API4:2023", "CWE-770", "CWE-307"),
)


def run(subject: Subject) -> Outcome:
    """Uses the limit up, and then tries everything to get more."""
    if subject.blueprint is None:
        return _of_others(subject)
    declared = subject.blueprint.limits.requests
    limit, window = parsed(declared)
    faults: list[Fault] = []
    faults += too_wide(declared)
    narrow = limit > SENT
    if narrow:
        limit, window = parsed(NARROW)
    with subject.stands.fresh(RATE_LIMIT=NARROW if narrow else "") as stand:
        return _judged(subject, stand, limit, window, declared, faults)


def parsed(text: str) -> tuple[int, int]:
    """`100/minute` → requests and seconds."""
    count, _, unit = text.partition("/")
    return int(count), UNITS[unit]


def too_wide(declared: str) -> Iterator[Fault]:
    """A limit that nobody ever reaches is none."""
    limit, window = parsed(declared)
    if limit * 60 / window > MOST:
        yield Fault(
            f"the limit is {declared}, which limits nothing",
            "settings.py: rate_limit",
            why=WHY,
            next_step=f"set what a person or program needs; at most {MOST}/minute",
        )


def _judged(
    subject: Subject, stand: Stand, limit: int, window: int, declared: str, faults: list[Fault]
) -> Outcome:
    accounts = [callers for role, callers in stand.callers.items() if role] or list(stand.callers.values())
    first, second = accounts[0][0], accounts[0][-1]
    paths = [
        each.path
        for each in operations(stand.document)
        if each.method == "GET" and each.closed and not each.names
    ]
    if not paths:
        raise NotRun("no list that a caller may read")
    with Clients(stand) as clients:
        for caller in (first, second):
            caller.header()  # signs in, while that is not limited yet
        faults += _guessed(clients, second)
        began = monotonic()
        answers = burst(stand, first, [paths[0]] * (limit + OVER))
        seconds = monotonic() - began
        if seconds > window * 0.9:
            raise NotRun(f"{limit + OVER} requests took {seconds:.0f} s, and the window is {window} s")
        admitted = sum(each.status_code != 429 for each in answers)
        faults += _held(admitted, limit, paths)
        faults += _told([each for each in answers if each.status_code == 429], limit, window)
        if admitted <= limit:
            faults += _everywhere(subject, clients, first)
        others = clients.ask(second, "GET", paths[0]).status_code
        if others == 429 and second is not first:
            faults.append(
                Fault(
                    "another caller is refused because the first has used the limit up",
                    f"GET {paths[0]}",
                    WHY,
                )
            )
        anonymous = _anonymous(clients, limit, paths[0])
        faults += anonymous[1]
    seen = {
        "declared": declared,
        "admitted": admitted,
        "anonymous": anonymous[0],
        "seconds": round(seconds, 2),
    }
    subject.record.keep("admitted.json", json.dumps(seen), command=f"{limit + OVER} requests of one caller")
    figures = (
        Figure("admitted of one caller", admitted, "requests", limit),
        Figure("admitted of one address", anonymous[0], "requests", limit),
    )
    return judged(
        f"{admitted} of {limit + OVER} requests admitted, the limit is {limit} in {window} s",
        faults,
        figures=figures,
    )


def burst(stand: Stand, caller: Caller, paths: list[str]) -> list[Answer]:
    """Requests that are under way at the same moment."""
    found: list[Answer] = []

    def some(mine: list[str]) -> None:
        with caller.client() as client:
            for path in mine:
                found.append(client.get(path))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(some, [paths[number::4] for number in range(4)]))
    return found


def _held(admitted: int, limit: int, paths: list[str]) -> Iterator[Fault]:
    if admitted < limit:
        yield Fault(
            f"only {admitted} of {limit} requests are admitted",
            f"GET {paths[0]}",
            why="callers who keep to what is declared are refused",
            next_step="count each request once",
        )
    if admitted == limit + OVER:
        yield Fault(
            f"none of {limit + OVER} requests is refused, the limit is {limit}",
            f"GET {paths[0]}",
            why=WHY,
            next_step="see that the perimeter of the runtime is in front of every route",
        )


def _told(refused: list[Answer], limit: int, window: int) -> Iterator[Fault]:
    """A refusal says when to come back, and what the limit is."""
    for answer in refused[:1]:
        headers = answer.headers
        wait = headers.get("retry-after", "")
        if not wait.isdigit() or not 1 <= int(wait) <= window:
            yield Fault(
                f"429 says Retry-After {wait!r}",
                "429",
                "clients do not know when to come back",
                "1 to the window",
            )
        policy = headers.get("ratelimit-policy", "")
        if f"q={limit};w={window}" not in policy.replace(" ", ""):
            yield Fault(
                f"429 says RateLimit-Policy {policy!r}",
                "429",
                "clients cannot keep to a limit that is not told",
            )
        if "r=0" not in headers.get("ratelimit", ""):
            yield Fault(
                f"429 says RateLimit {headers.get('ratelimit', '')!r}",
                "429",
                "it does not say that nothing is left",
            )


def _everywhere(subject: Subject, clients: Clients, caller: Caller) -> Iterator[Fault]:
    """Whoever has used the limit up is refused on every route, and whatever address they claim to have."""
    routes = {(each.method, each.path): each.place for each in facts(subject).routes}
    for (method, path), place in routes.items():
        if UNLIMITED.match(path):
            continue
        status = clients.ask(caller, method, PARAMETER.sub(NOWHERE, path)).status_code
        if status != 429:
            yield Fault(
                f"{method} {path} answers {status} to a caller who has used the limit up",
                place if place.startswith("src/") else f"{method} {path}",
                why=WHY,
                next_step="let the limit count every path but the probes",
            )
    path = next(
        path
        for (method, path) in routes
        if method == "GET" and not PARAMETER.search(path) and not UNLIMITED.match(path)
    )
    for header in ADDRESSES:
        if clients.ask(caller, "GET", path, headers={header: "203.0.113.7"}).status_code != 429:
            yield Fault(
                f"{header} starts the limit anew",
                f"GET {path}",
                "callers make up addresses",
                "count by account",
            )


def _anonymous(clients: Clients, limit: int, path: str) -> tuple[int, list[Fault]]:
    """Nobody in particular: counted by address, whatever they claim, and with tokens that nobody has issued."""
    anonymous, admitted = clients.stand.anonymous, 0
    for number in range(limit + OVER):
        claimed = dict.fromkeys(ADDRESSES, f"203.0.113.{number % 250}")
        headers = claimed if number % 2 else {"Authorization": f"Bearer made.up.{number}"}
        admitted += clients.ask(anonymous, "GET", path, headers=headers).status_code != 429
    faults = []
    login = clients.ask(
        anonymous, "POST", "/auth/login", json={"email": "a@example.com", "password": "wrong sentence"}
    )
    if admitted <= limit and login.status_code != 429:
        faults.append(
            Fault(
                f"signing in answers {login.status_code} when the limit is used up", "POST /auth/login", WHY
            )
        )
    return admitted, faults


def _guessed(clients: Clients, owner: Caller) -> Iterator[Fault]:
    """Passwords of one account are not guessed one after the other; its owner is not shut out elsewhere."""
    told = json_of(clients.ask(owner, "GET", "/auth/me"))
    email = str(told.get("email", "")) if isinstance(told, dict) else ""
    wrong = {"email": email or "nobody@example.com", "password": "not the right sentence"}
    statuses = [
        clients.ask(clients.stand.anonymous, "POST", "/auth/login", json=wrong).status_code
        for _ in range(GUESSES)
    ]
    if 429 not in statuses:
        yield Fault(
            f"{GUESSES} wrong passwords for one account are all looked at: {sorted(set(statuses))}",
            "POST /auth/login",
            why="CWE-307: a password can be guessed as fast as the network allows",
            next_step="let each further attempt wait",
        )
    if clients.ask(owner, "GET", "/auth/me").status_code != 200:
        yield Fault(
            "wrong passwords of a stranger end the sessions of an account",
            "POST /auth/login",
            "anybody can lock it",
        )


def _of_others(subject: Subject) -> Outcome:
    """A backend of another kind: if it says 429, it does it, says when to come back, and for one caller alone."""
    shared = subject.stands.shared()
    declaring = [
        each
        for each in operations(shared.document)
        if each.method == "GET" and not each.names and "429" in each.described.get("responses", {})
    ]
    if not declaring:
        raise NotRun(
            "its document declares no 429",
            "declare it where requests are limited",
            required=subject.service is not None,  # a proxy may do it for others
        )
    with subject.stands.fresh() as stand:
        first, *rest = [each for callers in stand.callers.values() for each in callers]
        answers = burst(
            stand, first, [declaring[0].path] * SENT if subject.full else [declaring[0].path] * 300
        )
        refused = [each for each in answers if each.status_code == 429]
        if not refused:
            raise NotRun(
                f"{len(answers)} requests did not reach its limit", "run the full profile, or lower the limit"
            )
        faults = []
        if not refused[0].headers.get("retry-after"):
            faults.append(
                Fault(
                    "429 does not say Retry-After", str(declaring[0]), "clients do not know when to come back"
                )
            )
        if rest and _ask(rest[0], lambda client: client.get(declaring[0].path)).status_code == 429:
            faults.append(
                Fault("another caller is refused, too", str(declaring[0]), WHY, "count for each caller")
            )
    return judged(f"{len(refused)} of {len(answers)} requests refused", faults)


def _ask(caller: Caller, call: Callable[[httpx2.Client], Any]) -> Any:
    with caller.client() as client:
        return call(client)
