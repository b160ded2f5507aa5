"""What callers sent, as it goes through the functions that a handler reaches: raw, or through a schema.

What lives here: following whole bodies and their fields by names and calls. What must not: what is done with them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.web import Schema
from backwright_workbench.review.access.endpoints import Endpoint

DEEPEST = 3
PARTS = {
    "json": "body", "get_json": "body", "form": "form", "POST": "form", "data": "body", "body": "body",
    "values": "form",
    "get_data": "body", "args": "query", "GET": "query", "query_params": "query", "media": "body", "post": "form",
}  # fmt: skip
REQUESTS = frozenset(["request", "req", "_request"])
SAME = frozenset(
    ["to_dict", "copy", "dict", "deepcopy", "get_json", "decode", "loads", "json", "force_str", "jsonable_encoder",
     "model_dump", "asdict", "items", "as_dict", "model_copy", "strip", "builder", "values",
     "replace", "lower", "upper", "title", "rstrip", "lstrip"]
)  # fmt: skip
"""What gives the same values on in another form."""
DUMPS = frozenset(
    [
        "dict",
        "model_dump",
        "asdict",
        "json",
        "model_dump_json",
        "jsonable_encoder",
        "to_dict",
        "dump",
        "items",
    ]
)
TAKERS = frozenset(["get", "pop", "getlist", "setdefault"])
LOADERS = frozenset(
    ["load", "loads", "validate", "model_validate", "parse_obj", "from_dict", "model_validate_json", "parse"]
)
CLEANED = frozenset(["validated_data", "cleaned_data", "data"])


@dataclass(frozen=True, slots=True)
class Input:
    """What a caller sent: the whole of a part of the request, or a field of it; `schema` if it went through one."""

    source: str
    name: str = ""
    schema: Class | None = None
    without: frozenset[str] = frozenset()
    """Fields that were left out."""
    only: frozenset[str] | None = None
    """The only fields that are left, where some were picked."""

    @property
    def is_whole(self) -> bool:
        """Whether it may hold any field."""
        return not self.name


@dataclass(eq=False)
class Frame:
    """A function that is reached, with the names in it that hold what was sent."""

    function: Function
    held: dict[str, Input] = field(default_factory=dict)
    via: tuple[tuple[Function, s.Call], ...] = ()


class Inputs:
    """Follows what one endpoint is sent."""

    def __init__(self, app: Application, endpoint: Endpoint) -> None:
        self._app = app
        self._endpoint = endpoint

    def frames(self) -> list[Frame]:
        """The handler and the functions that it hands inputs to, nearest first."""
        first = self._endpoint.handler
        if first is None:
            return []
        frames = [Frame(first, self._given(first))]
        seen = {first}
        for frame in frames:
            self._fill(frame)
            if len(frame.via) >= DEEPEST:
                continue
            for call, called in self._endpoint.known.callees(frame.function):
                if isinstance(called, Class):
                    called = called.methods.get("__init__")
                if called is None or called in seen:
                    continue
                held = self._bound(frame, call, called)
                if held or _reads_request(called):
                    seen.add(called)
                    frames.append(Frame(called, held, (*frame.via, (frame.function, call))))
        return frames

    def _given(self, handler: Function) -> dict[str, Input]:
        """The parameters of a handler that the framework fills from the body or a form."""
        found: dict[str, Input] = {}
        for each in self._endpoint.parameters:
            param = handler.param(each.name) if each.name else None
            if param is None:
                continue
            if each.source not in ("body", "form"):
                found[each.name] = Input(each.source, each.name)
                continue
            is_open = each.schema is None and each.type in (
                "builtins.dict", "typing.Dict", "typing.Any", "", "dict", "typing.Mapping", "collections.abc.Mapping",
            )  # fmt: skip
            if each.schema is not None or is_open:
                found[each.name] = Input(each.source, schema=each.schema)
            else:
                found[each.name] = Input("typed", each.name)
        return found

    def _fill(self, frame: Frame) -> None:
        """Goes through the body once and remembers the names that hold inputs."""
        for node in frame.function.walk():
            match node:
                case s.Assign(targets=[target], value=value) if value is not None:
                    found = self.of(value, frame)
                    if found is not None and isinstance(target, s.Name):
                        frame.held[target.id] = found
                    elif (
                        isinstance(target, s.Name)
                        and target.id in frame.held
                        and not _mentions(value, target.id)
                    ):
                        del frame.held[target.id]
                case s.Bound(target=s.Name(id=name), value=value):
                    found = self.of(value, frame)
                    if found is not None:
                        frame.held[name] = found
                case s.Call(callee=s.Attribute(base=s.Name(id=name), name="pop"), args=[first, *_]) if (
                    name in frame.held
                ):
                    self._leave_out(frame, name, s.text_of(first))
                case s.Other(kind="delete", values=values):
                    for each in values:
                        if (
                            isinstance(each, s.Item)
                            and isinstance(each.base, s.Name)
                            and each.base.id in frame.held
                        ):
                            self._leave_out(frame, each.base.id, s.text_of(each.key))

    def _leave_out(self, frame: Frame, name: str, key: str | None) -> None:
        if key is not None and frame.held[name].is_whole:
            held = frame.held[name]
            frame.held[name] = replace(held, without=held.without | {key})

    def _bound(self, frame: Frame, call: s.Call, called: Function) -> dict[str, Input]:
        """The parameters of a called function that are given inputs."""
        params = [each for each in called.params if each.kind not in ("*", "**")]
        is_method = called.owner is not None and not any(
            s.last_name(each) == "staticmethod" for each in called.decorators
        )
        names = [each.name for each in params][1 if is_method else 0 :]
        found: dict[str, Input] = {}
        for name, value in zip(names, call.args, strict=False):
            given = self.of(value, frame)
            if given is not None:
                found[name] = given
        rest = next((each.name for each in called.params if each.kind == "**"), "")
        for keyword in call.keywords:
            given = self.of(keyword.value, frame)
            if given is None:
                continue
            if keyword.name and keyword.name in names:
                found[keyword.name] = given
            elif not keyword.name and given.is_whole:
                for name in names:
                    if name not in found and name not in given.without:
                        found[name] = Input(given.source, name, given.schema)
                if rest:
                    found[rest] = given
        return found

    # Expressions

    def of(self, node: s.Node | None, frame: Frame, depth: int = 0) -> Input | None:
        """What a caller sent, if an expression is it."""
        if node is None or depth > 8:
            return None
        match node:
            case s.Name(id=name):
                return frame.held.get(name)
            case s.Awaited(value=value) | s.Spread(value=value):
                return self.of(value, frame, depth + 1)
            case s.Operation(operator="or", operands=[first, *_]):
                return self.of(first, frame, depth + 1)
            case s.Choice(yes=yes, no=no):
                return self.of(yes, frame, depth + 1) or self.of(no, frame, depth + 1)
            case s.Attribute():
                return self._attribute(node, frame, depth)
            case s.Item(base=base, key=key):
                return self._field(self.of(base, frame, depth + 1), s.text_of(key))
            case s.Call():
                return self._call(node, frame, depth)
            case s.Pairs(keys=keys, values=values):
                spread = [value for key, value in zip(keys, values, strict=True) if key is None]
                return next((found for each in spread if (found := self.of(each, frame, depth + 1))), None)
            case s.Each(kind="dict", clauses=[clause, *_], key=key):
                return self._picked(node, clause, frame, depth)
        return None

    def _attribute(self, node: s.Attribute, frame: Frame, depth: int) -> Input | None:
        if node.name in PARTS and is_request(node.base, frame.function):
            return Input(PARTS[node.name])
        inner = self.of(node.base, frame, depth + 1)
        if inner is None:
            return None
        if (
            inner.schema is not None
            and inner.is_whole
            and node.name in CLEANED
            and not _declares(inner.schema, node.name)
        ):
            return inner
        if inner.schema is not None and node.name == "data" and inner.name:
            return inner  # a field of a form
        if inner.is_whole and inner.schema is None:
            return None
        return self._field(inner, node.name) if inner.is_whole else None

    @staticmethod
    def _field(inner: Input | None, name: str | None) -> Input | None:
        if inner is None:
            return None
        if not inner.is_whole:
            return inner
        return replace(inner, name=name) if name else None

    def _call(self, call: s.Call, frame: Frame, depth: int) -> Input | None:
        callee = call.callee
        if isinstance(callee, s.Attribute):
            if callee.name in PARTS and is_request(callee.base, frame.function):
                return Input(PARTS[callee.name])
            inner = self.of(callee.base, frame, depth + 1)
            if inner is not None:
                if callee.name in TAKERS and call.args and inner.is_whole and inner.schema is None:
                    return self._field(inner, s.text_of(call.args[0]))
                if callee.name in ("model_dump", "dict"):
                    return _dumped(inner, call)
                if callee.name in SAME or (callee.name in TAKERS and inner.schema is not None):
                    return inner
        made = self._made(call, frame, depth)
        if made is not None:
            return made
        if call.args and call.name in SAME | {"loads"}:
            return self.of(call.args[0], frame, depth + 1)
        return None

    def _made(self, call: s.Call, frame: Frame, depth: int) -> Input | None:
        """A schema that is made of what was sent: `Form(request.form)`, `Schema().load(data)`, `Serializer(data=…)`."""
        found = self._app.project.classes.get(call.refers) if call.refers else None
        if found is not None and self._schema(found) is not None:
            source = next((each.source for each in self._arguments(call, frame, depth)), "")
            is_form = bool(call.keywords or call.args) or self._schema_kind(found) in ("form", "wtforms")
            return Input(source or "form", schema=found) if source or is_form else None
        if call.name in LOADERS and isinstance(call.callee, s.Attribute):
            owner = self._app.types.of(call.callee.base, frame.function)
            loaded = self._app.project.classes.get(owner.name) if owner else None
            source = next((each.source for each in self._arguments(call, frame, depth)), "")
            if source and loaded is not None:
                return Input(source, schema=loaded)
        if call.name in ("validate_json", "parse_args"):
            return Input("typed", call.name)
        return None

    def _arguments(self, call: s.Call, frame: Frame, depth: int) -> Iterator[Input]:
        for value in [*call.args, *(each.value for each in call.keywords)]:
            found = self.of(value, frame, depth + 1)
            if found is not None:
                yield found

    def _schema(self, found: Class) -> Schema | None:
        known = self._app.schemas.get(found.qualified)
        if known is not None:
            return known
        is_one = self._app.project.inherits(
            found, "*.BaseModel", "*.Schema", "*.Form", "*.FlaskForm", "*.ModelForm", "*.Serializer",
            "*.ModelSerializer",
            "*.UserCreationForm", "*.Struct",
        )  # fmt: skip
        return Schema(found.name, "", found) if is_one and found.qualified not in self._app.models else None

    def _schema_kind(self, found: Class) -> str:
        return "wtforms" if self._app.project.inherits(found, "*.FlaskForm", "*.Form", "*.ModelForm") else ""

    def _picked(self, node: s.Each, clause: s.Clause, frame: Frame, depth: int) -> Input | None:
        """`{key: value for key, value in data.items() if key in ALLOWED}`."""
        inner = self.of(clause.iterable, frame, depth + 1)
        if inner is None:
            chosen = clause.iterable
            if isinstance(chosen, s.Group) and any(
                self.of(each, frame, depth + 1) for each in s.walk(node.element)
            ):
                names = frozenset(text for each in chosen.items if (text := s.text_of(each)))
                return Input("picked", only=names)
            return None
        for test in clause.conditions:
            inner = chosen_by(test, inner, self._app)
        return inner


def _reads_request(function: Function) -> bool:
    """Whether a function takes the request from where the framework keeps it for all: Flask's `request`."""
    return any(
        isinstance(node, s.Name)
        and node.refers in ("flask.request", "quart.request", "flask.globals.request")
        for node in function.walk()
    )


