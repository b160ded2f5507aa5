"""A backend of which nothing can ask whether it is well."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Route
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("There is no health endpoint", Severity.LOW)

WORDS = frozenset(["health", "healthz", "healthcheck", "healthy", "live", "liveness", "livez", "ready", "readiness",
                   "readyz", "ping", "heartbeat", "alive", "status", "up", "probe"])  # fmt: skip
LIBRARIES = (
    "django-health-check",
    "py-healthcheck",
    "fastapi-health",
    "healthcheck",
    "flask-healthz",
    "fastapi-healthcheck",
)
SAID = re.compile(r"\bhealth|\bis (?:up|alive|running)\b", re.I)
FIX = "add `GET /health`, which asks the database with a short time limit, and point the load balancer at it"


def find(app: Application) -> Iterator[Seen]:
    """An application with routes of which none is for probes."""
    if not app.routes or app.depends_on(*LIBRARIES) or any(_is_probe(each) for each in app.routes):
        return
    place = app.apps[0].place if app.apps else app.routes[0].place
    yield Seen(
        Place(place.path, place.line, place.line),
        f"none of the {len(app.routes)} routes tells whether the service is well: a load balancer keeps sending "
        "requests to an instance that has lost its database",
        Confidence.MEDIUM,
        fix=FIX,
        about="app",
    )


def _is_probe(route: Route) -> bool:
    """By its path, its name, or (for the root) by what it says."""
    parts = [part for part in route.path.split("/") if part]
    if parts and WORDS & set(words(parts[-1])) and "{" not in parts[-1] and len(words(parts[-1])) < 4:
        return True
    handler = route.handler
    if handler is None:
        return False
    if {"health", "healthz", "healthcheck", "liveness", "readiness", "ping", "heartbeat"} & set(
        words(handler.name)
    ):
        return True
    said = [handler.doc, *(str(each.value) for each in handler.walk() if isinstance(each, s.Literal))]
    return len(parts) <= 1 and any(SAID.search(text) for text in said)
