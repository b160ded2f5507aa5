"""What a caller of the application decides: the parts of a request, and parameters that are filled from it.

What lives here: the spellings of frameworks for what arrives. What must not: what happens to it.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function, Parameter
from backwright_workbench.codebase.facts.project import Project
from backwright_workbench.codebase.flow.values import EMPTY, Origin, Taint, Value

REQUESTS = frozenset(
    ["flask.request", "quart.request", "bottle.request", "connexion.request", "flask.globals.request",
     "sanic.request", "pyramid.request", "web.ctx"]
)  # fmt: skip
SESSIONS = frozenset(["flask.session", "quart.session", "flask_login.current_user", "bottle.session"])
KEPT = frozenset(["session", "user", "auth"])
"""Attributes of a request that hold what a caller gave before."""
NAMED = frozenset(["request", "req", "websocket", "ws"])
"""Parameters that hold a request wherever nothing else is said of their type."""
KINDS = (
    "Request", "HttpRequest", "WebSocket", "ASGIRequest", "WSGIRequest", "HTTPConnection", "AuthenticatedHttpRequest",
)  # fmt: skip
PARTS = {
    "args": "query", "GET": "query", "query_params": "query", "query": "query", "query_string": "query",
    "rel_url": "query", "params": "query", "form": "form", "POST": "form", "forms": "form", "values": "form",
    "json": "json", "data": "json", "media": "json", "get_json": "json", "body": "body", "text": "body",
    "get_data": "body", "stream": "body", "read": "body", "post": "form", "get_param": "query",
    "headers": "header", "META": "header", "environ": "header", "referrer": "referrer", "user_agent": "header",
    "cookies": "cookie", "COOKIES": "cookie", "files": "file", "FILES": "file", "path": "url", "full_path": "url",
    "url": "url", "path_info": "url", "get_full_path": "url", "build_absolute_uri": "url", "base_url": "url",
    "path_params": "path", "view_args": "path", "match_info": "path", "matchdict": "path",
    "receive_text": "message", "receive_json": "message", "receive_bytes": "message", "receive": "message",
    "iter_text": "message", "iter_json": "message", "get_argument": "query", "get_body_argument": "form",
}  # fmt: skip
"""Attributes and methods of a request, and which part of it they give."""
WORDS = {
    "query": "the query", "form": "the form", "json": "the body", "body": "the body", "header": "the headers",
    "cookie": "the cookies", "file": "the uploaded file", "url": "the URL", "path": "the path",
    "message": "the message", "referrer": "the Referer header", "argument": "the arguments",
}  # fmt: skip
PLAIN = frozenset(
    ["builtins.int", "builtins.float", "builtins.bool", "builtins.complex", "uuid.UUID", "decimal.Decimal",
     "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "bson.ObjectId",
     "bson.objectid.ObjectId", "ipaddress.IPv4Address", "ipaddress.IPv6Address", "typing.Literal",
     "typing_extensions.Literal", "pydantic.PositiveInt", "pydantic.NonNegativeInt", "pydantic.conint",
     "pydantic.UUID4", "pydantic.types.UUID4", "pydantic.PositiveFloat", "pydantic.confloat", "int", "float", "bool",
     "uuid", "date", "datetime"]
)  # fmt: skip
"""Types whose values cannot carry a text of the caller's choice."""
ENUMS = (
    "enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag", "enum.IntFlag", "*.TextChoices", "*.Choices",
)  # fmt: skip
FORM_BASES = ("*.FlaskForm", "wtforms.Form", "wtforms.form.Form", "*.BaseForm", "*.SecureForm")
NUMBER_FIELDS = ("IntegerField", "DecimalField", "FloatField", "BooleanField", "DateField", "DateTimeField",
                 "SelectField", "RadioField", "IntegerRangeField", "TimeField", "UUIDField", "ChoiceField")  # fmt: skip


def request_part(frame_function: Function | None, name: str) -> Value | None:
    """What `request.<name>` gives; None if it is nothing of the caller's."""
    source = PARTS.get(name)
    if source is None:
        return None
    key = frame_function.qualified if frame_function else ""
    clean = (
        frozenset(["path"]) if name == "FILES" else frozenset[str]()
    )  # Django keeps only the last part of a name
    return Value((Taint(Origin("request", key, source), clean=clean, raw=source in ("json", "message")),))


def kept(function: Function | None, name: str) -> Value:
    """What a session or the user of a request holds: somebody gave it before."""
    key = function.qualified if function else ""
    return Value((Taint(Origin("session", key, "", (name,)), raw=False),))


def is_request(param: Parameter, project: Project) -> bool:
    """Whether a parameter holds the whole request."""
    if param.annotation is None:
        return param.name in NAMED
    known = s.refers(param.annotation) or s.refers(getattr(param.annotation, "base", None))
    if s.last_name(param.annotation) in KINDS:
        return project.classes.get(known) is None or param.name in NAMED
    return False


def is_plain(annotation: s.Expression | None, project: Project, depth: int = 0) -> bool:
    """Whether values of that type cannot carry a text of the caller's choice."""
    match annotation:
        case s.Literal(value=None):
            return True
        case s.Name(refers=known, id=name) if not known:
            return name in ("int", "float", "bool", "UUID")
        case s.Name(refers=known) | s.Attribute(refers=known):
            if known in PLAIN:
                return True
            found = project.classes.get(known)
            if found is not None:
                return project.inherits(found, *ENUMS)
            alias = project.value(known) if depth < 3 else None
            return alias is not None and is_plain(alias, project, depth + 1)
        case s.Item(base=base, key=key):
            known = s.refers(base)
            if known in PLAIN:
                return True
            items = key.items if isinstance(key, s.Group) else [key]
            if known.endswith(".Annotated"):
                items = items[:1]
            elif not known.endswith((".Optional", ".Union", ".list", ".List", ".set", ".Set", ".Sequence")):
                return False
            return bool(items) and all(is_plain(each, project, depth + 1) for each in items)
        case s.Operation(operator="|", operands=operands):
            return all(is_plain(each, project, depth + 1) for each in operands)
        case s.Call(refers=known):
            return known in PLAIN
    return False


def form_field(owner: Class, name: str, function: Function | None, project: Project) -> Value:
    """What a field of a form gives: text of the caller unless it is a number, date or choice."""
    declared = project.attribute(owner, name)
    if declared is not None and s.last_name(declared[1]) in NUMBER_FIELDS:
        return EMPTY
    key = function.qualified if function else ""
    return Value((Taint(Origin("request", key, "form", (name,)), raw=False),))
