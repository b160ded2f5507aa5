"""The record of logins takes what the caller sends, line breaks included."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.flow import Flow, flows
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.flowing import seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "The record of logins takes what the caller sends",
    Severity.LOW,
    cwe=(117,),
    owasp=("A09:2021",),
)
FIX = "log it as `%r` (or `{value!r}`), take line breaks out, or log JSON"
RECORDS = re.compile(r"log_?in|sign_?in|authenticat|log_?out|password|register|sign_?up|audit", re.I)
STRUCTURED = (
    "structlog",
    "python-json-logger",
    "loguru",
    "json-logging",
    "ecs-logging",
    "logstash",
    "aws-lambda-powertools",
)


def find(app: Application) -> Iterator[Seen]:
    """Plain lines about logins with a text of the caller in them."""
    if app.depends_on(*STRUCTURED):
        return
    for flow in flows(app):
        if flow.kind == "log" and flow.is_proven and flow.what != "print" and _is_record(flow):
            message = f"{flow.label} is logged as it is: with a line break in it the caller forges records"
            yield seen(flow, message, FIX, Confidence.MEDIUM)


def _is_record(flow: Flow) -> bool:
    """Whether a line tells of a login, where a forged one misleads those who look for an attack."""
    if flow.source not in ("query", "form", "json", "body", "path", "argument") or not flow.path:
        return False
    return flow.function is not None and bool(RECORDS.search(flow.function.name))
