"""Endpoints that know who calls, and do not ask whether they may."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.data import Model
from backwright_workbench.codebase.facts.web import Guard, Level, Purpose
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.access.acting import gives_itself_rights, uses_caller
from backwright_workbench.review.access.callers import OPEN, guards_everything, is_guarded, is_registration
from backwright_workbench.review.access.effects import Kind
from backwright_workbench.review.access.endpoints import Endpoint, endpoints
from backwright_workbench.review.access.people import (
    has_secret,
    is_account,
    is_private,
    owner_of,
    rights_of,
    singular,
)
from backwright_workbench.review.access.rows import Taken, changed, taken
from backwright_workbench.review.access.unasked import unasked
from backwright_workbench.review.finding import Confidence, Seen, Severity, Step
from backwright_workbench.review.rule import About

ABOUT = About(
    "Any caller reaches the rows of others",
    Severity.HIGH,
    cwe=(639, 285, 863),
    owasp=("API1:2023", "API5:2023", "A01:2021"),
)

INNER = re.compile(r"\([^()]*\)")
REFUSALS = re.compile(
    r"forbidden|permission ?denied|not ?authori[sz]ed|access ?denied|unauthori[sz]ed|not ?allowed|403", re.I
)
ADMINISTER = frozenset(["admin", "promote", "demote", "ban", "unban", "role", "superuser", "impersonate",
     "grant", "moderator",
                        "permission", "administrator"])  # fmt: skip
CALLER = re.compile(
    r"\b(?:user|current|me|owner|identity|caller|principal|account|actor|tenant|claims|payload)\b"
)
FIXES = {
    "fastapi": "compare the owner first: `if row.owner_id != user.id: raise HTTPException(404)`, or ask for "
    "both: `where(Note.id == note_id, Note.owner_id == user.id)`",
    "flask": "ask for both: `Note.query.filter_by(id=note_id, user_id=current_user.id).first_or_404()`",
    "django": "`get_object_or_404(Note, pk=pk, owner=request.user)`, or `get_queryset` that filters by `request.user`",
    "drf": "`get_queryset` that filters by `self.request.user`, or a permission with `has_object_permission`",
}
VIEW_CHECKS = ("get_queryset", "get_object", "has_permission", "check_object_permissions", "filter_queryset",
    "dispatch",
               "perform_update", "perform_destroy", "test_func", "has_object_permission", "initial")  # fmt: skip


def find(app: Application) -> Iterator[Seen]:
    """Rows by a key of the caller's choice without a look at their owner, and administration by anybody who logs in."""
    known = endpoints(app)
    has_roles = _has_roles(app)
    has_guards = any(_knows_who(each) for each in known.all) and not guards_everything(app)
    for endpoint in known.all:
        if endpoint.intent in OPEN:
            continue
        reason = unasked(app, endpoint)
        if reason:
            yield _made(endpoint, reason)
            continue
        if _knows_who(endpoint):
            seen = _for_callers(app, endpoint, has_roles)
        else:
            seen = _for_strangers(app, endpoint, has_roles) if has_guards else None
        if seen is not None:
            yield seen
    yield from _split_by_or(app)


def _split_by_or(app: Application) -> Iterator[Seen]:
    """A statement in which `OR` takes the owner's condition away: `a OR b AND owner_id = ?`."""
    for query in app.queries:
        condition = query.sql.lower().partition(" where ")[2]
        while INNER.search(condition):
            condition = INNER.sub(" ", condition)
        condition = re.split(r"\b(?:order by|group by|limit|having)\b", condition)[0]
        branches = re.split(r"\s+or\s+", condition)
        owned = [name for each in branches if (name := _owner_in(each))]
        if len(branches) > 1 and owned and len(owned) < len(branches):
            yield Seen(
                query.place,
                f"`AND` binds closer than `OR`: `{owned[0]}` is compared in one branch only, and the other finds the "
                "rows of everybody",
                Confidence.MEDIUM,
                fix="put parentheses around what `OR` joins",
                about=f"{query.function.name if query.function else ''} {owned[0]}",
            )


def _owner_in(branch: str) -> str:
    """The column of an owner that a branch of a condition compares beside something else."""
    for each in re.split(r"\s+and\s+", branch)[1:]:
        found = re.match(r"\s*(?:\w+\.)?(\w+)\s*=", each)
        if found and words(found[1])[0] in ("owner", "user", "author", "account", "tenant", "customer"):
            return found[1]
    return ""


