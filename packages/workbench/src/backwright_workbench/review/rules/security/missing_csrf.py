"""State that another site can change through a browser that is logged in."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Purpose
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.access.cookies import by_cookie
from backwright_workbench.review.access.declared_safe import waivers
from backwright_workbench.review.access.effects import Kind
from backwright_workbench.review.access.endpoints import Endpoint, endpoints
from backwright_workbench.review.access.intents import Intent
from backwright_workbench.review.access.people import singular
from backwright_workbench.review.finding import Confidence, Seen
from backwright_workbench.review.finding import Severity as Level
from backwright_workbench.review.rule import About

ABOUT = About(
    "Another site can act for who is logged in", Level.MEDIUM, cwe=(352,), owasp=("A01:2021", "API8:2023")
)

CHANGING = frozenset(
    ["delete", "remove", "destroy", "clear", "reset", "cancel", "promote", "demote", "ban", "approve", "transfer",
     "purge", "drop", "toggle", "deactivate", "activate", "complete", "archive", "reject", "accept", "del"]
)  # fmt: skip
"""Words for what a link must not do."""
FRAMEWORKS = ("flask", "django")
"""Starlette and Litestar set cookies that other sites do not send (`SameSite=Lax`); REST framework checks by itself."""
FIXES = {
    "flask": "`CSRFProtect(app)` of Flask-WTF, and `{{ csrf_token() }}` in the forms",
    "litestar": "let only `GET`, `HEAD`, `OPTIONS` and `TRACE` count as safe, and send the token from the client",
    "django": "keep `CsrfViewMiddleware` in `MIDDLEWARE`, and take `@csrf_exempt` off",
}


def find(app: Application) -> Iterator[Seen]:
    """Handlers that change something for who has a session, with no token asked for; the application once."""
    if _same_site_only(app):
        return
    open_ones = [each for each in endpoints(app).all if _is_open(app, each)]
    for endpoint in open_ones:
        yield _seen(app, endpoint)
    for endpoint in endpoints(app).all:
        if endpoint not in open_ones and _changes_by_link(app, endpoint):
            yield _linked(endpoint)
    if open_ones and not any(Purpose.CSRF in each.purposes for each in app.middleware):
        yield from _application(app, open_ones[0].route.framework, len(open_ones))
    yield from _switched_off(app)
    yield from _declared_safe(app)


def _declared_safe(app: Application) -> Iterator[Seen]:
    """A protection that is there and lets off what changes something, with the handlers that rely on it."""
    found = [each for each in waivers(app) if each.methods]
    methods = {method for each in found for method in each.methods}
    relying = [
        each
        for each in endpoints(app).all
        if each.handler is not None
        and each.route.framework not in FRAMEWORKS
        and each.methods & methods
        and each.intent in (Intent.OTHER, Intent.CODE, Intent.DOCS, Intent.HEALTH)
        and by_cookie(app, each)
    ]
    for waiver in found if relying else ():
        yield Seen(
            waiver.place,
            f"{', '.join(f'`{each}`' for each in sorted(waiver.methods))} count as safe here: no CSRF token is asked "
            f"for, and {len(relying)} route{'s' if len(relying) > 1 else ''} know their callers by a cookie",
            Confidence.HIGH,
            fix=FIXES["litestar"],
            about="declared safe",
        )
    for each in relying:
        yield Seen(
            each.place,
            f"`{each.title}` changes data for whoever has the cookie, and its method is let off from the CSRF check",
            Confidence.MEDIUM,
            fix=FIXES["litestar"],
            cause="declared safe",
            about=f"{each.name} {each.route.path}",
        )


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
    if not endpoint.methods & {"POST", "PUT", "PATCH", "DELETE", "*"}:
        return False
    if any(_is_off(app, owner, call) for owner, call in _forms(app, endpoint)):
        return bool(endpoint.effects) or endpoint.intent is Intent.LOGIN
    if not endpoint.effects:
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


def _forms(app: Application, endpoint: Endpoint) -> list[tuple[Class, s.Call | None]]:
    """The forms of Flask-WTF that an endpoint takes, with where it makes them."""
    found: list[tuple[Class, s.Call | None]] = [
        (each.schema, None) for each in endpoint.parameters if each.schema is not None
    ]
    found += [
        (owner, call)
        for call, _ in _calls(endpoint)
        if (owner := app.project.classes.get(call.refers)) is not None
    ]
    return [each for each in found if app.project.inherits(each[0], "*.FlaskForm", "*.SecureForm")]


def _is_off(app: Application, owner: Class, call: s.Call | None) -> bool:
    """Whether a form has its token switched off: `class Meta: csrf = False`, `Form(meta={"csrf": False})`."""
    for _, each in app.project.lineage(owner):
        meta = each.classes.get("Meta") if each is not None else None
        value = meta.value("csrf") if meta is not None else None
        if value is not None:
            return s.constant(value) is False
    if call is None:
        return False
    given = call.keyword("meta")
    if isinstance(given, s.Pairs):
        for key, value in zip(given.keys, given.values, strict=True):
            if s.text_of(key) == "csrf" and s.constant(value) is False:
                return True
    return s.constant(call.keyword("csrf_enabled")) is False


def _changes_by_link(app: Application, endpoint: Endpoint) -> bool:
    """Whether following a link changes something for who is logged in: no token protects a GET."""
    if endpoint.handler is None or endpoint.route.framework not in FRAMEWORKS:
        return False
    if not endpoint.methods <= {"GET", "HEAD", "OPTIONS", "*"} or endpoint.intent is not Intent.OTHER:
        return False
    if "*" in endpoint.methods and _looks_at_method(endpoint):
        return False
    kinds = {each.kind for each in endpoint.effects}
    if not kinds & {Kind.ROWS, Kind.DELETE, Kind.COMMAND}:
        return False
    path = [each for each in endpoint.route.path.split("/") if each and not each.startswith("{")]
    said = {singular(word) for text in (*path, endpoint.name) for word in words(text)}
    return bool(said & CHANGING) and by_cookie(app, endpoint)


def _looks_at_method(endpoint: Endpoint) -> bool:
    names = {"POST", "method", "FILES", "body", "is_valid"}
    return any(
        isinstance(node, s.Attribute) and node.name in names
        for function in endpoint.reached
        for node in function.walk()
    )


def _linked(endpoint: Endpoint) -> Seen:
    return Seen(
        endpoint.place,
        f"`{endpoint.title}` changes data when a link is followed: any page with that address in an image does it "
        "for whoever is logged in",
        Confidence.MEDIUM,
        fix="take `POST` (or `DELETE`) only, and ask for a CSRF token",
        cause=f"{endpoint.route.framework} links",
        about=f"{endpoint.name} {endpoint.route.path}",
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
