"""A query of a document database takes what the caller sends as it is."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.flow import flows
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.flowing import seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "A query of a document database takes what the caller sends",
    Severity.HIGH,
    cwe=(943,),
    owasp=("A03:2021",),
)
FIX = 'make a text of it (`{"name": str(name)}`), or let a schema say that it is one; never build `$where`'


def find(app: Application) -> Iterator[Seen]:
    """Filters with an object of a JSON body in them, and JavaScript with a value in it."""
    for flow in flows(app):
        if flow.kind != "nosql" or not flow.is_proven:
            continue
        if flow.built and ("this." in flow.prefix or "function" in flow.prefix):
            yield seen(flow, f"{flow.label} becomes a part of the JavaScript that the database runs", FIX)
        elif flow.is_object and flow.source in ("json", "body", "message") and not flow.built:
            message = f"{flow.label} goes into `{flow.what}` as it is: an object such as `{{'$ne': null}}` matches all"
            yield seen(flow, message, FIX, Confidence.MEDIUM)