def _for_callers(app: Application, endpoint: Endpoint, has_roles: bool) -> Seen | None:
    """What those who logged in may do without a right to it."""
    if _refuses(endpoint):
        return None
    asked = [
        guard
        for route in endpoint.routes
        for guard in route.guards
        if Purpose.AUTHORIZATION in guard.purposes
    ]
    if all(_is_own_row(guard) for guard in asked) and (right := gives_itself_rights(endpoint)) is not None:
        function, node, name = right
        also = (Step(function.at(node), f"here `{name}` is set"),)
        return _made(endpoint, f"sets `{name}`, a right, for any caller who logged in", also)
    if asked:
        return None
    seen = _of_others(app, endpoint, has_roles) if endpoint.handler else _by_view(app, endpoint)
    return (
        seen
        or _administers(app, endpoint, has_roles)
        or _acts_for(app, endpoint)
        or _ignores_roles(app, endpoint)
    )


def _is_own_row(guard: Guard) -> bool:
    """Whether a check in the handler only takes the caller's own rows: it says nothing of rights."""
    said = set(words(guard.name.rpartition(".")[2]))
    return guard.level is Level.BODY and bool(said & {"user", "owner", "author", "username", "id", "account"})


def _for_strangers(app: Application, endpoint: Endpoint, has_roles: bool) -> Seen | None:
    """Rows of people that anybody changes, in an application that knows its callers elsewhere: logging in is not all
    that is missing."""
    if endpoint.handler is None or not endpoint.route.is_reachable:
        return None
    if not endpoint.is_write and not any(each.kind is Kind.DELETE for each in endpoint.effects):
        return None
    if is_guarded(endpoint) or is_registration(app, endpoint) or _refuses(endpoint):
        return None
    for each in taken(app, endpoint):
        keys = {key.name for key in each.keys if key.source == "path"}
        has_owner = bool(owner_of(each.model)) or is_account(each.model)
        is_theirs = has_owner and not _is_own_key(each) and _is_subject(endpoint, each.model)
        if keys and is_theirs and changed(endpoint, each.model):
            return _seen(endpoint, each.model, "changes", each)
    return (
        _administers(app, endpoint, has_roles, with_lists=False) if endpoint.effects and has_roles else None
    )


def _acts_for(app: Application, endpoint: Endpoint) -> Seen | None:
    """An account that the caller names, or rows that anybody deletes, where nobody asks who the caller is."""
    if not endpoint.is_write or uses_caller(endpoint):
        return None
    found = taken(app, endpoint)
    for each in found:
        owned = [model for model in endpoint.models if model is not each.model and owner_of(model)]
        if is_account(each.model) and owned and not _is_own_key(each):
            keys = ", ".join(dict.fromkeys(f"`{key.name}`" for key in each.keys))
            return _made(
                endpoint,
                f"acts on `{owned[0].name}` rows for whichever `{each.model.name}` {keys} names: who calls is never "
                "looked at",
            )
    if endpoint.methods == {"DELETE"} and any(is_registration(app, each) for each in endpoint.known.all):
        for each in found:
            if changed(endpoint, each.model) and _is_subject(endpoint, each.model):
                return _made(
                    endpoint, f"deletes any `{each.model.name}` for whoever registered, and looks at no right"
                )
    return None


def _has_roles(app: Application) -> bool:
    """Whether accounts have rights that differ."""
    return any(is_account(model) and rights_of(model) for model in endpoints(app).known_models)


def _knows_who(endpoint: Endpoint) -> bool:
    """Whether a guard says who calls, not only that they know the key of the service."""
    guards = endpoint.guarded(Purpose.AUTHENTICATION)
    if any(_only_says_yes(guard.function) for guard in guards):
        return False
    return any(
        not set(words(guard.name)) & {"password", "key", "apikey", "secret", "internal", "basic"}
        for guard in guards
    )


def _only_says_yes(function: Function | None) -> bool:
    """Whether a guard gives nothing but yes: it checks the key of a service, and knows nobody."""
    values = [node.value for node in function.walk() if isinstance(node, s.Return)] if function else []
    return bool(values) and all(s.constant(each) is True for each in values)


def _refuses(endpoint: Endpoint) -> bool:
    """Whether somewhere on the way somebody who is known is refused: then a check is there that is not understood."""
    guarding = {guard.function for route in endpoint.routes for guard in route.guards if guard.function}
    for function in endpoint.reached:
        if function in guarding and function is not endpoint.handler:
            continue
        listed = _tables_of_codes(function)
        for node in function.walk():
            if any(each.line <= node.line <= each.end for each in listed):
                continue
            match node:
                case s.Literal(value=403):
                    return True
                case s.Name(id=name) | s.Attribute(name=name) if (
                    REFUSALS.search(name) and "UNAUTH" not in name.upper()
                ):
                    return True
    return False


