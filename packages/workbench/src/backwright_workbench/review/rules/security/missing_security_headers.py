"""Answers without the headers that tell browsers what not to do."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.web import Purpose
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("No security headers are sent", Severity.LOW, cwe=(693, 1021), owasp=("A05:2021", "API8:2023"))

HEADERS = (
    "x-content-type-options",
    "content-security-policy",
    "strict-transport-security",
    "x-frame-options",
)
LIBRARIES = (
    "secure",
    "flask-talisman",
    "flask-security-headers",
    "secweb",
    "django-csp",
    "starlette-securityheaders",
)
GATEWAYS = (".conf", ".yml", ".yaml", "Caddyfile", ".toml")
FIX = {
    "fastapi": "add one middleware that sets X-Content-Type-Options, X-Frame-Options, Content-Security-Policy and HSTS",
    "flask": "`Talisman(app)` of flask-talisman, or one `@app.after_request` that sets them",
    "django": "`django.middleware.security.SecurityMiddleware` with SECURE_HSTS_SECONDS, and XFrameOptionsMiddleware",
}


def find(app: Application) -> Iterator[Seen]:
    """An application with routes where nothing sets them: no middleware, no hook, no gateway of the project."""
    if not app.apps or not app.routes or _are_set(app):
        return
    first = app.apps[0]
    names = ", ".join(sorted({each.framework for each in app.apps}))
    yield Seen(
        first.place,
        f"nothing sets security headers for the {len(app.routes)} routes ({names}): no middleware, hook or gateway of "
        "this project names X-Content-Type-Options, X-Frame-Options, Content-Security-Policy or HSTS",
        Confidence.MEDIUM,
        fix=FIX.get(first.framework, FIX["fastapi"]),
        about="app",
    )


def _are_set(app: Application) -> bool:
    if any(Purpose.HEADERS in each.purposes for each in app.middleware) or app.depends_on(*LIBRARIES):
        return True
    for standing in app.nodes(s.Literal):
        if isinstance(standing.node.value, str | bytes) and _text(standing.node.value) in HEADERS:
            return True
    return any(
        any(header in text.lower() for header in HEADERS)
        for path, text in app.files.items()
        if path.endswith(GATEWAYS) and "openapi" not in path.lower()
    )


def _text(value: str | bytes) -> str:
    return (value.decode("latin-1") if isinstance(value, bytes) else value).lower()
