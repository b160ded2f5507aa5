"""The caller decides which file is opened."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.flow import Flow, flows
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.flowing import seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "The caller decides which file is used",
    Severity.HIGH,
    cwe=(22,),
    owasp=("A01:2021",),
)
FIX = (
    "take the last part only (`secure_filename(name)`, `Path(name).name`), or resolve the path and check "
    "`is_relative_to(folder)`; better: name files yourself and keep the caller's name in the database"
)


CONTENT = frozenset(["stream", "file", "content", "content_type", "size", "headers"])
"""Attributes of an upload that are not its name."""


def find(app: Application) -> Iterator[Seen]:
    """Paths that a request takes part in; each part once in a handler, and once where it is handed on."""
    told: set[tuple[object, ...]] = set()
    for flow in flows(app):
        if flow.kind not in ("path", "archive") or not flow.is_proven or not _is_name(flow):
            continue
        is_handed_on = any(each.what.startswith(("passed to", "comes back")) for each in flow.steps)
        key = (flow.kind, flow.label, None if is_handed_on else flow.function)
        if key not in told:
            told.add(key)
            confidence = Confidence.MEDIUM if flow.kind == "archive" else Confidence.HIGH
            yield seen(flow, f"{flow.label} decides which file `{flow.what}` uses", FIX, confidence)


def _is_name(flow: Flow) -> bool:
    """Whether it is a name, not what an upload holds."""
    if flow.kind == "archive":
        return True
    if flow.path and flow.path[-1] in CONTENT and (flow.source == "file" or len(flow.path) > 1):
        return False
    return flow.source != "url" and (flow.source != "file" or len(flow.path) > 1)
