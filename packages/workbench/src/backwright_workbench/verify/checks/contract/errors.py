"""Every refusal looks the same, and says what the standard asks of it.

Clients handle errors once or not at all. Red: an error that is plain text, a 405 without `Allow`, a 401 without
`WWW-Authenticate`, a refusal with the wrong status, a server error where a request was wrong.
"""

import json
from collections import Counter
from collections.abc import Iterator

import httpx2

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.openapi.refusals import TOO_LARGE, Probe, Refusal, provoked
from backwright_workbench.verify.openapi.rows import as_json
from backwright_workbench.verify.outcome import Fault, Outcome, judged
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="Every refusal has the same form, the right status and the headers that go with it",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT}),
    proves=("RFC 9457", "RFC 9110", "CWE-209", "OWASP API8:2023"),
)

PROBLEM = "application/problem+json"
MEMBERS = {"type": str, "title": str, "status": int, "code": str, "request_id": str}
"""What each problem of a service of ours has."""

DEMANDED = {401: "WWW-Authenticate", 405: "Allow"}
"""Headers without which RFC 9110 does not allow a status."""

INSIDE = (
    "Traceback (most recent call last)", 'File "/', "sqlalchemy.exc", "psycopg", "sqlite3.", "DEBUG = True",
    "Werkzeug Debugger",
)  # fmt: skip
"""What shows that an error tells how the backend is made."""


def run(subject: Subject) -> Outcome:
    """Provokes refusals of every kind, and looks at each."""
    stand = subject.stands.shared()
    ours = subject.service is not None
    faults: list[Fault] = []
    seen: Counter[tuple[str, int]] = Counter()
    forms: Counter[str] = Counter()
    kept = []
    for each in provoked(stand):
        answer = each.answer
        seen[each.probe.kind, answer.status_code if answer is not None else 0] += 1
        kept.append(f"{each.probe.kind}: {each.probe} as {each.role or 'nobody'}: {shown(answer)}")
        if answer is not None and answer.status_code >= 400:
            forms[media_type(answer)] += 1
        for what, why in wrong(each, ours=ours):
            faults.append(Fault(what, str(each.probe), why, f"see it with: {each.probe.curl}"))
    subject.record.keep(
        "refusals.txt", "\n".join(kept) + "\n", command="requests that are wrong in one way each"
    )
    notes = []
    if not ours and len(forms) > 1:
        notes.append(f"errors come in {len(forms)} forms: {', '.join(sorted(forms))}")
    told = [
        {"kind": kind, "status": status, "answers": number} for (kind, status), number in sorted(seen.items())
    ]
    kinds = len({kind for kind, _ in seen})
    return judged(
        f"{sum(seen.values())} wrong requests of {kinds} kinds",
        faults,
        notes=tuple(notes),
        data={"refusals": told},
    )


def wrong(refusal: Refusal, *, ours: bool) -> Iterator[tuple[str, str]]:
    """What is wrong with an answer, and why that matters. `ours`: it keeps to our conventions, too."""
    probe, answer = refusal.probe, refusal.answer
    if answer is not None:
        yield from standard(probe, answer)
        yield from convention(probe, answer) if ours else ()
    elif probe.kind != TOO_LARGE:  # that one may be cut off while it is being sent
        yield f"closes the connection on a request with {probe.kind}", "clients send it again and again"


def standard(probe: Probe, answer: httpx2.Response) -> Iterator[tuple[str, str]]:
    """What any backend owes."""
    status = answer.status_code
    if status >= 500:
        yield (
            f"answers {status} to a request with {probe.kind}",
            "a server error says that the server is at fault",
        )
    header = DEMANDED.get(status)
    if header and not answer.headers.get(header):
        yield (
            f"answers {status} without {header}",
            "RFC 9110 demands it; clients cannot know what to do instead",
        )
    if any(each in answer.text for each in INSIDE):
        yield f"its {status} tells how the backend is made", "attackers learn files, libraries and queries"


def convention(probe: Probe, answer: httpx2.Response) -> Iterator[tuple[str, str]]:
    """What a service of ours owes beyond that."""
    status = answer.status_code
    if probe.expected and status not in probe.expected and status < 500:
        wanted = " or ".join(map(str, probe.expected))
        yield (
            f"answers {status} to a request with {probe.kind}; it should be {wanted}",
            "clients decide by the status",
        )
    if status >= 400:
        yield from form(answer)


def form(answer: httpx2.Response) -> Iterator[tuple[str, str]]:
    """What the body of an error has to be."""
    status = answer.status_code
    if media_type(answer) != PROBLEM:
        told = media_type(answer) or "no content"
        yield f"its {status} is {told}, not {PROBLEM}", "clients read one form of error"
        return
    body = as_json(answer)
    if not isinstance(body, dict):
        yield f"its {status} is not a JSON object", "clients read one form of error"
        return
    missing = [
        name for name, kind in MEMBERS.items() if not isinstance(body.get(name), kind) or body[name] == ""
    ]
    if missing:
        yield (
            f"its {status} has no {', '.join(missing)}",
            "clients decide by code, support finds logs by request_id",
        )
    elif body["status"] != status:
        yield f"its {status} says status {body['status']} in the body", "proxies and clients read either"


def media_type(answer: httpx2.Response) -> str:
    """`application/json` of `application/json; charset=utf-8`."""
    return str(answer.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def shown(answer: httpx2.Response | None) -> str:
    """An answer on one line."""
    if answer is None:
        return "the connection was closed"
    headers = {name: answer.headers[name] for name in DEMANDED.values() if name in answer.headers}
    return f"{answer.status_code} {media_type(answer)} {json.dumps(headers)} {answer.text[:200]!r}"