# Rows by a key


def _tables_of_codes(function: Function) -> list[s.Pairs]:
    """Mappings that list which word is which status: that 403 is among them refuses nobody."""
    tables = (each for each in function.walk() if isinstance(each, s.Pairs))
    return [each for each in tables if sum(isinstance(s.constant(value), int) for value in each.values) > 2]


def _of_others(app: Application, endpoint: Endpoint, has_roles: bool) -> Seen | None:
    for each in taken(app, endpoint):
        if _is_handed_with_caller(endpoint, each):
            continue
        reason = _reason(endpoint, each, has_roles)
        if reason:
            return _seen(endpoint, each.model, reason, each)
    return None


def _reason(endpoint: Endpoint, found: Taken, has_roles: bool) -> str:
    """What any caller can do with rows of others; empty if nothing that matters."""
    model = found.model
    owner = owner_of(model)
    if _is_own_key(found):
        return ""
    if (
        (owner or is_account(model))
        and endpoint.effects
        and changed(endpoint, model)
        and _is_subject(endpoint, model)
    ):
        return "changes"
    if endpoint.is_write and endpoint.effects:
        return ""
    if owner and found.by(owner) and _is_for_owners(model):
        return "shows"
    if is_account(model):
        keys = {each.name for each in found.keys if each.source == "path"}
        return "shows" if has_roles and _is_subject(endpoint, model) and _are_ids(keys) else ""
    return "shows" if owner and _is_for_owners(model) and _is_subject(endpoint, model) else ""


def _is_for_owners(model: Model) -> bool:
    return is_private(model) or has_secret(model)


def _are_ids(names: set[str]) -> bool:
    return any(words(name)[-1:] in (("id",), ("pk",), ("uuid",)) for name in names)


def _is_own_key(found: Taken) -> bool:
    """Whether what the caller sends is a secret that only the owner has: a token, a code."""
    return all(
        set(words(each.name)) & {"token", "code", "otp", "secret", "hash", "signature"} for each in found.keys
    )


def _is_subject(endpoint: Endpoint, model: Model) -> bool:
    """Whether an endpoint is about a model: the only one with a key, or one that its path or name speaks of."""
    if len(endpoint.models) == 1:
        return True
    path = [each for each in endpoint.route.path.split("/") if each and not each.startswith("{")]
    said = {singular(word) for text in (*path[-2:], endpoint.name) for word in words(text)}
    own = {singular(word) for word in words(model.name)} | {singular(model.table)}
    if said & own:
        return True
    others = {singular(word) for each in endpoint.models if each is not model for word in words(each.name)}
    return not said & others


def _is_handed_with_caller(endpoint: Endpoint, found: Taken) -> bool:
    """Whether key and caller go together into a function that is not known: it may compare them."""
    names = {each.name for each in found.keys}
    for call, function in endpoint.calls:
        called = next((each for made, each in endpoint.known.callees(function) if made is call), None)
        if called is not None or call.name in ("info", "debug", "warning", "error", "log", "print"):
            continue
        given = [s.last_name(each) for each in (*call.args, *(keyword.value for keyword in call.keywords))]
        if any(each in names for each in given) and any(
            each not in names and CALLER.search(" ".join(words(each))) for each in given
        ):
            return True
    return False


# Views whose handlers the framework brings


def _by_view(app: Application, endpoint: Endpoint) -> Seen | None:
    view = endpoint.route.view
    if view is None or _looks_at_caller(app, view):
        return None
    for model in endpoint.models[:1]:
        writes = endpoint.route.action in ("update", "delete", "destroy", "partial_update")
        if writes and (owner_of(model) or is_account(model)):
            return _seen(endpoint, model, "changes", None)
        if (
            endpoint.route.action in ("retrieve", "list", "detail")
            and owner_of(model)
            and _is_for_owners(model)
        ):
            return _seen(endpoint, model, "shows", None)
    return None


def _looks_at_caller(app: Application, view: Class) -> bool:
    """Whether a view narrows its rows, or asks for rights, in a method or filter of its own."""
    for name in VIEW_CHECKS:
        method = app.project.method(view, name)
        if method is not None and any(
            isinstance(node, s.Attribute) and node.name in ("user", "auth", "tenant", "organization")
            for node in method.walk()
        ):
            return True
    filters = app.project.attribute(view, "filter_backends")
    return filters is not None and any(
        set(words(s.last_name(each))) & {"owner", "owned", "permission", "permissions", "user", "tenant"}
        for each in s.walk(filters[1])
    )


