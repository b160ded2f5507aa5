"""How an application knows its callers: whether it does at all, and what its other endpoints use for that.

What lives here: mechanisms of authentication and which endpoints have none. What must not: findings.
"""

from collections import Counter
from collections.abc import Iterable

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.web import Level, Purpose
from backwright_workbench.codebase.facts.words import secret_kind, words
from backwright_workbench.review.access.endpoints import Endpoint, endpoints
from backwright_workbench.review.access.intents import Intent
from backwright_workbench.review.access.people import is_account
from backwright_workbench.review.access.privileges import schema_fields

IDENTIFYING = frozenset(
    ["AuthenticationMiddleware", "SessionMiddleware", "RemoteUserMiddleware", "JWTManager", "LoginManager",
     "OTPMiddleware",
     "AccountMiddleware", "PersistentRemoteUserMiddleware", "CurrentUserMiddleware"]
)  # fmt: skip
"""Middleware that tells who the caller is, and lets everybody pass."""
OPEN = frozenset(
    [Intent.LOGIN, Intent.REGISTER, Intent.RESET, Intent.CODE, Intent.TOKEN, Intent.LOGOUT, Intent.CALLBACK,
     Intent.CONTACT]
)  # fmt: skip
"""What strangers come for, and may."""


def guards_everything(app: Application) -> bool:
    """Whether a middleware of the project refuses callers whom it does not know."""
    return any(
        Purpose.AUTHENTICATION in each.purposes and each.name not in IDENTIFYING for each in app.middleware
    )


def knows_callers(app: Application) -> bool:
    """Whether the application has callers who log in or bring a token."""
    known = endpoints(app)
    return any(each.intent is Intent.LOGIN or each.guarded(Purpose.AUTHENTICATION) for each in known.all)


def is_guarded(endpoint: Endpoint) -> bool:
    """Whether somebody asks who calls, at least if they say so: an optional guard is left to the handler."""
    wanted = {Purpose.AUTHENTICATION, Purpose.AUTHORIZATION}
    return all(any(wanted & guard.purposes for guard in route.guards) for route in endpoint.routes)


def is_registration(app: Application, endpoint: Endpoint) -> bool:
    """Whether strangers make their account here: by its name, or as the only place where accounts are made."""
    if endpoint.intent is Intent.REGISTER:
        return endpoint.is_write
    if not endpoint.methods & {"POST", "MUTATION", "*"} or endpoint.intent in OPEN or is_guarded(endpoint):
        return False
    if not _makes_account(endpoint) or not knows_callers(app):
        return False
    return not any(each.intent is Intent.REGISTER and each.is_write for each in endpoints(app).all)


def _makes_account(endpoint: Endpoint) -> bool:
    path = [each for each in endpoint.route.path.split("/") if each]
    if path and path[-1].startswith("{"):
        return False
    said = {*words(endpoint.name), *(words(path[-1]) if path else ())}
    named = bool(
        said & {"user", "users", "account", "accounts", "customer", "customers", "member", "members"}
    )
    makes = (
        bool(said & {"create", "add", "new", "make", "post", "insert"}) or endpoint.route.action == "create"
    )
    if not named or not (makes or endpoint.methods == {"POST"}):
        return False
    if not endpoint.models or any(is_account(each) for each in endpoint.models):
        return True
    schemas = [each.schema for each in endpoint.parameters if each.schema is not None]
    app = endpoint.known.app
    return any(secret_kind(name) == "password" for each in schemas for name in schema_fields(app, each))


def mechanism(others: Iterable[Endpoint]) -> tuple[str, int]:
    """What most of these endpoints use to know their callers, and how many do."""
    names = Counter(
        f"`{guard.name}`" if guard.level is not Level.BODY else "a check in the handler"
        for each in others
        for guard in each.guarded(Purpose.AUTHENTICATION)[:1]
    )
    return names.most_common(1)[0] if names else ("", 0)


def siblings(endpoint: Endpoint) -> list[Endpoint]:
    """The other endpoints of its router, or of its file where routers are not known."""
    module = endpoint.place.path
    return [
        each
        for each in endpoint.known.all
        if each is not endpoint and each.route.app == endpoint.route.app and each.place.path == module
    ]
