"""XML from outside is read with entities."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.syntax import Call, constant, last_name
from backwright_workbench.codebase.flow import Flow, flows
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.flowing import seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "XML is read with external entities",
    Severity.HIGH,
    cwe=(611,),
    owasp=("A05:2021",),
)
FIX = "`defusedxml`, or a parser with `resolve_entities=False, no_network=True`"
PARSERS = ("lxml.etree.XMLParser", "lxml.etree.ETCompatXMLParser", "lxml.etree.iterparse")
FEATURES = ("feature_external_ges", "feature_external_pes")


def find(app: Application) -> Iterator[Seen]:
    """Parsers that are told to follow entities, and lxml over a request with its own defaults."""
    for each in app.nodes(Call):
        message = _told(each.node)
        if message:
            yield Seen(each.place, message, fix=FIX)
    for flow in flows(app):
        if flow.kind == "xml" and flow.is_proven and _is_default(flow):
            message = f"`{flow.what}` reads {flow.label} with a parser that resolves entities"
            yield seen(flow, message, FIX, Confidence.MEDIUM)


def _told(call: Call) -> str:
    """What a parser is told that lets documents read more than themselves; empty if nothing."""
    if call.refers in PARSERS:
        for name, bad in (("resolve_entities", True), ("load_dtd", True), ("no_network", False)):
            if constant(call.keyword(name)) is bad:
                return f"the parser is made with `{name}={bad}`: a document decides what else it reads"
    if call.name == "setFeature" and len(call.args) > 1 and last_name(call.args[0]) in FEATURES:
        return "the parser is told to follow external entities" if constant(call.args[1]) in (True, 1) else ""
    return ""


def _is_default(flow: Flow) -> bool:
    call = flow.call
    is_lxml = call is not None and call.refers.startswith("lxml.")
    return is_lxml and call is not None and call.argument(1, "parser") is None and not flow.built
