"""Values of the caller are put into a command that a shell reads."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.flow import Flow, flows
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.flowing import led, seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "Values are put into a command for a shell",
    Severity.CRITICAL,
    cwe=(78,),
    owasp=("A03:2021", "API8:2023"),
)
FIX = "give the program and its arguments as a list, without a shell: `subprocess.run([program, value], check=True)`"


def find(app: Application) -> Iterator[Seen]:
    """Commands for a shell with a value in them, and programs that the caller chooses."""
    for flow in flows(app):
        if flow.kind == "process" and flow.is_proven:
            yield seen(flow, f"{flow.label} decides which program `{flow.what}` runs", FIX)
        elif flow.kind == "command" and flow.is_proven:
            yield seen(
                flow, f"{flow.label} becomes a part of the command that `{flow.what}` gives to a shell", FIX
            )
        elif flow.kind == "command" and (flow.origin in ("parameter", "field") or _is_stored_text(flow)):
            message = f"{flow.label} becomes a part of the command that `{flow.what}` gives to a shell"
            yield seen(flow, message, FIX, Confidence.MEDIUM)


def _is_stored_text(flow: Flow) -> bool:
    """Whether a text that was read from the database is put into a command; its name says where it is a number."""
    name = led(flow).lower()
    is_number = name.isdigit() or name.endswith(("id", "pid", "port", "count", "number", "uuid"))
    return flow.origin in ("column", "stored") and flow.built and not is_number
