"""What callers send in confidence turns up nowhere: not in logs, errors, metrics or the audit log.

Recognisable values go through every operation, right and wrong, signed in and not. Red: a password in a log line, a
header dump, a body that an exception prints, an error that echoes a token, a line break that forges a line.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote

import httpx2

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.security.canaries import FORGED, Canaries, Sent, credentials, requests
from backwright_workbench.verify.outcome import Fault, NotRun, Outcome, judged
from backwright_workbench.verify.stand.doors import Doors
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.stand.stands import FEW, ServiceStands
from backwright_workbench.verify.subject import Subject

AS_IN_PRODUCTION = {
    "ENVIRONMENT": "production",
    "PUBLIC_URL": "https://api.example.com",
    "ALLOWED_HOSTS": "127.0.0.1",
    "LOG_LEVEL": "DEBUG",
}
"""A service logs differently while it is developed; and in production, too, somebody turns on DEBUG one day."""

SETTLE = 0.6
"""Seconds that a log gets to be written."""

LOGIN = "/auth/login"
FAULTS = 12
"""Faults of one kind that are told; more say the same."""

CHECK = Check(
    title="What callers send in confidence turns up nowhere",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT, Need.PROCESS}),
    proves=("CWE-532", "CWE-117", "CWE-209", "OWASP A09:2021"),
)


def run(subject: Subject) -> Outcome:
    """Sends everything to a stand of its own, then looks through what is left of it."""
    ours = subject.blueprint is not None
    settings: dict[str, Any] = AS_IN_PRODUCTION if ours else {}
    with subject.stands.fresh(rows=FEW, **settings) as stand:
        if stand.server is None:
            raise NotRun("its log cannot be read")
        canaries = Canaries()
        document = (
            subject.stands.shared().document if ours else stand.document
        )  # production does not serve it
        answers = list(everything(subject, stand, document, canaries))
        faults = list(echoes(answers, canaries, strict=ours))
        notes = [] if ours else ["a value that an error sends back to its sender is no fault here"]
        if ours:
            faults += metrics_faults(stand, canaries)
            faults += audit_faults(subject, stand, canaries)
        sleep(SETTLE)
        lines = stand.server.log.read_text(encoding="utf-8", errors="replace").split("\n")
    faults += log_faults(lines, canaries, subject, strict=ours)
    if ours:
        faults += form_faults(lines, answers)
    shown = "\n".join(f"{answer.status_code} {sent.operation}" for sent, answer in answers)
    subject.record.keep(
        "requests.txt", shown + "\n", command="every operation of the document, twice and more"
    )
    said = f"{len(answers)} requests with {len(canaries.secret)} secrets, {len(lines)} lines of log"
    return judged(said, faults[: FAULTS * 3], notes=tuple(notes))


def everything(
    subject: Subject, stand: Stand, document: Mapping[str, Any], canaries: Canaries
) -> Iterator[tuple[Sent, httpx2.Response]]:
    """Every operation as the caller who may do most, and as nobody; logins that fail; a database that is away."""
    roles = sorted(stand.callers, key=lambda role: (role != "admin", role == "", role))
    with stand.anonymous.client() as nobody:
        yield from sign_in(subject, nobody, canaries)
        prepared: list[Sent] = []
        if roles and stand.callers[roles[0]]:
            with stand.callers[roles[0]][0].client() as somebody:
                prepared = list(requests(document, canaries, rows_there(somebody, document)))
                if stand.gate is not None:
                    stand.gate.close()
                    yield from _sent(
                        somebody,
                        [each for each in prepared if each.method == "POST" and each.json][:3],
                        subject,
                    )
                    stand.gate.open()
                yield from _sent(somebody, prepared, subject)
        yield from _sent(nobody, prepared[1::2] or list(requests(document, canaries, {})), subject)
        first = next((each for each in prepared if each.method == "GET"), None)
        for headers in credentials(canaries):
            if first is not None:
                yield from _sent(nobody, [Sent(first.operation, "GET", first.path, {}, headers)], subject)
        for path in ("/no-such-path", "/"):
            secret = (
                canaries.make(f"the query of GET {path}", secret=True)
                if subject.blueprint is not None
                else "x"
            )
            yield from _sent(
                nobody,
                [Sent(f"GET {path}", "GET", path, {"access_token": secret, "password": secret})],
                subject,
            )


def rows_there(client: httpx2.Client, document: Mapping[str, Any]) -> dict[str, str]:
    """For each list the id of a row of it."""
    found: dict[str, str] = {}
    for path, item in document.get("paths", {}).items():
        if "get" in item and "{" not in path and "/auth" not in path:
            with suppress(httpx2.HTTPError, ValueError):
                answer = client.get(path)
                told = answer.json() if answer.status_code == 200 else []
                rows = (
                    next((each for each in told.values() if isinstance(each, list)), [])
                    if isinstance(told, dict)
                    else told
                )
                if rows and isinstance(rows[-1], dict) and "id" in rows[-1]:
                    found[path] = str(rows[-1]["id"])
    return found


def sign_in(
    subject: Subject, client: httpx2.Client, canaries: Canaries
) -> Iterator[tuple[Sent, httpx2.Response]]:
    """Somebody signs in, refreshes, and mistypes the password: what was given out is secret from then on."""
    if not isinstance(subject.stands, ServiceStands):
        return
    email = next((each for of_role in subject.stands.prepared.addresses.values() for each in of_role), "")
    right = Sent(
        f"POST {LOGIN}", "POST", LOGIN, json={"email": email, "password": subject.stands.prepared.password}
    )
    for sent, answer in _sent(client, [right], subject):
        given = answer.json() if answer.status_code == 200 else {}
        for name, value in given.items():
            if "token" in name and isinstance(value, str) and len(value) > 15:
                canaries.secret[value] = f"{name} of POST {LOGIN}"
        # the answer itself holds them, rightly: only its status is kept
        yield sent, httpx2.Response(answer.status_code, headers=answer.headers)
    wrong = {"email": email, "password": canaries.make(f"a mistyped password in POST {LOGIN}", secret=True)}
    yield from _sent(client, [Sent(f"POST {LOGIN}", "POST", LOGIN, json=wrong)], subject)
    torn = Sent(f"POST {LOGIN}", "POST", LOGIN, json=None, headers={"Content-Type": "application/json"})
    content = f'{{"email": "x", "password": "{canaries.make(f"broken JSON in POST {LOGIN}", secret=True)}'
    yield torn, client.post(LOGIN, content=content.encode(), headers=dict(torn.headers))


def _sent(
    client: httpx2.Client, prepared: list[Sent], subject: Subject
) -> Iterator[tuple[Sent, httpx2.Response]]:
    began = monotonic()
    for each in prepared:
        if monotonic() - began > 60:
            return
        try:
            answer = client.request(
                each.method, each.path, params=dict(each.query) or None, headers=dict(each.headers), json=each.json,
                data=dict(each.form) if each.form is not None else None, timeout=10,
            )  # fmt: skip
        except httpx2.HTTPError as error:
            subject.say(f"{each.operation}: {type(error).__name__}")
            continue
        yield each, answer


def echoes(
    answers: list[tuple[Sent, httpx2.Response]], canaries: Canaries, *, strict: bool
) -> Iterator[Fault]:
    """Errors that send a secret back, and answers that show a password."""
    told: set[str] = set()
    for sent, answer in answers:
        if answer.status_code < 400 and "password" not in json.dumps(sent.json or {}):
            continue
        for _, where in found_in(answer.text, canaries.secret):
            shown = strict and (answer.status_code >= 400 or "password" in where)
            if shown and sent.operation not in told:
                told.add(sent.operation)
                yield Fault(
                    f"an answer ({answer.status_code}) holds {where}",
                    sent.operation,
                    "what is in an answer is kept by proxies, browsers and those who report errors",
                    "name the field and leave its value out",
                )


def metrics_faults(stand: Stand, canaries: Canaries) -> Iterator[Fault]:
    """Nothing that callers send may become a label: neither secrets nor names without end."""
    with stand.anonymous.client() as client:
        text = client.get("/metrics").text
    for _, where in [*found_in(text, canaries.secret), *found_in(text, canaries.business)][:1]:
        yield Fault(
            f"the metrics hold {where}",
            "GET /metrics",
            "they are kept for long, and each value is a series",
            "the route, never the path",
        )


def audit_faults(subject: Subject, stand: Stand, canaries: Canaries) -> Iterator[Fault]:
    """The audit log may say what was changed, but never a secret."""
    service = subject.running()
    assert stand.folder is not None
    with Doors(service) as doors:
        said = doors.run("audit", "export", cwd=service.directory, environment=stand.settings, timeout=30)
    for _, where in list(found_in(said.output, canaries.secret))[:FAULTS]:
        yield Fault(
            f"the audit log holds {where}",
            "audit_log.changes",
            "it is kept longest, and is read by many",
            "leave the field out of changes",
        )


def log_faults(lines: list[str], canaries: Canaries, subject: Subject, *, strict: bool) -> Iterator[Fault]:
    """Lines of the log that hold what they must not."""
    told: set[str] = set()
    for number, line in enumerate(lines, 1):
        secrets = [where for _, where in found_in(line, canaries.secret)]
        if not secrets and subject.record.clean(line) != line:
            secrets = ["a password, a token or a key of the stand"]
        others = [where for _, where in found_in(line, canaries.business)] if strict else []
        said = (secrets or others or [""])[0]
        kind = said.partition(" in ")[0] if secrets else "body"
        if said and kind not in told and len(told) < FAULTS:
            told.add(kind)
            yield Fault(
                f"the log holds {said} (logger {_logger(line)})",
                f"log, line {number}",
                "logs are kept for long, and are read by many"
                if secrets
                else "what callers send may be anything, also personal",
                "log what happened and its id, never what was sent",
            )
        if FORGED in line and _event(line) == FORGED:
            yield Fault(
                "a line break that a caller sent begins a new line",
                f"log, line {number}",
                "a caller can write what never happened",
                "write control characters out",
            )
            return


def form_faults(lines: list[str], answers: list[tuple[Sent, httpx2.Response]]) -> Iterator[Fault]:
    """Each line is JSON, and each request has one with its id."""
    ids, torn = set(), []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            ids.add(json.loads(line).get("request_id"))
        except (ValueError, AttributeError):
            torn.append(number)
    if torn:
        what = f"{len(torn)} lines are not JSON, such as: {lines[torn[0] - 1][:80]!r}"
        yield Fault(
            what,
            f"log, line {torn[0]}",
            "what collects logs cannot read them",
            "log with logging, and print nothing",
        )
    missing = [sent.operation for sent, answer in answers if answer.headers.get("X-Request-ID") not in ids]
    if missing:
        why = "a caller who names the id of a request cannot be helped"
        yield Fault(
            f"{len(missing)} requests have no line in the log",
            missing[0],
            why,
            "one line for each request, with its id",
        )


def found_in(text: str, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Which values stand in a text, as they are or encoded."""
    lower = text.lower()
    for value, where in values.items():
        forms = (
            value.lower(),
            quote(value, safe="").lower(),
            base64.b64encode(value.encode()).decode().lower()[:-4],
        )
        if any(form in lower for form in forms):
            yield value, where


def _event(line: str) -> Any:
    try:
        return json.loads(line).get("event")
    except (ValueError, AttributeError):
        return None


def _logger(line: str) -> str:
    try:
        return str(json.loads(line).get("logger", "?"))
    except (ValueError, AttributeError):
        return "?"
