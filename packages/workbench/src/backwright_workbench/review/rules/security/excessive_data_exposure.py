"""Answers with passwords, hashes and keys in them, or with whole rows of accounts."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Purpose, Schema
from backwright_workbench.codebase.facts.words import secret_kind, words
from backwright_workbench.review.access.documents import answering, whole_documents
from backwright_workbench.review.access.endpoints import Endpoint, endpoints
from backwright_workbench.review.access.inputs import Inputs
from backwright_workbench.review.access.internals import told as inside
from backwright_workbench.review.access.memory import whole_entries
from backwright_workbench.review.access.outputs import dumped, dumps_all, gives_rows, returned, secret_of
from backwright_workbench.review.access.people import is_account, is_credential
from backwright_workbench.review.access.privileges import schema_fields
from backwright_workbench.review.access.records import Answered
from backwright_workbench.review.access.shown import shows_rows
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About(
    "An answer holds secrets of accounts", Severity.HIGH, cwe=(200, 213, 359), owasp=("API3:2023", "A01:2021")
)

MAKERS = frozenset(["serialize", "dict", "json", "format", "response"])
COLUMNS = re.compile(r"\s*select\s+(?:distinct\s+)?(.*?)\s+from\b", re.I | re.S)
PAGES = frozenset(["render_template", "render", "TemplateResponse", "redirect", "url_for"])
FIXES = {
    "fastapi": "set `response_model` to a schema that has only what callers may see",
    "flask": 'name the fields that go out: `{"id": user.id, "name": user.name}`',
    "django": 'name the fields that go out: `.values("id", "name")`, never `__all__` of a user',
    "drf": 'list the fields, or mark secrets `write_only`: `extra_kwargs = {"password": {"write_only": True}}`',
}


def find(app: Application) -> Iterator[Seen]:
    """Secrets in written-out answers, whole rows of accounts, and schemas of answers with secrets in them."""
    told: set[tuple[str, int]] = set()
    for endpoint in endpoints(app).all:
        seens = [
            *_written(app, endpoint),
            *_rows(app, endpoint),
            *_documents(endpoint),
            *_methods(app, endpoint),
            *_entries(app, endpoint),
            *_schemas(app, endpoint),
            *_internals(app, endpoint),
        ]
        for seen in seens or _kept(app, endpoint):
            key = (seen.place.path, seen.place.line)
            if key not in told:
                told.add(key)
                yield seen
    yield from _graph_types(app, told)


# Written out


def _written(app: Application, endpoint: Endpoint) -> Iterator[Seen]:
    """`{"password": user.password}` in what a handler answers, or in a method that makes the answer."""
    if endpoint.handler is None:
        return
    inputs = Inputs(app, endpoint)
    frames = {frame.function: frame for frame in inputs.frames()}
    for function in endpoint.reached:
        frame = frames.get(function)
        for node in _answered(function, function is endpoint.handler):
            if not isinstance(node, s.Pairs):
                continue
            for key, value in zip(node.keys, node.values, strict=True):
                name = s.text_of(key) or ""
                is_stored = isinstance(value, s.Attribute | s.Item) and _is_stored_secret(value)
                is_sent = frame is not None and inputs.of(value, frame) is not None
                if name and key is not None and is_stored and is_credential(name) and not is_sent:
                    yield _seen(endpoint, function.at(key), f"`{name}` of a row is in the answer")


def _is_stored_secret(value: s.Attribute | s.Item) -> bool:
    """`user.password`, `row["password_hash"]`: not what is about secrets, nor a token that was just made."""
    name = value.name if isinstance(value, s.Attribute) else s.text_of(value.key) or ""
    root = s.root_of(value)
    if isinstance(root, s.Name) and set(words(root.id)) & {
        "request",
        "form",
        "data",
        "config",
        "settings",
        "token",
        "tokens",
    }:
        return False
    return is_credential(name)


def _answered(function: Function, is_handler: bool) -> Iterator[s.Node]:
    """The nodes of what a function answers: all that it returns, and what is put into the names that it returns."""
    values = [node.value for node in function.walk() if isinstance(node, s.Return) and node.value is not None]
    names = {node.id for node in s.walk(*values) if isinstance(node, s.Name)}
    is_maker = function.owner is not None or set(words(function.name)) & MAKERS
    if not is_handler and not is_maker:
        return
    yield from s.walk(*[each for each in values if not _is_page(each)])
    for node in function.walk():
        if isinstance(node, s.Assign) and node.value is not None:
            if any(isinstance(each, s.Name) and each.id in names for each in node.targets):
                yield from s.walk(node.value)
        elif isinstance(node, s.Call) and isinstance(node.callee, s.Attribute) and node.name == "append":
            base = node.callee.base
            yield from s.walk(*(node.args if isinstance(base, s.Name) and base.id in names else ()))


def _is_page(value: s.Expression) -> bool:
    return isinstance(value, s.Call) and value.name in PAGES


# Whole rows


def _rows(app: Application, endpoint: Endpoint) -> Iterator[Seen]:
    handler = endpoint.handler
    if handler is None:
        return
    for node in handler.walk():
        if not isinstance(node, s.Return) or node.value is None or _is_page(node.value):
            continue
        for inner in s.walk(node.value):
            model = dumped(app, endpoint, handler, inner)
            if model is not None:
                yield _seen(
                    endpoint,
                    handler.at(node),
                    f"a whole row of `{model.name}` goes out, `{secret_of(model)}` too",
                )
                break
    if endpoint.route.framework in ("fastapi", "starlette", "litestar") and endpoint.route.answers is None:
        model = returned(app, endpoint, handler)
        if model is not None:
            yield _seen(
                endpoint,
                handler.head,
                f"it returns `{model.name}` rows without `response_model`: `{secret_of(model)}` goes out",
            )
    yield from _selected(app, endpoint, handler)


def _documents(endpoint: Endpoint) -> Iterator[Seen]:
    """Whole documents of a collection of accounts."""
    if endpoint.route.answers is not None:
        return
    for function, node, model in whole_documents(endpoint):
        yield _seen(
            endpoint,
            function.at(node),
            f"whole documents of `{model.name}` go out, `{secret_of(model)}` too",
        )


def _entries(app: Application, endpoint: Endpoint) -> Iterator[Seen]:
    """Whole entries of a list or mapping of accounts."""
    for function, node, store, secret in (
        whole_entries(app, endpoint) if endpoint.route.answers is None else ()
    ):
        yield _seen(endpoint, function.at(node), f"whole entries of `{store}` go out, `{secret}` too")


def _methods(app: Application, endpoint: Endpoint) -> Iterator[Seen]:
    """Methods of accounts that give all columns, and whose result goes out: `jsonify(user.to_dict())`."""
    for function in answering(endpoint):
        called = {id(call): each for call, each in endpoint.known.callees(function)}
        for node in function.walk():
            for inner in s.walk(node) if isinstance(node, s.Return) else ():
                method = called.get(id(inner))
                model = (
                    app.models.get(method.owner.qualified)
                    if isinstance(method, Function) and method.owner
                    else None
                )
                if (
                    not isinstance(method, Function)
                    or model is None
                    or not is_account(model)
                    or not secret_of(model)
                ):
                    continue
                if dumps_all(method):
                    place = next(
                        (method.at(each) for each in method.walk() if isinstance(each, s.Return)), method.head
                    )
                    yield _seen(
                        endpoint, place, f"every column of `{model.name}` goes out, `{secret_of(model)}` too"
                    )


def _selected(app: Application, endpoint: Endpoint, handler: Function) -> Iterator[Seen]:
    """`SELECT * FROM users`, and the rows go out as JSON."""
    for query in endpoint.known.queries.get(handler, []):
        if query.via != "sql" or query.kind != "select":
            continue
        listed = COLUMNS.match(query.sql)
        columns = [each.strip().rpartition(".")[2] for each in listed.group(1).split(",")] if listed else []
        named = next((each for each in columns if each.isidentifier() and is_credential(each)), "")
        model = next((found for name in query.models if (found := endpoint.known.model(name))), None)
        if named and query.models:
            secret, what = named, query.models[0]
        elif "*" in columns and model is not None and is_account(model) and secret_of(model):
            secret, what = secret_of(model), model.name
        else:
            continue
        for node in handler.walk():
            if not isinstance(node, s.Return) or node.value is None:
                continue
            message = f"every column of `{what}` goes out, `{secret}` too"
            if named:
                message = f"`{secret}` of `{what}` goes out"
            if gives_rows(handler, node.value):
                yield _seen(endpoint, handler.at(node), message)
                return
            if shows_rows(app, handler, node.value, secret):
                yield _seen(endpoint, handler.at(node), message, Confidence.MEDIUM)
                return


# What is in no table


def _kept(app: Application, endpoint: Endpoint) -> Iterator[Seen]:
    """Records in memory and bodies that are given back, with the password."""
    handler = endpoint.handler
    if handler is None or endpoint.route.answers is not None:
        return
    for node, name in Answered(app, handler).found():
        what = f"a whole record goes out, `{name}` too"
        yield _seen(endpoint, handler.at(node), what, Confidence.MEDIUM)
        return


def _internals(app: Application, endpoint: Endpoint) -> Iterator[Seen]:
    """Configuration, environment, versions and addresses, for everybody."""
    handler = endpoint.handler
    if (
        handler is None
        or endpoint.route.answers is not None
        or endpoint.guarded(Purpose.AUTHENTICATION)
        or endpoint.guarded(Purpose.AUTHORIZATION)
    ):
        return
    for node, what in inside(app, handler):
        yield _seen(endpoint, handler.at(node), what, Confidence.MEDIUM)
        return


# Schemas of answers


def _schemas(app: Application, endpoint: Endpoint) -> Iterator[Seen]:
    """`response_model` with a password in it, a serializer over all fields of an account."""
    for route in endpoint.routes:
        owner = route.answers
        schema = app.schemas.get(owner.qualified) if owner is not None else None
        if owner is None or schema is None:
            continue
        name, place = _leak(app, owner, schema)
        if name:
            yield _seen(endpoint, place, f"`{owner.name}` puts `{name}` into the answer")


def _leak(app: Application, owner: Class, schema: Schema) -> tuple[str, Place]:
    head = Place(owner.place.path, owner.line, owner.line, owner.column)
    for each in schema.fields:
        if is_credential(each.name) and not each.write_only and "SecretStr" not in each.type:
            return each.name, each.place if each.place.line else head
    hidden = {each.name for each in schema.fields if each.write_only}
    model = app.models.get(schema.model)
    if schema.all_fields and schema.model == "django.contrib.auth.models.User" and "password" not in hidden:
        return "password", head
    if schema.all_fields and model is not None and is_account(model):
        secret = secret_of(model)
        if secret and secret not in hidden:
            return secret, head
    if not schema.fields:
        for name in schema_fields(app, owner):
            if secret_kind(name) == "password":
                return name, head
    return "", head


def _graph_types(app: Application, told: set[tuple[str, int]]) -> Iterator[Seen]:
    """Types of GraphQL that are made of a model of accounts, with all of its columns."""
    for owner in app.project.classes.values():
        if not app.project.inherits(owner, "*.SQLAlchemyObjectType", "*.DjangoObjectType"):
            continue
        meta = owner.classes.get("Meta")
        model = app.models.get(s.refers(meta.value("model"))) if meta is not None else None
        if meta is None or model is None or not is_account(model):
            continue
        listed = [meta.value(name) for name in ("only_fields", "fields", "exclude", "exclude_fields")]
        secret = secret_of(model)
        is_open = all(each is None or s.text_of(each) == "__all__" for each in listed)
        key = (owner.place.path, owner.line)
        if secret and is_open and f"resolve_{secret}" not in owner.methods and key not in told:
            place = Place(owner.place.path, owner.line, owner.line, owner.column)
            yield Seen(
                place,
                f"`{owner.name}` shows every column of `{model.name}`, `{secret}` too",
                fix=FIXES["django"],
            )


def _seen(endpoint: Endpoint, place: Place, what: str, confidence: Confidence = Confidence.HIGH) -> Seen:
    return Seen(
        place,
        f"{what} (`{endpoint.title}`)",
        confidence,
        fix=FIXES.get(endpoint.route.framework, FIXES["flask"]),
        about=f"{endpoint.name} {what[:40]}",
    )
