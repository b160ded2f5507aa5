"""Endpoints that change or reveal something, and ask nobody who they are."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.data import Model, Query
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Guard, Purpose, Schema
from backwright_workbench.codebase.facts.words import secret_kind, words
from backwright_workbench.codebase.frameworks.claims import claimed, switched_checks
from backwright_workbench.review.access.acting import uses_caller
from backwright_workbench.review.access.callers import (
    OPEN,
    guards_everything,
    is_guarded,
    is_registration,
    knows_callers,
    mechanism,
    siblings,
)
from backwright_workbench.review.access.effects import Kind
from backwright_workbench.review.access.endpoints import Endpoint, endpoints
from backwright_workbench.review.access.inputs import Inputs
from backwright_workbench.review.access.intents import Intent
from backwright_workbench.review.access.memory import whole_entries
from backwright_workbench.review.access.people import (
    is_account,
    is_personal,
    is_private,
    owner_of,
    singular,
)
from backwright_workbench.review.access.privileges import schema_fields
from backwright_workbench.review.access.strangers import (
    hollow_guards,
    is_proxy,
    kept_record,
    looks_up,
    tells_inside,
)
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About(
    "Anybody may call this without logging in", Severity.HIGH, cwe=(306, 862), owasp=("API2:2023", "A01:2021")
)

ACTIONS = frozenset(
    ["delete", "remove", "reset", "drop", "create", "add", "update", "edit", "set", "init", "populate", "clear",
     "purge",
     "approve", "reject", "toggle", "restore", "migrate", "seed", "import", "run", "execute", "exec", "shutdown",
     "restart", "start", "stop", "change", "destroy", "wipe", "flush", "ban", "block", "promote", "transfer", "pay",
     "insert", "save", "write", "difficulty", "mode", "enable", "disable", "switch", "cancel", "close", "move"]
)  # fmt: skip
"""Words of a path or name that say that a GET changes something, and is meant to."""
INSIDE = frozenset(
    ["audit", "debug", "admin", "backup", "dump", "env", "environ", "secret", "credential", "password",
     "console", "shell",
     "administrator", "superuser", "phpinfo", "sysinfo"]
)  # fmt: skip
"""Words for what only those who run the service may see."""
PUBLIC_KEYS = frozenset(["username", "slug", "handle", "nickname", "login", "name", "user_name"])
"""By these a page about somebody is looked up that is meant to be seen."""
MAKES_TOKEN = re.compile(r"\b(?:create|generate|issue|make|sign|encode|build|new|get)\b.*\b(?:token|jwt)\b")
SIGNERS = ("jwt.encode", "jose.jwt.encode", "flask_jwt_extended.create_access_token")
PROOFS = frozenset(
    ["password", "passwd", "pwd", "pass", "pin", "otp", "code", "verify", "check", "authenticate", "decode", "refresh",
     "credential", "credentials", "secret", "signature", "google", "oauth", "cookies", "session", "hash", "key",
     "apikey", "login", "validate", "bcrypt", "compare", "current", "identity", "header", "headers",
     "auth", "grant", "token", "jwt"]
)  # fmt: skip
"""Words for what only the owner of an account has, or for a check of it."""
FIXES = {
    "fastapi": "add a dependency that checks the caller: `Depends(current_user)` here, or on the router",
    "flask": "put `@login_required` (or `@jwt_required()`) under the route, or check in `before_request`",
    "django": "put `@login_required` on the view, or `LoginRequiredMixin` first among the bases of the class",
    "drf": "set `permission_classes = [IsAuthenticated]`, or make it the default in `REST_FRAMEWORK`",
    "litestar": "add a guard: `guards=[requires_login]` here, or on the router",
}


def find(app: Application) -> Iterator[Seen]:
    """One for each handler that nothing stands before."""
    if guards_everything(app):
        return
    known = endpoints(app)
    has_callers = knows_callers(app)
    empty: dict[Place, Guard] = {}
    for endpoint in known.all:
        if not endpoint.route.is_reachable:
            continue
        waived = (
            next((each for each, _ in switched_checks(endpoint.handler)), None) if endpoint.handler else None
        )
        nothing = hollow_guards(endpoint)
        empty |= {each.function.head: each for each in nothing if each.function is not None}
        if is_guarded(endpoint) and (not nothing or looks_up(endpoint)):
            continue
        if waived is not None:
            yield _waived(endpoint, waived)
            continue
        what = _harm(app, endpoint)
        if what:
            yield _seen(endpoint, what, has_callers)
    for place, guard in empty.items():
        yield Seen(
            place,
            f"`{guard.name}` only looks whether something was sent: any cookie or header will do",
            Confidence.MEDIUM,
            fix="look the value up among the sessions, or check its signature, and refuse what is not known",
            about=guard.name,
        )


def _waived(endpoint: Endpoint, branch: s.Branch) -> Seen:
    return Seen(
        endpoint.place,
        f"`{endpoint.title}` checks the caller only if the request does not switch that off (line {branch.line})",
        Confidence.HIGH,
        fix="check always: what a request says of itself decides nothing about checks",
        cause=endpoint.route.app or endpoint.place.path,
        about=f"{endpoint.name} {endpoint.route.path}",
    )


def _harm(app: Application, endpoint: Endpoint) -> str:
    """What a stranger can do here that they should not; empty if nothing."""
    if endpoint.intent in (Intent.TOKEN, Intent.LOGIN) and _signs_for_anybody(app, endpoint):
        return "signs a token for whoever is named"
    if endpoint.intent in OPEN or is_registration(app, endpoint) or _asks_for_password(endpoint):
        return ""
    kinds = {each.kind for each in endpoint.effects}
    if Kind.COMMAND in kinds and endpoint.intent is not Intent.HEALTH:
        return "runs commands"
    if endpoint.changes and _means_to_change(endpoint, kinds):
        return "changes data" if kinds != {Kind.FILE} else "writes files"
    if endpoint.methods == {"WEBSOCKET"}:
        return ""
    said = _said(endpoint)
    if said & {"admin", "administrator", "superuser"} and endpoint.is_write and endpoint.parameters:
        return "is for administrators by its name"
    kept = kept_record(app, endpoint)
    keys = {each.name for each in endpoint.parameters if each.source == "path"}
    if kept and (endpoint.is_write or not keys & PUBLIC_KEYS):
        return f"works on the records of `{kept}`, which are about people,"
    if is_proxy(app, endpoint):
        return "fetches any address for anybody"
    return _reveals(endpoint)


def _signs_for_anybody(app: Application, endpoint: Endpoint) -> bool:
    """Whether a token is made of what the caller names, and nothing that only its owner knows is asked for."""
    handler = endpoint.handler
    if handler is None:
        return False
    sent = [each.name for each in endpoint.parameters]
    for each in endpoint.parameters:
        sent += schema_fields(app, each.schema) if each.schema is not None else []
    told = [*sent, *(each.name for each in handler.params)]
    makers: list[s.Call] = []
    for node in handler.walk():
        match node:
            case s.Call() if MAKES_TOKEN.search(" ".join(words(node.name))) or node.refers in SIGNERS:
                makers.append(node)
            case s.Call():
                told.append(node.name)
            case s.Attribute(name=name):
                told.append(name)
            case s.Item(key=key):
                told.append(s.text_of(key) or "")
    made = {id(each.callee) for each in makers}
    told += [node.name for node in handler.walk() if isinstance(node, s.Attribute) and id(node) not in made]
    names = {each.callee.name for each in makers if isinstance(each.callee, s.Attribute)}
    if any(set(words(each)) & PROOFS for each in told if each not in names):
        return False
    frame = next(iter(Inputs(app, endpoint).frames()), None)
    return frame is not None and any(
        (given := Inputs(app, endpoint).of(node, frame)) is not None and given.source != "header"
        for call in makers
        for node in s.walk(*call.args, *(each.value for each in call.keywords))
    )


def _asks_for_password(endpoint: Endpoint) -> bool:
    """Whether callers prove who they are in the request itself."""
    return any(secret_kind(each.name) == "password" for each in endpoint.parameters) and any(
        set(words(call.name)) & {"check", "verify", "authenticate", "checkpw"} for call, _ in endpoint.calls
    )


def _means_to_change(endpoint: Endpoint, kinds: set[Kind]) -> bool:
    """Whether changing something is what it is there for: a method says so, or a GET does it and its name tells."""
    if not endpoint.methods <= {"GET", "HEAD", "QUERY", "*", "OPTIONS", "WEBSOCKET"}:
        return kinds != {Kind.TASK} or endpoint.intent is Intent.OTHER
    if Kind.SCHEMA in kinds:
        return True
    said = _said(endpoint)
    if "*" in endpoint.methods and endpoint.handler is not None and _looks_at_post(endpoint):
        return True
    return bool(said & ACTIONS) and bool(kinds - {Kind.TASK})


def _looks_at_post(endpoint: Endpoint) -> bool:
    """Django's views answer every method: those that change something look which one it is, or at the form."""
    assert endpoint.handler is not None
    return any(
        isinstance(node, s.Attribute) and node.name in ("POST", "method", "FILES", "body")
        for node in endpoint.handler.walk()
    )


