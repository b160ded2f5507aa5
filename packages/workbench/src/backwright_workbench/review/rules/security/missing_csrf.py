"""State that another site can change through a browser that is logged in."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Purpose
from backwright_workbench.review.access.cookies import by_cookie
from backwright_workbench.review.access.endpoints import Endpoint, endpoints
from backwright_workbench.review.access.intents import Intent
from backwright_workbench.review.finding import Confidence, Seen
from backwright_workbench.review.finding import Severity as Level
from backwright_workbench.review.rule import About

ABOUT = About(
    "Another site can act for who is logged in", Level.MEDIUM, cwe=(352,), owasp=("A01:2021", "API8:2023")
)

FRAMEWORKS = ("flask", "django")
"""Starlette and Litestar set cookies that other sites do not send (`SameSite=Lax`); REST framework checks by itself."""
FIXES = {
    "flask": "`CSRFProtect(app)` of Flask-WTF, and `{{ csrf_token() }}` in the forms",
    "django": "keep `CsrfViewMiddleware` in `MIDDLEWARE`, and take `@csrf_exempt` off",
}


def find(app: Application) -> Iterator[Seen]:
    """Handlers that change something for who has a session, with no token asked for; the application once."""
    if _same_site_only(app):
        return
    open_ones = [each for each in endpoints(app).all if _is_open(app, each)]
    for endpoint in open_ones:
        yield _seen(app, endpoint)
    if open_ones and not any(Purpose.CSRF in each.purposes for each in app.middleware):
        yield from _application(app, open_ones[0].route.framework, len(open_ones))
    yield from _switched_off(app)


def _same_site_only(app: Application) -> bool:
    """Whether the project says that other sites never send its session."""
    return any(
        str(s.constant(each.value)).lower() in ("strict", "lax") and not each.environment
        for each in app.setting("SESSION_COOKIE_SAMESITE")
        if each.value is not None
    ) and not any(each.framework == "django" for each in app.routes)


def _is_open(app: Application, endpoint: Endpoint) -> bool:
    if endpoint.handler is None or endpoint.route.framework not in FRAMEWORKS:
        return False
    if endpoint.route.framework == "django" and not app.setting("MIDDLEWARE", "MIDDLEWARE_CLASSES"):
        return False  # an application for the projects of others
    if not endpoint.methods & {"POST", "PUT", "PATCH", "DELETE", "*"} or not endpoint.effects:
        return False
    if endpoint.intent not in (Intent.OTHER, Intent.CODE, Intent.DOCS, Intent.HEALTH):
        return False
    if any(Purpose.CSRF in guard.purposes for route in endpoint.routes for guard in route.guards):
        return False
    if _asks_by_form(app, endpoint) or _takes_json_only(endpoint):
        return False
    return by_cookie(app, endpoint)


def _asks_by_form(app: Application, endpoint: Endpoint) -> bool:
    """Whether a form of Flask-WTF asks for the token when it is validated."""
    forms = [each.schema for each in endpoint.parameters if each.schema is not None]
    if any(app.project.inherits(each, "*.FlaskForm", "*.SecureForm") for each in forms):
        return True
    return any(
        call.name in ("validate_on_submit", "validate_csrf", "check_csrf", "get_token")
        for call, _ in _calls(endpoint)
    )


def _calls(endpoint: Endpoint) -> list[tuple[s.Call, object]]:
    return [*endpoint.calls] if endpoint.reached else []


def _takes_json_only(endpoint: Endpoint) -> bool:
    """Whether it reads a body of JSON: a browser asks before it sends one for another site."""
    assert endpoint.handler is not None
    sources = {each.source for each in endpoint.parameters} & {"body", "form", "file"}
    return sources == {"body"} and endpoint.route.framework == "flask"


def _application(app: Application, framework: str, count: int) -> Iterator[Seen]:
    made = next((each for each in app.apps if each.framework == framework), None)
    setting = next(iter(app.setting("MIDDLEWARE")), None) if framework == "django" else None
    place = setting.place if setting else made.place if made else None
    if place is not None:
        yield Seen(
            Place(place.path, place.line, place.line, place.column),
            f"callers are known by a cookie, {count} route{'s' if count > 1 else ''} change{'' if count > 1 else 's'} "
            "something for them, and nothing asks for a CSRF token",
            Confidence.HIGH,
            fix=FIXES.get(framework, FIXES["flask"]),
            about="application",
        )


def _switched_off(app: Application) -> Iterator[Seen]:
    """`WTF_CSRF_ENABLED = False`, cookies with tokens without their check, an authentication that skips it."""
    for each in app.setting("WTF_CSRF_ENABLED", "WTF_CSRF_CHECK_DEFAULT", "JWT_COOKIE_CSRF_PROTECT"):
        if (
            each.value is not None
            and s.constant(each.value) is False
            and each.environment not in ("test", "testing")
        ):
            is_cookie = each.name != "JWT_COOKIE_CSRF_PROTECT" or _has_cookie_tokens(app)
            if is_cookie:
                yield Seen(
                    each.place, f"`{each.name}` is off: forms of other sites are accepted", fix=FIXES["flask"]
                )
    for owner in app.project.classes.values():
        method = owner.methods.get("enforce_csrf")
        if (
            method is not None
            and app.project.inherits(owner, "*.SessionAuthentication")
            and not list(s.calls_in(*method.body))
        ):
            yield Seen(
                method.head, f"`{owner.name}` takes sessions without their CSRF check", fix=FIXES["django"]
            )


def _has_cookie_tokens(app: Application) -> bool:
    return any(
        s.text_of(node) == "cookies"
        for each in app.setting("JWT_TOKEN_LOCATION")
        if each.value
        for node in s.walk(each.value)
    )


def _seen(app: Application, endpoint: Endpoint) -> Seen:
    exempt = any(Purpose.CSRF in each.purposes for each in app.middleware)
    why = "is exempt from the CSRF check" if exempt else "asks for no CSRF token"
    return Seen(
        endpoint.place,
        f"`{endpoint.title}` changes data for whoever has the cookie, and {why}",
        Confidence.HIGH if exempt or endpoint.guarded(Purpose.AUTHENTICATION) else Confidence.MEDIUM,
        fix=FIXES.get(endpoint.route.framework, FIXES["flask"]),
        cause=endpoint.route.framework,
        about=f"{endpoint.name} {endpoint.route.path}",
    )
