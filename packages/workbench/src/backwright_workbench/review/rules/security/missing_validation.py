"""Handlers that store what callers send without looking at it."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.access.effects import Kind
from backwright_workbench.review.access.endpoints import Endpoint, endpoints
from backwright_workbench.review.access.inputs import Frame, Input, Inputs
from backwright_workbench.review.access.intents import Intent
from backwright_workbench.review.access.loose_fields import loose_fields, unchecked_upload
from backwright_workbench.review.access.loose_parameters import loose_parameters
from backwright_workbench.review.finding import Confidence, Seen
from backwright_workbench.review.finding import Severity as Level
from backwright_workbench.review.rule import About

ABOUT = About(
    "What callers send is stored unchecked", Level.MEDIUM, cwe=(20,), owasp=("API3:2023", "A03:2021")
)

RAW = ("body", "form")
CHECKERS = frozenset(
    ["validate", "validated", "validator", "validators", "valid", "clean", "cleaned", "sanitize", "sanitise",
     "sanitized",
     "schema", "isinstance", "check", "verify", "ensure", "assert", "parse", "normalize", "normalise", "require",
     "allowed", "whitelist", "form", "serializer", "full"]
)  # fmt: skip
"""Words in the names of functions that look at what they are given."""
NOT_CHECKERS = frozenset(["password", "hash", "checkpw", "token", "csrf", "otp", "login", "credentials",
     "exists", "permission",
                          "auth", "user", "admin"])  # fmt: skip
CONVERTERS = frozenset(
    ["builtins.int", "builtins.float", "builtins.bool", "decimal.Decimal", "uuid.UUID", "datetime.datetime.strptime",
     "datetime.datetime.fromisoformat", "datetime.date.fromisoformat", "builtins.isinstance", "builtins.len",
     "ipaddress.ip_address", "bson.ObjectId", "bson.objectid.ObjectId", "werkzeug.utils.secure_filename",
     "builtins.type",
     "builtins.float", "dateutil.parser.parse", "builtins.set", "html.escape", "markupsafe.escape", "bleach.clean",
     "builtins.round", "builtins.abs"]
)  # fmt: skip
METHODS = frozenset(["isdigit", "isalnum", "isalpha", "isnumeric", "isdecimal", "match", "fullmatch", "search",
     "fromisoformat",
                     "strptime", "isidentifier", "findall", "parse", "startswith", "endswith", "split"])  # fmt: skip
COMPARING = frozenset(["<", ">", "<=", ">="])
LOOSE = 3
"""One checked field for this many others is not a check."""
FIXES = {
    "fastapi": "take a Pydantic model instead of a `dict` or the bare request, with limits on its fields",
    "flask": "load the body with a schema (marshmallow, Pydantic, a form) first, and answer 400 if that fails",
    "django": "use a `Form` or `ModelForm` and its `cleaned_data`, or a serializer",
    "drf": "use a serializer: `serializer.is_valid(raise_exception=True)` and `validated_data`",
}


def find(app: Application) -> Iterator[Seen]:
    """Handlers that store or rely on raw fields, uploads of anything, and fields of schemas without their limits."""
    taken: set[Place] = set()
    for endpoint in endpoints(app).all:
        if endpoint.handler is not None and endpoint.is_write:
            found = list(_handler(app, endpoint))
            taken |= {each.place for each in found}
            yield from found
        for place, said, fix in loose_fields(app, endpoint):
            if place not in taken:
                taken.add(place)
                yield Seen(place, said, Confidence.MEDIUM, fix=fix, cause=place.path)
        if endpoint.handler is not None and endpoint.place not in taken:
            for said, fix in loose_parameters(app, endpoint):
                yield Seen(endpoint.place, said, Confidence.MEDIUM, fix=fix, cause=endpoint.place.path)


def _handler(app: Application, endpoint: Endpoint) -> Iterator[Seen]:
    fields, checked, keys = _looked_at(app, endpoint)
    loose = sorted(fields - checked)
    if loose and _stores(endpoint) and len(checked & fields) * LOOSE < len(fields) and "*" not in checked:
        yield _seen(endpoint, loose, len(checked & fields))
    elif keys - checked and "*" not in checked:
        name = sorted(keys - checked)[0]
        yield Seen(
            endpoint.place,
            f"`{endpoint.title}` takes `{name}` from the body without asking whether it is there: a request "
            "without it is answered with 500",
            Confidence.MEDIUM,
            fix=FIXES.get(endpoint.route.framework, FIXES["flask"]),
            cause=endpoint.route.app or endpoint.place.path,
        )
    elif unchecked_upload(endpoint):
        yield Seen(
            endpoint.place,
            f"`{endpoint.title}` takes a file of any type and size",
            Confidence.MEDIUM,
            fix="allow a few types by their first bytes, limit the size while reading, and choose the name yourself",
            cause="upload",
        )


def _stores(endpoint: Endpoint) -> bool:
    if endpoint.handler is None or endpoint.intent in (
        Intent.LOGIN,
        Intent.LOGOUT,
        Intent.CALLBACK,
        Intent.TOKEN,
    ):
        return False
    if endpoint.methods <= {"GET", "HEAD", "QUERY", "OPTIONS", "WEBSOCKET", "MUTATION"}:
        return False
    return any(each.kind is not Kind.TASK for each in endpoint.effects)


def _looked_at(app: Application, endpoint: Endpoint) -> tuple[set[str], set[str], set[str]]:
    """The raw fields that are used (`*` for a whole body), those that somebody looks at, those that must be there."""
    fields: set[str] = set()
    checked: set[str] = set()
    keys: set[str] = set()
    inputs = Inputs(app, endpoint)
    frames = inputs.frames()
    if _has_validating_decorator(endpoint):
        return set(), set(), set()
    for frame in frames:
        keys |= _needed(inputs, frame)
        for node in frame.function.walk():
            for name in _used(inputs, frame, node):
                fields.add(name)
            checked |= _checks(app, inputs, frame, node)
    if "*" in fields and len(fields) > 1:
        fields.discard("*")
    return fields, checked, keys


def _needed(inputs: Inputs, frame: Frame) -> set[str]:
    """Keys of a raw body that are taken by `[…]`, where nothing catches their absence."""
    caught = [
        each for each in frame.function.walk() if isinstance(each, s.Attempt) and each.body and each.handlers
    ]
    found = set()
    for node in frame.function.walk():
        if isinstance(node, s.Item) and isinstance(node.key, s.Literal):
            if any(each.body[0].line <= node.line <= each.body[-1].end for each in caught):
                continue
            given = inputs.of(node, frame)
            if given is not None and given.schema is None and given.source == "body" and given.name:
                found.add(given.name)
    return found


def _has_validating_decorator(endpoint: Endpoint) -> bool:
    """Whether something before the handler looks at the body: `@validate_json(schema)`, connexion, flask-smorest."""
    return any(
        set(words(guard.name)) & CHECKERS and "auth" not in guard.name
        for route in endpoint.routes
        for guard in route.guards
        if any(purpose.value == "validation" for purpose in guard.purposes)
    ) or any(each.schema is not None and each.source in ("body", "form") for each in endpoint.parameters)


def _used(inputs: Inputs, frame: Frame, node: s.Node) -> Iterator[str]:
    """The raw fields that go into something here: a row, a statement, an attribute."""
    match node:
        case s.Call(args=args, keywords=keywords) if not _is_reading(node):
            for each in [*args, *(keyword.value for keyword in keywords)]:
                for inner in _flat(each):
                    yield from _raw(inputs.of(inner, frame), spread=isinstance(inner, s.Spread))
            for keyword in keywords:
                if not keyword.name:
                    yield from _raw(inputs.of(keyword.value, frame), spread=True)
        case s.Assign(targets=[s.Attribute() | s.Item(), *_], value=value):
            for inner in _flat(value):
                yield from _raw(inputs.of(inner, frame), spread=False)


def _flat(node: s.Expression | None) -> Iterator[s.Expression]:
    """What a written-out mapping, list or text holds, or the value itself."""
    match node:
        case None:
            return
        case s.Group(items=items) | s.Text(parts=items):
            for each in items:
                yield from _flat(each)
        case s.Pairs(values=values):
            for each in values:
                yield from _flat(each)
        case s.Operation(operator="or" | "+" | "%", operands=operands):
            for each in operands:
                yield from _flat(each)
        case _:
            yield node


def _raw(given: Input | None, spread: bool) -> Iterator[str]:
    if given is not None and given.schema is None and given.source in RAW:
        if given.name:
            yield given.name
        elif spread:
            yield "*"


def _is_reading(call: s.Call) -> bool:
    """Calls that only take the input apart, or ask for rows by it."""
    return call.name in (
        "get", "pop", "getlist", "loads", "dict", "print", "info", "debug", "warning", "error", "jsonify",
        "filter_by",
        "filter", "first", "one", "where", "check_password_hash", "check_password", "checkpw", "find_one",
        "get_or_404",
        "get_object_or_404", "exists", "flash", "HTTPException", "JsonResponse", "render", "render_template", "str",
        "redirect", "url_for", "Response", "dumps", "verify_password", "JSONResponse", "log",
    )  # fmt: skip


def _checks(app: Application, inputs: Inputs, frame: Frame, node: s.Node) -> set[str]:
    """The fields that a node looks at more closely than whether they are there."""
    match node:
        case s.Call():
            return _called(app, inputs, frame, node)
        case s.Operation(operator="in" | "not in", operands=[one, other]):
            given = inputs.of(one, frame)
            is_key = isinstance(other, s.Name) and inputs.of(other, frame) is not None  # `"name" in data`
            return (
                {given.name}
                if given is not None and given.source in RAW and given.name and not is_key
                else set()
            )
        case s.Operation(operator=operator, operands=operands) if operator in COMPARING:
            found = [inputs.of(each, frame) for each in operands]
            return {each.name for each in found if each is not None and each.name and each.source in RAW}
    return set()


def _called(app: Application, inputs: Inputs, frame: Frame, call: s.Call) -> set[str]:
    given = [
        each
        for value in [*call.args, *(keyword.value for keyword in call.keywords)]
        for inner in _flat(value)
        if (each := inputs.of(inner, frame)) is not None and each.source in (*RAW, "typed")
    ]
    names = {each.name or "*" for each in given}
    if call.refers in CONVERTERS:
        return names - {"*"} if call.name in ("len", "bool", "set", "type") else names
    if isinstance(call.callee, s.Attribute):
        base = inputs.of(call.callee.base, frame)
        if base is not None and base.name and call.name in METHODS:
            return {base.name}
        if call.name in ("match", "fullmatch", "search", "findall"):
            return names
    if call.name in ("is_valid", "validate_on_submit", "full_clean", "parse_args"):
        return {"*"}
    said = set(words(call.name))
    if names and said & CHECKERS and not said & NOT_CHECKERS:
        return names
    called = app.project.classes.get(call.refers) if call.refers else None
    if isinstance(called, Class) and names and called.qualified not in app.models and _is_schema(app, called):
        return {"*"}
    if names and call.name in ("load", "model_validate", "parse_obj", "validate_python", "from_dict"):
        return {"*"}
    return set()


def _is_schema(app: Application, called: Class) -> bool:
    return called.qualified in app.schemas or app.project.inherits(
        called,
        "*.BaseModel",
        "*.Schema",
        "*.Form",
        "*.Serializer",
        "*.ModelSerializer",
        "*.ModelForm",
        "*.FlaskForm",
    )


def _seen(endpoint: Endpoint, loose: list[str], checked: int) -> Seen:
    shown = ", ".join(f"`{each}`" for each in loose[:4] if each != "*")
    what = f"{shown}{' and more' if len(loose) > 4 else ''}" if shown else "the whole body"
    function: Function | None = endpoint.handler
    return Seen(
        endpoint.place,
        f"`{endpoint.title}` stores {what} as it comes: no schema, type, length or format is asked for",
        Confidence.MEDIUM if checked else Confidence.HIGH,
        fix=FIXES.get(endpoint.route.framework, FIXES["flask"]),
        cause=endpoint.route.app or endpoint.place.path,
        about=f"{function.name if function else ''} {endpoint.route.path}",
    )