def _said(endpoint: Endpoint) -> set[str]:
    """The words of its path and name, without those of parameters."""
    path = [each for each in endpoint.route.path.split("/") if each and not each.startswith("{")]
    return {singular(word) for text in (*path, endpoint.name) for word in words(text)}


def _reveals(endpoint: Endpoint) -> str:
    """What it tells strangers of people, or of how the service runs."""
    said = _said(endpoint)
    asked = [each for each in endpoint.queries if each.kind in ("select", "get", "other")]
    if said & INSIDE and (asked or endpoint.models or _reads_inside(endpoint)):
        return "shows what is for those who run the service"
    if said & (INSIDE | {"internal", "config", "configuration", "setting"}) and tells_inside(endpoint):
        return "shows how the service is set up"
    subjects = _subjects(endpoint, said)
    for model in subjects:
        if is_private(model) and _is_told(endpoint, model, asked):
            return (
                f"shows `{model.name}` rows, which are about people"
                if is_account(model)
                else (f"shows `{model.name}` rows, which belong to somebody")
            )
    kept = next(whole_entries(endpoint.known.app, endpoint), None) if not endpoint.route.answers else None
    if kept is not None:
        return f"shows entries of `{kept[2]}`, which are accounts"
    twin = _twin(endpoint, asked)
    if twin is not None:
        return f"gives the same rows as `{twin.title}`, which asks who calls,"
    for model in subjects:
        if owner_of(model) and _is_the_only_open_one(endpoint, model):
            return f"shows `{model.name}` rows"
    return ""


