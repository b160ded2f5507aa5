"""Callers who set columns that are not theirs to set."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.data import Model
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Purpose
from backwright_workbench.review.access.endpoints import Endpoint, endpoints
from backwright_workbench.review.access.inputs import Frame, Input, Inputs, chosen_by
from backwright_workbench.review.access.people import is_account, is_granting, rights_of
from backwright_workbench.review.access.privileges import let_in
from backwright_workbench.review.access.tables import INSERT
from backwright_workbench.review.finding import Confidence, Seen, Severity, Step
from backwright_workbench.review.rule import About

ABOUT = About(
    "The caller chooses columns that are not theirs",
    Severity.HIGH,
    cwe=(915,),
    owasp=("API3:2023", "A08:2021"),
)
WRITES = frozenset(["create", "update", "values", "get_or_create", "update_or_create", "insert", "insert_one",
     "insert_many",
                    "update_one", "update_many", "replace_one", "create_user", "bulk_insert_mappings",
                    "acreate", "aupdate",
                    "find_one_and_update", "from_dict", "populate_obj", "merge"])  # fmt: skip
DOCUMENTS = frozenset(
    ["insert_one", "update_one", "update_many", "replace_one", "find_one_and_update", "insert_many"]
)
FIXES = {
    "flask": 'name the fields that callers may set: `User(email=data["email"], name=data["name"])`',
    "fastapi": 'take a schema that has only what callers may set, with `extra="forbid"`; rights have another endpoint',
    "django": 'list the fields that callers may set; `fields = ["email", "name"]`',
    "drf": "list the fields, and put rights into `read_only_fields`",
}


def find(app: Application) -> Iterator[Seen]:
    """Raw input or wide schemas that become rows, and forms or serializers over all fields."""
    told: set[int] = set()
    for endpoint in endpoints(app).all:
        if endpoint.handler is None or _is_for_admins(endpoint):
            continue
        inputs = Inputs(app, endpoint)
        for frame in inputs.frames():
            for node, given, model in _stored(app, inputs, frame):
                if id(node) not in told and _matters(app, given, model):
                    told.add(id(node))
                    yield _seen(app, endpoint, frame, node, given, model)
            for node, name in _granted(app, endpoint, inputs, frame):
                if id(node) not in told:
                    told.add(id(node))
                    yield _rights(endpoint, frame, node, name)
    yield from _all_fields(app)


def _is_for_admins(endpoint: Endpoint) -> bool:
    """Whether only those with rights come here: they may give some."""
    return bool(endpoint.guarded(Purpose.AUTHORIZATION)) and any(
        word in guard.name.lower()
        for guard in endpoint.guarded(Purpose.AUTHORIZATION)
        for word in (
            "admin",
            "super",
            "staff",
            "role",
            "permission",
            "manager",
            "authoriz",
            "authoris",
            "policy",
        )
    )


def _stored(app: Application, inputs: Inputs, frame: Frame) -> Iterator[tuple[s.Node, Input, Model | None]]:
    """Where whole inputs become rows."""
    for node in frame.function.walk():
        match node:
            case s.Call():
                found = _call(app, inputs, frame, node)
                if found is not None:
                    yield node, *found
            case s.Loop(target=s.Group(items=[s.Name(id=key), *_]), subject=subject):
                yield from _loop(app, inputs, frame, node, key, subject)
            case s.Loop(target=s.Name(id=key), subject=subject):
                yield from _loop(app, inputs, frame, node, key, subject)


def _call(app: Application, inputs: Inputs, frame: Frame, call: s.Call) -> tuple[Input, Model | None] | None:
    spread = [found for each in call.keywords if not each.name and (found := inputs.of(each.value, frame))]
    whole = next((each for each in spread if each.is_whole), None)
    model = app.models.get(call.refers)
    if model is not None and whole is not None:
        return whole, model
    if not isinstance(call.callee, s.Attribute):
        return None
    base = call.callee.base
    model = _model_of(app, base, frame.function)
    if call.name == "update" and isinstance(base, s.Attribute) and base.name == "__dict__" and call.args:
        found = inputs.of(call.args[0], frame)
        owner = _model_of(app, base.base, frame.function)
        return (found, owner) if found is not None and found.is_whole else None
    if call.name == "populate_obj" and call.args:
        found = inputs.of(base, frame)
        target = _model_of(app, call.args[0], frame.function)
        return (found, target) if found is not None and found.is_whole and target is not None else None
    if call.name in WRITES and (model is not None or call.name in DOCUMENTS):
        given = whole or next(
            (found for each in _handed(call) if (found := inputs.of(each, frame)) and found.is_whole), None
        )
        if given is not None and (model is not None or given.schema is None):
            return given, model
    return None


def _handed(call: s.Call) -> Iterator[s.Expression]:
    """What a call is given, and what stands in `{"$set": …}`."""
    for each in call.args:
        if isinstance(each, s.Pairs):
            yield from each.values
        else:
            yield each


def _loop(
    app: Application, inputs: Inputs, frame: Frame, loop: s.Loop, key: str, subject: s.Expression
) -> Iterator[tuple[s.Node, Input, Model | None]]:
    """`for key, value in data.items(): setattr(row, key, value)`."""
    given = inputs.of(subject, frame)
    if given is None or not given.is_whole:
        return
    for node in s.walk(*loop.body):
        match node:
            case s.Branch(test=test, body=body) if any(_is_name(each, key) for each in s.walk(test)):
                given = chosen_by(_opposite(test) if _leaves(body) else test, given, app)
            case s.Call(refers="builtins.setattr", args=[target, name, *_]) if _is_name(name, key):
                yield loop, given, _model_of(app, target, frame.function)


def _leaves(body: list[s.Statement]) -> bool:
    """Whether a branch goes on with the next key, or stops."""
    last = body[-1] if body else None
    return isinstance(last, s.Return | s.Raise) or (
        isinstance(last, s.Other) and last.kind in ("continue", "break")
    )


def _opposite(test: s.Expression) -> s.Expression:
    """What holds after `if test: continue`."""
    turned = {"in": "not in", "not in": "in", "==": "!="}
    if isinstance(test, s.Operation) and test.operator in turned:
        return s.Operation(test.line, test.end, test.column, turned[test.operator], test.operands)
    if isinstance(test, s.Operation) and test.operator == "not":
        return test.operands[0]
    return test


def _is_name(node: s.Node, name: str) -> bool:
    return isinstance(node, s.Name) and node.id == name


def _model_of(app: Application, node: s.Node, function: Function) -> Model | None:
    """The model that an expression is, makes, or asks for: `user`, `User.query.filter_by(…)`, `update(User)`."""
    kind = app.types.of(node, function)
    if kind is not None and kind.name in app.models:
        return app.models[kind.name]
    for each in s.walk(node):
        if isinstance(each, s.Name | s.Attribute) and each.refers in app.models:
            return app.models[each.refers]
    if isinstance(node, s.Name):
        if node.id in ("current_user",) or node.refers.endswith(".current_user"):
            return next((each for each in app.models.values() if is_account(each)), None)
        for each in function.walk():
            if (
                isinstance(each, s.Assign)
                and any(_is_name(target, node.id) for target in each.targets)
                and each.value
            ):
                for inner in s.walk(each.value):
                    if isinstance(inner, s.Name | s.Attribute) and inner.refers in app.models:
                        return app.models[inner.refers]
    return None


def _matters(app: Application, given: Input, model: Model | None) -> bool:
    if given.source == "query" and given.schema is None and model is None:
        return False
    if given.only is not None or given.schema is not None:
        return bool(let_in(app, given, model))
    return True


def _granted(
    app: Application, endpoint: Endpoint, inputs: Inputs, frame: Frame
) -> Iterator[tuple[s.Node, str]]:
    """A right of a new or changed account that is a field of what was sent: `User(role=data["role"])`."""
    if endpoint.guarded(Purpose.AUTHORIZATION):
        return
    for node in frame.function.walk():
        match node:
            case s.Call(keywords=keywords) if (
                model := app.models.get(node.refers)
            ) is not None and is_account(model):
                for each in keywords:
                    if is_granting(each.name) and _is_sent(inputs, frame, each.value):
                        yield each, each.name
            case s.Call() if node.name in ("insert_one", "execute", "fetch", "query_db"):
                yield from _granted_without_model(endpoint, inputs, frame, node)
            case s.Assign(targets=[s.Attribute(base=base, name=name)], value=value) if is_granting(name):
                model = _model_of(app, base, frame.function)
                if model is not None and is_account(model) and _is_sent(inputs, frame, value):
                    yield node, name


def _granted_without_model(
    endpoint: Endpoint, inputs: Inputs, frame: Frame, call: s.Call
) -> Iterator[tuple[s.Node, str]]:
    """The same for tables and collections that no model describes."""
    if not any(each.orm == "sql" and is_account(each) for each in endpoint.models):
        return
    first = call.argument(0)
    documents = [first] if isinstance(first, s.Pairs) else []
    if isinstance(first, s.Name):
        documents = [each for each in frame.function.values_of(first.id) if isinstance(each, s.Pairs)]
    for document in documents:
        for key, value in zip(document.keys, document.values, strict=True):
            name = s.text_of(key) or ""
            if is_granting(name) and _is_sent(inputs, frame, value):
                yield value, name
    found = INSERT.search(s.text_of(first) or "")
    given = call.argument(1)
    if found and isinstance(given, s.Group):
        names = [each.strip() for each in found[2].split(",")]
        for name, value in zip(names, given.items, strict=False):
            if is_granting(name) and _is_sent(inputs, frame, value):
                yield value, name


def _is_sent(inputs: Inputs, frame: Frame, value: s.Expression | None) -> bool:
    """Whether a value is a field of what was sent, as it came or through a name that is set by it."""
    given = inputs.of(value, frame)
    if given is not None:
        return not given.is_whole
    if not isinstance(value, s.Name):
        return False
    for node in frame.function.walk():  # `if data["admin"]: admin = True`
        if isinstance(node, s.Branch) and inputs.of(node.test, frame) is not None:
            for inner in s.walk(*node.body):
                if isinstance(inner, s.Assign) and any(_is_name(each, value.id) for each in inner.targets):
                    return s.constant(inner.value) is True
    return False


def _all_fields(app: Application) -> Iterator[Seen]:
    """Serializers and forms with rights among their fields, where what they take is saved as it is."""
    used = {
        each.schema.qualified
        for endpoint in endpoints(app).all
        if endpoint.is_write and not _is_for_admins(endpoint)
        for each in endpoint.parameters
        if each.schema is not None
    }
    for name, schema in app.schemas.items():
        model = app.models.get(schema.model)
        if model is None or name not in used or not is_account(model):
            continue
        fixed = {each.name for each in schema.fields if each.read_only}
        taken = rights_of(model) if schema.all_fields else [each.name for each in schema.fields]
        names = [each for each in taken if is_granting(each) and each not in fixed]
        if names:
            place = schema.owner.place
            yield Seen(
                Place(place.path, place.line, place.line, place.column),
                f"`{schema.name}` takes `{'`, `'.join(names[:3])}` of `{model.name}`: callers give themselves rights",
                Confidence.MEDIUM,
                fix=FIXES["drf"],
                about=name,
            )


def _seen(
    app: Application, endpoint: Endpoint, frame: Frame, node: s.Node, given: Input, model: Model | None
) -> Seen:
    names = let_in(app, given, model)
    target = f"a `{model.name}`" if model else "a row"
    what = f"`{given.schema.name}`" if given.schema else "whatever the caller sends"
    columns = f", `{'`, `'.join(names[:3])}` too" if names else ""
    sure = Confidence.HIGH if names else Confidence.MEDIUM
    steps = tuple(Step(function.at(call), f"`{function.name}` hands it on") for function, call in frame.via)
    return Seen(
        frame.function.at(node),
        f"{what} becomes {target}{columns} (`{endpoint.title}`)",
        sure,
        None if names else Severity.MEDIUM,
        fix=FIXES.get(endpoint.route.framework, FIXES["fastapi"]),
        steps=steps,
        about=f"{frame.function.name} {model.name if model else ''}",
    )


def _rights(endpoint: Endpoint, frame: Frame, node: s.Node, name: str) -> Seen:
    return Seen(
        frame.function.at(node),
        f"the caller of `{endpoint.title}` chooses `{name}` of the account: anybody makes themselves an administrator",
        fix=FIXES.get(endpoint.route.framework, FIXES["fastapi"]),
        about=f"{frame.function.name} {name}",
    )
