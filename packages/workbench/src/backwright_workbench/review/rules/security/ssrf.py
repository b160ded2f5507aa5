"""The caller decides to which server the service talks."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.flow import Flow, flows
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.flowing import seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "The caller decides to which server the service talks",
    Severity.HIGH,
    cwe=(918,),
    owasp=("API7:2023", "A10:2021"),
)
FIX = (
    "compare the host with a list of those that you mean (`urlsplit(url).hostname in ALLOWED`), allow https only, and "
    "do not follow redirects"
)
OPEN = re.compile(r"^\s*(?:https?|ftp)?:?/?/?(?:[^/\s]*@)?$", re.I)
"""What stands before a value that still decides the host."""
FETCHERS = re.compile(r"\b(curl|wget)\b")


def find(app: Application) -> Iterator[Seen]:
    """Addresses that a request takes part in, where its part can be the host; each part once."""
    told: set[str] = set()
    for flow in flows(app):
        if not flow.is_proven or flow.source == "url":
            continue
        if flow.kind == "url" and decides_host(flow):
            if flow.label in told:
                continue
            told.add(flow.label)
            yield seen(flow, f"{flow.label} decides to which server `{flow.what}` talks", FIX)
        elif flow.kind == "command" and FETCHERS.search(flow.prefix) and "\0" not in flow.prefix:
            yield seen(
                flow, f"{flow.label} decides which address the command fetches", FIX, Confidence.MEDIUM
            )


def decides_host(flow: Flow) -> bool:
    """Whether what stands before the value leaves the host open."""
    return bool(OPEN.match(flow.prefix)) if flow.prefix else True
