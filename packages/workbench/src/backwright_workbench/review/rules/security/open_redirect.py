"""The caller decides where a browser is sent."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.flow import flows
from backwright_workbench.review.finding import Seen, Severity
from backwright_workbench.review.flowing import seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "The caller decides where a browser is sent",
    Severity.MEDIUM,
    cwe=(601,),
    owasp=("A01:2021",),
)
FIX = (
    "send to paths of your own only: `url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()})` in "
    "Django, else check that `urlsplit(url)` has neither scheme nor host"
)
OPEN = re.compile(r"^\s*(?:https?:)?/{0,2}$", re.I)


def find(app: Application) -> Iterator[Seen]:
    """Redirects to an address whose host may come from the request."""
    for flow in flows(app):
        if flow.kind != "redirect" or not flow.is_proven or flow.source in ("url", "referrer", "path"):
            continue
        if (not flow.prefix or OPEN.match(flow.prefix)) and flow.prefix != "/":
            yield seen(flow, f"{flow.label} decides where `{flow.what}` sends the browser", FIX)
