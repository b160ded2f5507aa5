"""Cookies that scripts can read, that travel unencrypted, or that other sites can send."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Setting, Standing
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.values import resolved
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About(
    "A cookie is not protected", Severity.MEDIUM, cwe=(614, 1004, 1275), owasp=("A05:2021", "API8:2023")
)

FLAGS = ("httponly", "secure", "samesite")
SETTINGS = ("SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_SECURE", "REMEMBER_COOKIE_SECURE",
            "REMEMBER_COOKIE_HTTPONLY", "JWT_COOKIE_SECURE")  # fmt: skip
DJANGO_LOGINS = ("django.contrib.auth.login", "django.contrib.auth.views.LoginView.as_view")
FLASK_LOGINS = ("flask_login.login_user", "flask_login.utils.login_user", "flask_security.login_user")
READABLE = frozenset(
    ["csrf", "xsrf", "theme", "lang", "language", "locale", "consent", "timezone", "tz", "banner"]
)
FIX = 'set `httponly=True, secure=True, samesite="Lax"` ("Strict" where no link from elsewhere must arrive signed in)'


def find(app: Application) -> Iterator[Seen]:
    """`set_cookie` without its flags, and settings that turn them off."""
    for standing in app.nodes(s.Call):
        sets = standing.node.name in ("set_cookie", "set_signed_cookie")
        if (sets and isinstance(standing.node.callee, s.Attribute)) or _is_cookie(standing.node):
            yield from _set(app, standing)
        elif standing.node.name in ("SessionMiddleware", "add_middleware", "Middleware"):
            yield from _session(app, standing)
    yield from (seen for setting in app.settings for seen in _setting(setting))
    yield from _unset(app)


def _unset(app: Application) -> Iterator[Seen]:
    """Logins that live in a session cookie, in an application that says nowhere that it goes over HTTPS only."""
    framework = next((each for each in ("flask", "django") if _logs_in(app, each)), "")
    if not framework or any("SESSION_COOKIE_SECURE" in text for text in app.files.values()):
        return
    if app.depends_on("flask-talisman", "talisman", "django-configurations", "secure"):
        return
    place = _configured(app, framework)
    if place is not None:
        yield Seen(
            Place(place.path, place.line, place.line, place.column),
            "logins are kept in the session cookie, and `SESSION_COOKIE_SECURE` is nowhere set: it also travels over "
            "unencrypted connections",
            Confidence.MEDIUM,
            Severity.LOW,
            fix='set `SESSION_COOKIE_SECURE = True` and `SESSION_COOKIE_SAMESITE = "Lax"` for production',
            about="SESSION_COOKIE_SECURE",
        )


def _logs_in(app: Application, framework: str) -> bool:
    """Whether people log in with a session: `login_user(…)`, `session["user_id"] = …`, `login(request, user)`."""
    if not any(each.framework == framework for each in app.apps):
        return False
    if framework == "django":
        kept = any(
            s.text_of(node) == "django.contrib.sessions.middleware.SessionMiddleware"
            for each in app.setting("MIDDLEWARE")
            if each.value is not None
            for node in s.walk(each.value)
        )
        return kept and any(
            each.node.refers in DJANGO_LOGINS or each.node.name == "LoginView" for each in app.nodes(s.Call)
        )
    if any(each.node.refers in FLASK_LOGINS for each in app.nodes(s.Call)):
        return True
    return any(
        isinstance(target, s.Item)
        and s.refers(target.base) == "flask.session"
        and set(words(s.text_of(target.key) or ""))
        & {"user", "username", "email", "logged", "uid", "account", "admin"}
        for each in app.nodes(s.Assign)
        for target in each.node.targets
    )


def _configured(app: Application, framework: str) -> Place | None:
    """Where such a setting belongs: beside those of sessions, or of the key that signs them."""
    for starts in (
        ("SESSION_", "PERMANENT_SESSION"),
        ("MIDDLEWARE",) if framework == "django" else ("SECRET_KEY",),
    ):
        for setting in app.settings:
            if setting.name.startswith(starts) and setting.environment not in ("development", "test"):
                return setting.place
    made = next((each for each in app.apps if each.framework == framework), None)
    return made.place if made is not None else None


def _set(app: Application, standing: Standing[s.Call]) -> Iterator[Seen]:
    call = standing.node
    if any(not each.name for each in call.keywords) or _is_deleted(call) or _is_flag(call):
        return
    given = {each.name.lower(): resolved(app, each.value, standing.function) for each in call.keywords}
    name = s.text_of(resolved(app, call.argument(0, "key"), standing.function)) or ""
    missing = [flag for flag in FLAGS if flag not in given or s.constant(given[flag]) in (False, None)]
    if READABLE & set(words(name)):
        return
    if "secure" in missing or "httponly" in missing or len(missing) == len(FLAGS):
        shown = f"the cookie `{name}`" if name else "a cookie"
        sure = Confidence.HIGH if len(missing) > 1 or "httponly" in missing else Confidence.MEDIUM
        yield Seen(
            standing.place,
            f"{shown} is set without {_listed(missing)}: {_why(missing)}",
            sure,
            fix=FIX,
            about=name,
        )


def _is_cookie(call: s.Call) -> bool:
    """`Cookie(key="session", value=…)`, as Litestar takes them; a parameter that reads one has no value."""
    is_made = call.refers.startswith(("litestar.", "starlite."))
    return call.name == "Cookie" and is_made and call.keyword("value") is not None


def _is_deleted(call: s.Call) -> bool:
    """Whether it is set to nothing, to be forgotten."""
    ends = s.constant(call.keyword("expires")) == 0 or s.constant(call.keyword("max_age")) == 0
    return ends or s.constant(call.argument(1, "value")) == ""


def _is_flag(call: s.Call) -> bool:
    """Whether it only says that something happened, for scripts to see: the same word for everybody."""
    return str(s.constant(call.argument(1, "value"))).lower() in (
        "true",
        "false",
        "1",
        "0",
        "yes",
        "no",
        "done",
        "ok",
    )


def _listed(names: list[str]) -> str:
    shown = [f"`{each}`" for each in names]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _why(missing: list[str]) -> str:
    if "httponly" in missing:
        return "a script that gets into a page reads it"
    return "it also travels over unencrypted connections"


def _session(app: Application, standing: Standing[s.Call]) -> Iterator[Seen]:
    """Starlette's session cookie is sent over plain HTTP unless `https_only` is set."""
    call = standing.node
    first = call.args[0] if call.args else None
    if call.name != "SessionMiddleware" and s.last_name(first) != "SessionMiddleware":
        return
    given = resolved(app, call.keyword("https_only"), standing.function)
    if given is None or s.constant(given) is False:
        yield Seen(
            standing.place,
            "the session cookie is not limited to HTTPS: it also travels over unencrypted connections",
            Confidence.MEDIUM,
            fix="add `https_only=True` (from settings, so that development can turn it off)",
        )


def _setting(setting: Setting) -> Iterator[Seen]:
    if (
        setting.name in SETTINGS
        and s.constant(setting.value) is False
        and setting.environment not in ("development", "test")
    ):
        yield Seen(
            setting.place,
            f"`{setting.name}` is off: {_why(['secure'] if 'SECURE' in setting.name else list(FLAGS))}",
            fix=FIX,
        )
