"""Data from outside is read in a form that can run code."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.syntax import Call, last_name
from backwright_workbench.codebase.flow import flows
from backwright_workbench.codebase.flow.sinks import SAFE_LOADERS
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.flowing import seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "Data from outside is read in a form that can run code",
    Severity.CRITICAL,
    cwe=(502,),
    owasp=("A08:2021",),
)
FIX = "use a form that is data only: `json.loads(data)`, `yaml.safe_load(text)`; sign what goes out and comes back"
LOADERS = frozenset(["yaml.load", "yaml.load_all"])
UNSAFE = frozenset(["yaml.unsafe_load", "yaml.unsafe_load_all"])
OFFICIAL = ("Loader", "UnsafeLoader", "FullLoader", "CLoader")


def find(app: Application) -> Iterator[Seen]:
    """`pickle`, `marshal` and the like over data of somebody else; `yaml.load` without the safe loader."""
    for flow in flows(app):
        if flow.kind != "deserialize":
            continue
        if flow.is_proven:
            yield seen(flow, f"`{flow.what}` reads {flow.label}: whoever sends it can run code", FIX)
        elif flow.origin in ("parameter", "field") and "load" in flow.what:
            message = f"`{flow.what}` reads {flow.label}: if others decide it, they can run code"
            yield seen(flow, message, FIX, Confidence.MEDIUM)
    for each in app.nodes(Call):
        call = each.node
        loader = call.argument(1, "Loader")
        if loader is None and any(not keyword.name for keyword in call.keywords):
            continue
        unsafe = call.refers in UNSAFE or (call.refers in LOADERS and last_name(loader) not in SAFE_LOADERS)
        if unsafe and (loader is None or last_name(loader) in OFFICIAL[:2]):
            yield Seen(
                each.place,
                f"`{call.refers}` makes whatever objects the text names, functions among them",
                Confidence.MEDIUM,
                fix="`yaml.safe_load(text)`",
            )
