"""Passwords and codes that may be tried as often as somebody likes."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Purpose
from backwright_workbench.codebase.facts.words import secret_kind, words
from backwright_workbench.review.access.callers import is_registration
from backwright_workbench.review.access.endpoints import Endpoint, endpoints
from backwright_workbench.review.access.intents import Intent
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About(
    "Passwords and codes may be tried without limit",
    Severity.MEDIUM,
    cwe=(307, 799, 770),
    owasp=("API4:2023", "API2:2023", "A07:2021"),
)
LIMITERS = (
    "slowapi", "flask-limiter", "fastapi-limiter", "django-ratelimit", "django-axes", "django-defender",
    "limits", "ratelimit",
    "asgi-ratelimit", "quart-rate-limiter", "starlette-limiter", "pyrate-limiter", "django-brute", "fastapi-throttle",
    "django-ratelimit-backend", "aiolimiter", "fastapi-simple-rate-limiter", "throttled-py", "django-smart-ratelimit",
    "fastapi-advanced-rate-limiter", "flask-ipban", "fastapi-guard",
)  # fmt: skip
WATCH_LOGINS = ("django-axes", "django-defender", "django-brute")
"""Distributions that count failed logins of Django by themselves."""
GATEWAY = re.compile(
    r"\blimit_req(?:_zone)?\b|\brate_limit\b|\bratelimit\b|rateLimit:|rate-limiting|\bstick-table\b|throttlingBurstLimit"
    r"|ThrottleSettings|rate_limiter_policy|envoy\.filters\.http\.(?:local_)?ratelimit|aws_wafv2|RateBasedStatement",
    re.I,
)
GATEWAY_FILES = re.compile(
    r"(?:^|/)(?:[^/]*nginx[^/]*|Caddyfile[^/]*|[^/]*traefik[^/]*|[^/]*haproxy[^/]*|[^/]*kong[^/]*|[^/]*envoy[^/]*"
    r"|docker-compose[^/]*|compose[^/]*|[^/]*ingress[^/]*|serverless[^/]*|[^/]*\.conf(?:\.\w+)?|[^/]*\.tf"
    r"|[^/]*(?:gateway|proxy)[^/]*\.ya?ml|template\.ya?ml|[^/]*\.conf\.template)$",
    re.I,
)
SETTINGS = (
    "DEFAULT_THROTTLE_CLASSES",
    "DEFAULT_THROTTLE_RATES",
    "RATELIMIT_DEFAULT",
    "RATELIMIT_ENABLE",
    "AXES_ENABLED",
)
COUNTING = re.compile(
    r"\b(?:failed|login|wrong|invalid|bad|max|remaining|reset|too many|otp) (?:\w+ )?(?:attempts?|tries|retries)\b"
    r"|\battempts?\b|\block(?:ed)? ?out\b|\blocked (?:until|at)\b|\bis locked\b|\brate ?limit\w*|\bthrottl\w*"
    r"|\btoo many\b|\bcooldown\b"
)
LIMITED = frozenset([Intent.LOGIN, Intent.RESET, Intent.CODE])
HARM = {
    Intent.LOGIN: "passwords can be tried one after the other",
    Intent.REGISTER: "a script can make accounts without end",
    Intent.RESET: "codes can be tried, and mailboxes flooded",
    Intent.CODE: "a code of a few digits is found by trying all",
    Intent.TOKEN: "tokens can be tried one after the other",
}
FIXES = {
    "fastapi": '`@limiter.limit("5/minute")` of slowapi, with `request: Request` among the parameters',
    "flask": '`@limiter.limit("5 per minute")` of Flask-Limiter',
    "django": 'django-axes, or `@ratelimit(key="ip", rate="5/m", block=True)` of django-ratelimit',
    "drf": '`throttle_classes = [ScopedRateThrottle]` with `throttle_scope = "login"`',
    "litestar": '`RateLimitConfig(rate_limit=("minute", 5)).middleware` for this route',
}


def find(app: Application) -> Iterator[Seen]:
    """Each login, registration, reset or code without a limit; and the application, if nothing in it limits."""
    if not app.routes or _is_behind_a_gateway(app):
        return
    anywhere = _limits_somewhere(app)
    for endpoint in endpoints(app).all:
        intent = _limited_intent(app, endpoint)
        if intent and not _is_limited(app, endpoint, intent):
            yield _seen(endpoint, intent, anywhere)
    if not anywhere and app.apps:
        place = app.apps[0].place
        yield Seen(
            Place(place.path, place.line, place.line, place.column),
            "nothing in this application limits how often somebody may call it (looked for: decorators, dependencies, "
            "middleware, settings, gateway files)",
            Confidence.MEDIUM,
            Severity.LOW,
            fix=FIXES.get(app.apps[0].framework, FIXES["fastapi"]),
            about="application",
        )


def _limited_intent(app: Application, endpoint: Endpoint) -> Intent | None:
    """Which of the operations that need a limit an endpoint is; None if it is none."""
    if not _takes_something(endpoint):
        return None
    if endpoint.intent in LIMITED:
        return (
            None
            if endpoint.guarded(Purpose.AUTHENTICATION) and endpoint.intent is Intent.RESET
            else endpoint.intent
        )
    if endpoint.intent is Intent.TOKEN:
        if endpoint.guarded(Purpose.AUTHENTICATION):
            return None  # the token itself is asked for
        is_login = any(secret_kind(each.name) == "password" for each in endpoint.parameters)
        path = [*words(endpoint.route.path)]
        if endpoint.handler is None and endpoint.route.view is None and not {"refresh", "verify"} & set(path):
            return Intent.LOGIN  # the login that a library brings, at `api/token/`
        return Intent.LOGIN if is_login or _is_form_login(endpoint) else None
    if is_registration(app, endpoint) and not endpoint.guarded(Purpose.AUTHENTICATION):
        return Intent.REGISTER
    return None


def _is_form_login(endpoint: Endpoint) -> bool:
    params = endpoint.handler.params if endpoint.handler else []
    kinds = [each.annotation for each in params if each.annotation is not None]
    return any("OAuth2PasswordRequestForm" in s.last_name(each) for each in s.walk(*kinds)) or any(
        call.name
        in ("create_access_token", "check_password", "verify_password", "authenticate_user", "checkpw")
        for call, _ in (endpoint.calls if endpoint.reached else ())
    )


def _takes_something(endpoint: Endpoint) -> bool:
    """Whether a secret can be handed in: a page with the form is no login."""
    if endpoint.methods & {"POST", "PUT", "PATCH", "MUTATION"}:
        return True
    if endpoint.methods <= {"GET", "HEAD", "OPTIONS"} and endpoint.intent is Intent.RESET:
        return False  # a link with a long token
    if endpoint.methods <= {"GET", "HEAD", "OPTIONS"}:
        if endpoint.handler is not None and any(
            isinstance(node, s.Attribute) and node.name == "authorization" for node in endpoint.handler.walk()
        ):
            return True  # a login by HTTP Basic
        given = [each.name for each in endpoint.parameters if each.source in ("query", "path")]
        return any(secret_kind(each) in ("password", "token") or "otp" in words(each) for each in given) and (
            endpoint.intent is not Intent.REGISTER
        )
    return "*" in endpoint.methods


def _is_limited(app: Application, endpoint: Endpoint, intent: Intent) -> bool:
    if all(any(Purpose.RATE_LIMIT in guard.purposes for guard in route.guards) for route in endpoint.routes):
        return True
    if any(
        _is_everywhere(app, each.name, each.options)
        for each in app.middleware
        if Purpose.RATE_LIMIT in each.purposes
    ):
        return True
    django = endpoint.route.framework in ("django", "drf")
    if django and intent is Intent.LOGIN and app.depends_on(*WATCH_LOGINS):
        return True
    if endpoint.route.framework == "drf" and app.setting("DEFAULT_THROTTLE_CLASSES"):
        return True
    return any(_counts(function) for function in endpoint.reached)


def _is_everywhere(app: Application, name: str, options: dict[str, object]) -> bool:
    """Whether a limiter that is made counts every call: Flask-Limiter and slowapi do so only with default limits."""
    if name != "Limiter":
        return True
    return any("default" in each or "application" in each or "global" in each for each in options) or bool(
        app.setting("RATELIMIT_DEFAULT", "RATELIMIT_APPLICATION")
    )


def _counts(function: Function) -> bool:
    """Whether a body counts attempts itself: names say so, or it answers 429."""
    if COUNTING.search(" ".join(words(function.name))):
        return True
    for node in function.walk():
        match node:
            case s.Name(id=name) | s.Attribute(name=name):
                if COUNTING.search(" ".join(words(name))):
                    return True
            case s.Literal(value=429):
                return True
    return False


def _limits_somewhere(app: Application) -> bool:
    if app.depends_on(*LIMITERS) or app.setting(*SETTINGS):
        return True
    if any(Purpose.RATE_LIMIT in each.purposes for each in app.middleware):
        return True
    return any(Purpose.RATE_LIMIT in guard.purposes for route in app.routes for guard in route.guards)


def _is_behind_a_gateway(app: Application) -> bool:
    """Whether a file of the proxy in front of the service limits requests."""
    return any(GATEWAY_FILES.search(path) and GATEWAY.search(text) for path, text in app.files.items())


def _seen(endpoint: Endpoint, intent: Intent, anywhere: bool) -> Seen:
    near = "; the project has a limiter, which this does not use" if anywhere else ""
    return Seen(
        endpoint.place,
        f"`{endpoint.title}` ({intent.value}) has no limit on how often it is called: {HARM[intent]}{near}",
        Confidence.HIGH if intent is Intent.LOGIN else Confidence.MEDIUM,
        Severity.LOW if intent is Intent.REGISTER else None,
        fix=FIXES.get(endpoint.route.framework, FIXES["fastapi"]),
        cause=intent.value,
        about=f"{endpoint.name} {endpoint.route.path}",
    )
