"""What callers send in confidence turns up nowhere: not in logs, errors, metrics or the audit log.

Recognisable values go through every operation, right and wrong, signed in and not. Red: a password in a log line, a
header dump, a body that an exception prints, an error that echoes a token, a line break that forges a line.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from time import sleep
from typing import Any
from urllib.parse import quote

import httpx2

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.security.canaries import FORGED, Canaries, Sent
from backwright_workbench.verify.checks.security.canary_requests import as_in_production, everything
from backwright_workbench.verify.outcome import Fault, NotRun, Outcome, judged
from backwright_workbench.verify.stand.doors import Doors
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.subject import Subject

SETTLE = 0.6
"""Seconds that a log gets to be written."""

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
    with as_in_production(subject) if ours else subject.stands.fresh() as stand:
        if stand.server is None:
            raise NotRun("its log cannot be read")
        canaries = Canaries()
        document = subject.stands.shared().document if ours else stand.document  # not served in production
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


def echoes(
    answers: list[tuple[Sent, httpx2.Response]], canaries: Canaries, *, strict: bool
) -> Iterator[Fault]:
    """Errors that send a secret back, and answers that show a password."""
    told: set[str] = set()
    for sent, answer in answers:
        if "Traceback (most recent call last)" in answer.text and sent.operation not in told:
            told.add(sent.operation)
            yield Fault(
                f"an answer ({answer.status_code}) holds a stack",
                sent.operation,
                "it shows files, versions and values to whoever asks",
                "let errors pass: they are logged with their stack, and answered without",
            )
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
        if strict and not secrets and subject.record.clean(line) != line:
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