def _twin(endpoint: Endpoint, asked: list[Query]) -> Endpoint | None:
    """A guarded read that asks for the same rows in the same way: this one was forgotten."""
    ways = [(each.models, each.filters) for each in asked if each.models and each.filters]
    for each in siblings(endpoint) if ways and not endpoint.is_write else ():
        others = [(q.models, q.filters) for q in each.queries if q.models and q.filters]
        is_guarded_read = not each.is_write and each.guarded(Purpose.AUTHENTICATION)
        if others == ways and is_guarded_read and not uses_caller(each):
            return each
    return None


def _reads_inside(endpoint: Endpoint) -> bool:
    return any(
        call.refers.startswith(("os.environ", "os.getenv", "platform.", "psutil."))
        for call, _ in endpoint.calls
    ) or any(
        isinstance(node, s.Attribute) and node.refers in ("os.environ", "flask.current_app.config")
        for function in endpoint.reached[:1]
        for node in function.walk()
    )


def _subjects(endpoint: Endpoint, said: set[str]) -> list[Model]:
    """The models that it is about: the only one, or those that its path or name speaks of."""
    models = endpoint.models
    if len(models) == 1:
        return models
    return [
        each
        for each in models
        if singular(each.table) in said or (words(each.name) and singular(words(each.name)[-1]) in said)
    ]


def _is_told(endpoint: Endpoint, model: Model, asked: list[Query]) -> bool:
    """Whether rows of a private model go out: a list, or one that the caller chooses."""
    keys = {each.name for each in endpoint.parameters if each.source == "path"}
    if is_account(model) and keys & PUBLIC_KEYS:
        return False
    schema = (
        endpoint.known.app.schemas.get(endpoint.route.answers.qualified) if endpoint.route.answers else None
    )
    if is_account(model) and schema is not None and _tells_little(schema):
        return False
    if any(secret_kind(each) == "password" for query in asked for each in query.filters):
        return False  # it asks for the credentials itself
    own = [each for each in asked if model.qualified in each.models or model.table in each.models]
    if not own:
        return endpoint.handler is None and endpoint.route.action in ("list", "retrieve")
    return (
        any(each.many for each in own)
        or bool(keys)
        or any(each.source in ("query", "form") for each in endpoint.parameters)
    )


def _tells_little(schema: Schema) -> bool:
    """Whether an answer's schema has nothing personal in it: a public profile."""
    shown = [each.name for each in schema.fields if not each.write_only]
    return bool(shown) and not schema.all_fields and not any(is_personal(each) for each in shown)


def _is_the_only_open_one(endpoint: Endpoint, model: Model) -> bool:
    """Whether the other reads of the same rows ask who calls."""
    others = [
        each
        for each in siblings(endpoint)
        if not each.is_write and model in each.models and each.handler is not None
    ]
    guarded = [each for each in others if each.guarded(Purpose.AUTHENTICATION)]
    is_detail = "{" in endpoint.route.path  # a list of titles may be open where the texts are not
    return len(guarded) == len(others) >= (1 if is_detail else 2)


def _seen(endpoint: Endpoint, what: str, has_callers: bool) -> Seen:
    near = siblings(endpoint)
    name, count = mechanism(near)
    where = "of this router" if count else "of this application"
    if not count:
        name, count = mechanism(endpoint.known.all)
    others = (
        f"; {count} other route{'s' if count > 1 else ''} {where} use{'s' if count == 1 else ''} {name}"
        if count
        else (
            "; the application has a login, which this does not ask for"
            if has_callers
            else "; nothing in this application asks who calls"
        )
    )
    only_said = sorted(claimed(endpoint.handler)) if endpoint.handler else []
    if only_said:
        others = f"; `{only_said[0]}` is what callers say of themselves, and nothing proves it"
    return Seen(
        endpoint.place,
        f"`{endpoint.title}` {what} and has no check of the caller{others}",
        Confidence.HIGH if has_callers else Confidence.MEDIUM,
        severity=None if endpoint.is_write or "commands" in what else Severity.MEDIUM,
        fix=FIXES.get(endpoint.route.framework, FIXES["fastapi"]),
        cause=endpoint.route.app or endpoint.place.path,
        about=f"{endpoint.name} {endpoint.route.path}",
    )