# Administration


def _administers(
    app: Application, endpoint: Endpoint, has_roles: bool, with_lists: bool = True
) -> Seen | None:
    path = [each for each in endpoint.route.path.split("/") if each and not each.startswith("{")]
    said = {singular(word) for text in (*path, endpoint.name) for word in words(text)}
    has_work = bool(endpoint.queries or endpoint.effects or endpoint.models)
    telling = ADMINISTER if endpoint.is_write else ADMINISTER - {"role", "permission"}
    if said & telling and has_work and not said & {"my", "me", "mine", "own"}:
        who = "any caller who logged in" if _knows_who(endpoint) else "anybody"
        return _made(endpoint, f"is for administrators by its name, and {who} may use it")
    if not has_roles or not with_lists:
        return None
    lists = [
        model
        for query in endpoint.queries
        if query.kind == "select" and query.many and not query.filters and endpoint.handler is not None
        and query.function is endpoint.handler
        for name in query.models
        if (model := endpoint.known.model(name)) is not None and is_account(model)
    ]  # fmt: skip
    if lists and not endpoint.is_write and said & {"user", "account", "member", "customer", "all", "list"}:
        return _made(endpoint, f"gives every `{lists[0].name}` to any caller who logged in")
    return _catalogue(endpoint)


def _catalogue(endpoint: Endpoint) -> Seen | None:
    """A write on rows that belong to nobody, where the other writes on them ask for a right."""
    if not endpoint.is_write or not endpoint.effects:
        return None
    for model in endpoint.models:
        if owner_of(model) or not _is_subject(endpoint, model):
            continue
        others = [
            each
            for each in endpoint.known.all
            if each is not endpoint and each.is_write and each.effects and each.models[:1] == [model]
        ]
        guarded = [guard for each in others for guard in each.guarded(Purpose.AUTHORIZATION)[:1]]
        if guarded and len(guarded) * 2 >= len(others):
            return _made(
                endpoint,
                f"changes `{model.name}` rows for any caller; other writes on them use `{guarded[0].name}`",
            )
    return None


def _ignores_roles(app: Application, endpoint: Endpoint) -> Seen | None:
    """A write on rows that belong to nobody, where accounts have roles and no route of the application asks for one."""
    if endpoint.handler is None or not endpoint.is_write or not endpoint.effects:
        return None
    known = endpoints(app)
    rights = [right for model in known.known_models if is_account(model) for right in rights_of(model)]
    if not rights or any(each.guarded(Purpose.AUTHORIZATION) for each in known.all):
        return None
    for model in endpoint.models:
        if not owner_of(model) and not is_account(model) and changed(endpoint, model):
            what = f"changes `{model.name}` rows for anybody with an account: accounts have `{rights[0]}`"
            return _made(endpoint, f"{what}, and no route asks for it")
    return None


def _seen(endpoint: Endpoint, model: Model, verb: str, found: Taken | None) -> Seen:
    owner = owner_of(model)
    guards = endpoint.guarded(Purpose.AUTHENTICATION)
    known = f"`{guards[0].name}` says who calls" if guards else "nobody asks who calls"
    keys = (
        ", ".join(dict.fromkeys(f"`{each.name}`" for each in found.keys)) if found else "the key in the path"
    )
    compared = f"`{owner}` is" if owner else "the account is"
    also: tuple[Step, ...] = ()
    if found is not None and found.frame.function is not endpoint.handler:
        also = (Step(found.query.place, f"here the `{model.name}` is looked up"),)
    return Seen(
        endpoint.place,
        f"`{endpoint.title}` {verb} the `{model.name}` that {keys} names; {known}; {compared} "
        "never compared with that",
        Confidence.HIGH if verb == "changes" else Confidence.MEDIUM,
        fix=FIXES.get(endpoint.route.framework, FIXES["fastapi"]),
        also=also,
        cause=f"{model.name} {endpoint.route.app or endpoint.place.path}",
        about=f"{endpoint.name} {endpoint.route.path}",
    )


def _made(endpoint: Endpoint, what: str, also: tuple[Step, ...] = ()) -> Seen:
    function: Function | None = endpoint.handler
    return Seen(
        endpoint.place,
        f"`{endpoint.title}` {what}",
        Confidence.MEDIUM,
        also=also,
        fix="ask for the right where you ask who calls: a dependency, decorator or permission class",
        cause=endpoint.route.app or endpoint.place.path,
        about=f"{function.name if function else endpoint.name} {endpoint.route.path}",
    )
