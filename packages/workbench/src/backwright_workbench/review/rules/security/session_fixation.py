"""Sessions that go on under the same id after a login."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.access.endpoints import Endpoint, endpoints
from backwright_workbench.review.access.inputs import is_request
from backwright_workbench.review.access.intents import Intent
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About(
    "A session keeps its id after the login", Severity.MEDIUM, cwe=(384,), owasp=("A07:2021", "API2:2023")
)

RENEWS = frozenset(["cycle_key", "flush", "regenerate", "regenerate_id", "renew", "login", "login_user",
     "rotate", "new_session",
                    "auth_login", "django_login", "clear", "invalidate", "create_session"])  # fmt: skip
SERVER_SIDE = ("flask-session", "flask-kvsession", "flask-session-captcha", "quart-session", "starsessions")
"""Distributions that keep sessions on the server under an id in a cookie."""
PARTS = frozenset(
    ["cookies", "COOKIES", "args", "GET", "POST", "form", "values", "query_params", "json", "get_json"]
)
FIX = "give the session a new id at the login: `login()` or `request.session.cycle_key()` in Django, `session.clear()` "
FIX += "and `app.session_interface.regenerate(session)` in Flask-Session; make ids on the server only"


def find(app: Application) -> Iterator[Seen]:
    """Ids that the caller chooses, and logins that go on in the session that was there."""
    for endpoint in endpoints(app).all:
        if endpoint.intent is not Intent.LOGIN or endpoint.handler is None:
            continue
        renews = any(call.name in RENEWS for call, _ in (endpoint.calls if endpoint.reached else []))
        for function in endpoint.reached:
            yield from _chosen(function)
            if not renews:
                yield from _kept(app, endpoint, function)


def _chosen(function: Function) -> Iterator[Seen]:
    """`session_id = request.cookies.get("session_id")`, used for the session of who logs in."""
    held = {
        target.id: node
        for node in function.walk()
        if isinstance(node, s.Assign) and node.value is not None and _is_sent(node.value, function)
        for target in node.targets
        if isinstance(target, s.Name) and _is_session_id(target.id)
    }
    for node in function.walk():
        match node:
            case s.Call(callee=s.Attribute(name="set_cookie"), args=[first, second, *_]) if (
                isinstance(second, s.Name) and second.id in held and s.text_of(first)
            ):
                yield _seen(function, node, "the id of the session is the one that the caller sent")
            case s.Assign(targets=[s.Item(key=s.Name(id=name)), *_]) if name in held:
                yield _seen(function, node, "who logs in is kept under an id that the caller sent")
            case s.Assign(
                targets=[s.Attribute(name="sid" | "session_key" | "_session_key"), *_], value=value
            ) if value is not None and _is_sent(value, function):
                yield _seen(function, node, "the id of the session is taken from the request")


def _is_session_id(name: str) -> bool:
    parts = words(name)
    return parts in (("sid",), ("ssid",)) or (
        "session" in parts and parts[-1] in ("id", "key", "token", "session")
    )


def _is_sent(value: s.Expression, function: Function) -> bool:
    return any(
        isinstance(node, s.Attribute) and node.name in PARTS and is_request(node.base, function)
        for node in s.walk(value)
    )


def _kept(app: Application, endpoint: Endpoint, function: Function) -> Iterator[Seen]:
    """`request.session["user_id"] = user.id` in a session that lives on the server and keeps its id."""
    is_django = endpoint.route.framework == "django"
    if not is_django and not app.depends_on(*SERVER_SIDE):
        return
    for node in function.walk():
        if isinstance(node, s.Assign) and isinstance(node.targets[0], s.Item):
            base, key = node.targets[0].base, s.text_of(node.targets[0].key) or ""
            kept = (
                isinstance(base, s.Attribute) and base.name == "session" and is_request(base.base, function)
            )
            if (kept if is_django else s.refers(base) == "flask.session") and set(words(key)) & {
                "user", "id", "uid", "username", "logged", "login", "email", "account", "member", "admin", "customer",
            }:  # fmt: skip
                yield _seen(
                    function,
                    node,
                    f"the login writes `{key}` into the session that was there before, under the same id",
                )
                return


def _seen(function: Function, node: s.Node, what: str) -> Seen:
    return Seen(
        function.at(node),
        f"{what}: who planted that id is logged in too",
        Confidence.MEDIUM,
        fix=FIX,
        about=f"{function.name}",
    )
