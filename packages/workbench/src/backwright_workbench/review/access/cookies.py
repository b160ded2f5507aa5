"""Which endpoints know their callers by what a browser sends by itself: sessions and cookies.

What lives here: spellings of sessions in bodies and guards. What must not: whether that is protected.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.web import Purpose
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.access.endpoints import Endpoint

SESSIONS = frozenset(
    ["flask.session", "flask_login.current_user", "flask_login.utils.current_user", "flask_security.current_user",
     "flask_user.current_user", "quart.session", "quart_auth.current_user", "flask.globals.session"]
)  # fmt: skip
COOKIE_GUARDS = frozenset(
    ["login_required", "fresh_login_required", "roles_required", "roles_accepted", "auth_required",
     "LoginRequiredMixin",
     "UserPassesTestMixin", "permission_required", "user_passes_test", "staff_member_required",
     "PermissionRequiredMixin"]
)  # fmt: skip
HEADER_WORDS = frozenset(["jwt", "token", "bearer", "api", "apikey", "key", "oauth2", "basic"])


def uses_session(function: Function) -> bool:
    """Whether a body reads or writes a session, or a cookie."""
    for node in function.walk():
        match node:
            case s.Name(refers=known) | s.Attribute(refers=known) if known in SESSIONS:
                return True
            case s.Attribute(
                base=s.Name(id="request" | "req" | "connection" | "conn"),
                name="session" | "user" | "cookies" | "COOKIES",
            ):
                return True
            case s.Attribute(
                base=s.Attribute(name="request"), name="session" | "user" | "cookies" | "COOKIES"
            ):
                return True
    return False


def by_cookie(app: Application, endpoint: Endpoint) -> bool:
    """Whether an endpoint knows its callers by a session or cookie, and not by a header."""
    guards = endpoint.guarded(Purpose.AUTHENTICATION)
    for guard in guards:
        if guard.function is not None and guard.function is not endpoint.handler:
            if uses_session(guard.function) or any(uses_session(each) for each in guard.function.functions):
                return True
        elif guard.name.rpartition(".")[2] in COOKIE_GUARDS and _has_sessions(app, endpoint):
            return True
        elif set(words(guard.name)) & HEADER_WORDS:
            return False
    return endpoint.handler is not None and uses_session(endpoint.handler)


def _has_sessions(app: Application, endpoint: Endpoint) -> bool:
    if endpoint.route.framework == "django":
        return True
    return app.depends_on("flask-login", "flask-security", "flask-security-too", "flask-user", "quart-auth")