def chosen_by(test: s.Expression, inner: Input, app: Application) -> Input:
    """What is left of an input where a test of its keys holds: `key in ALLOWED`, `key != "id"`."""
    match test:
        case s.Operation(operator="and", operands=operands):
            for each in operands:
                inner = chosen_by(each, inner, app)
        case s.Operation(operator="in", operands=[s.Name(), listed]):
            return replace(inner, only=_listed(listed, app))
        case s.Operation(operator="not in", operands=[s.Name(), listed]):
            return replace(inner, without=inner.without | _listed(listed, app))
        case s.Operation(operator="!=", operands=[s.Name(), s.Literal(value=str(name))]):
            return replace(inner, without=inner.without | {name})
        case s.Operation(operator="not", operands=[s.Operation(operator="in", operands=[s.Name(), listed])]):
            return replace(inner, without=inner.without | _listed(listed, app))
    return inner


def _listed(node: s.Expression, app: Application) -> frozenset[str]:
    if isinstance(node, s.Name | s.Attribute) and node.refers:
        node = app.project.value(node.refers) or node
    items = node.items if isinstance(node, s.Group) else []
    if isinstance(node, s.Call) and node.args and isinstance(node.args[0], s.Group):
        items = node.args[0].items
    return frozenset(text for each in items if (text := s.text_of(each)))


def is_request(node: s.Node, function: Function) -> bool:
    """`flask.request`, a parameter `request`, `self.request`."""
    match node:
        case s.Name(id=name, refers=known):
            return known.endswith(".request") or (name in REQUESTS and function.param(name) is not None)
        case s.Attribute(base=s.Name(id="self" | "info"), name="request" | "context"):
            return True
    return False


def _dumped(inner: Input, call: s.Call) -> Input:
    """`data.model_dump(exclude={"role"})`."""
    out = call.keyword("exclude")
    picked = call.keyword("include")
    names = frozenset(t for each in s.walk(out) if (t := s.text_of(each))) if out is not None else frozenset()
    kept = frozenset(t for each in s.walk(picked) if (t := s.text_of(each))) if picked is not None else None
    return replace(inner, without=inner.without | names, only=kept if kept is not None else inner.only)


def _declares(schema: Class, name: str) -> bool:
    return any(key == name for key, _ in schema.assigned())


def _mentions(value: s.Node, name: str) -> bool:
    return any(isinstance(each, s.Name) and each.id == name for each in s.walk(value))
