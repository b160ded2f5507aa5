"""What Spectral's OWASP ruleset asks of answers and servers: refusals that are declared, limits that are told, TLS.

What lives here: one small function for each rule. What must not: trying any of it; that is what other checks do.
"""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from backwright_workbench.verify.openapi.documents import Document, operations, responses, walk
from backwright_workbench.verify.openapi.rule import Found, Rule

ENVIRONMENT = re.compile(r"local|sandbox|alpha|beta|test|stag|prod|next", re.I)
LIMITS = (
    {"RateLimit"},
    {"RateLimit-Limit", "RateLimit-Reset"},
    {"X-RateLimit-Limit"},
    {"X-Rate-Limit-Limit"},
)
CONTRACT = "clients cannot tell a refusal from a fault if it is not declared"


def declares(*statuses: str, closed: bool = False) -> Callable[[Document], Found]:
    """Each operation (that asks for credentials) declares one of these, with a body."""

    def find(document: Document) -> Found:
        for each in operations(document):
            if closed and not each.is_closed:
                continue
            told = dict(responses(document, each))
            given = next((told[status] for status in statuses if status in told), None)
            if given is None:
                yield f"{each.pointer}/responses", f"{each} does not declare {' or '.join(statuses)}"
            elif len(statuses) == 1 and not given.get("content"):
                yield (
                    f"{each.pointer}/responses/{statuses[0]}",
                    f"{each} declares {statuses[0]} without content",
                )

    return find


def limited(document: Document) -> Found:
    """Answers tell how much a caller has left."""
    for each in operations(document):
        for status, said in responses(document, each):
            headers = said.get("headers") or {}
            is_told = any(wanted <= headers.keys() for wanted in LIMITS)
            if status[0] in "24" and not is_told:
                yield (
                    f"{each.pointer}/responses/{status}",
                    f"{each}: {status} declares no rate-limit header",
                )


def retry_after(document: Document) -> Found:
    """A caller who has to wait is told how long."""
    for each in operations(document):
        said = dict(responses(document, each)).get("429")
        if said is not None and "Retry-After" not in (said.get("headers") or {}):
            yield f"{each.pointer}/responses/429", f"{each}: 429 declares no Retry-After"


def cors(document: Document) -> Found:
    """Where headers are declared, so is which pages may read the answer."""
    for at, part in walk(document):
        is_headers = at.endswith("/headers") and isinstance(part, Mapping) and "/properties/" not in at
        if is_headers and part and "Access-Control-Allow-Origin" not in part:
            yield at, "Access-Control-Allow-Origin is not declared"


def is_local(url: str) -> bool:
    """Whether an address is on the same machine, so that nobody listens on the way."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def plain_servers(document: Document, *, local: bool) -> Found:
    """Nobody reads or changes what is sent."""
    for number, each in enumerate(document.get("servers") or ()):
        url = str(each.get("url", ""))
        if url.startswith(("http:", "ws:")) and is_local(url) == local:
            yield f"#/servers/{number}/url", f"the server {url} is not https"


def audience(document: Document) -> Found:
    """Each server says whether it is for others."""
    for number, each in enumerate(document.get("servers") or ()):
        if "x-internal" not in each:
            yield f"#/servers/{number}", "does not say whether it is for others (x-internal)"


def environments(document: Document) -> Found:
    """A server's description says what it is for."""
    for number, each in enumerate(document.get("servers") or ()):
        if "description" in each and not ENVIRONMENT.search(str(each["description"])):
            yield (
                f"#/servers/{number}/description",
                "does not name its environment (production, staging, local …)",
            )


TABLE = (
    Rule("owasp:api8:2023-define-error-validation", declares("400", "422", "4XX"), why=CONTRACT),
    Rule("owasp:api8:2023-define-error-responses-401", declares("401"), why=CONTRACT),
    Rule("define-error-responses-403", declares("403", closed=True), why=CONTRACT),
    Rule("owasp:api8:2023-define-error-responses-500", declares("500"), why=CONTRACT),
    Rule("owasp:api4:2023-rate-limit-responses-429", declares("429"), why=CONTRACT),
    Rule(
        "owasp:api4:2023-rate-limit",
        limited,
        is_error=True,
        why="clients cannot slow down in time (OWASP API4:2023)",
    ),
    Rule(
        "owasp:api4:2023-rate-limit-retry-after", retry_after, is_error=True, why="clients try again at once"
    ),
    Rule(
        "owasp:api8:2023-define-cors-origin",
        cors,
        is_error=True,
        why="which pages may read answers is not said",
    ),
    Rule(
        "owasp:api8:2023-no-server-http",
        lambda document: plain_servers(document, local=False),
        is_error=True,
        why="whoever is on the way reads tokens and data",
    ),
    Rule("owasp:api8:2023-no-server-http", lambda document: plain_servers(document, local=True)),
    Rule(
        "owasp:api9:2023-inventory-access",
        audience,
        is_error=True,
        why="inner servers get published (OWASP API9:2023)",
    ),
    Rule(
        "owasp:api9:2023-inventory-environment",
        environments,
        is_error=True,
        why="test servers get used for real",
    ),
)
