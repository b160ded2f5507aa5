"""Values of the caller are run as code, or as the text of a template."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.flow import Flow, flows
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.flowing import seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "Values are run as code",
    Severity.CRITICAL,
    cwe=(94, 95, 1336),
    owasp=("A03:2021",),
)
CODE = "do without: a table of functions by name (`OPERATIONS[name](…)`), `ast.literal_eval` for values"
TEMPLATE = "keep the template constant and give it the value: `render_template_string(TEMPLATE, name=name)`"


def find(app: Application) -> Iterator[Seen]:
    """`eval` and `exec`, templates and imports with a text that is not constant."""
    for flow in flows(app):
        if flow.is_proven and (flow.kind == "code" or (flow.kind == "import" and not flow.prefix)):
            yield seen(flow, f"{flow.label} is run as code by `{flow.what}`", CODE)
        elif flow.kind == "template" and flow.is_proven:
            message = (
                f"{flow.label} becomes a part of the template that `{flow.what}` runs: templates are programs"
            )
            yield seen(flow, message, TEMPLATE)
        elif flow.kind == "code" and _is_free(flow):
            message = f"{flow.label} is run as code by `{flow.what}`: whoever decides it decides what runs"
            yield seen(flow, message, CODE, Confidence.MEDIUM)


def _is_free(flow: Flow) -> bool:
    """Whether `eval` or `exec` gets something that nobody is seen to set."""
    return (
        flow.origin == "parameter"
        and flow.what.rpartition(".")[2] in ("eval", "exec")
        and len(flow.path) == 1
    )
