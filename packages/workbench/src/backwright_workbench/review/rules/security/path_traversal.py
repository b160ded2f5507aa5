"""The caller decides which file is opened."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.flow import flows
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


def find(app: Application) -> Iterator[Seen]:
    """Paths that a request takes part in."""
    for flow in flows(app):
        if flow.kind not in ("path", "archive") or not flow.is_proven:
            continue
        if (
            flow.kind == "path"
            and flow.source in ("url", "file")
            and len(flow.path) < (2 if flow.source == "file" else 0)
        ):
            continue  # the uploaded file itself, not its name
        confidence = Confidence.MEDIUM if flow.kind == "archive" else Confidence.HIGH
        yield seen(flow, f"{flow.label} decides which file `{flow.what}` uses", FIX, confidence)
