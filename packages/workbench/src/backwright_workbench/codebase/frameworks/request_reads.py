"""What a handler takes out of the request in its body.

What lives here: following `request.args`, `request.get_json()`, `request.data` into names, keys and schemas. What must
not: which object is the request (each framework says that).
"""

from collections.abc import Callable, Iterator, Mapping

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.web import RouteParameter

FLASK = {
    "args": "query", "form": "form", "json": "body", "files": "file", "headers": "header", "cookies": "cookie",
    "values": "query", "data": "body", "get_json": "body", "get_data": "body", "stream": "body",
}  # fmt: skip
DJANGO = {
    "GET": "query", "POST": "form", "FILES": "file", "body": "body", "data": "body", "query_params": "query",
    "headers": "header", "COOKIES": "cookie", "META": "header",
}  # fmt: skip
TAKERS = frozenset(["get", "getlist", "pop", "get_all", "getall", "setdefault"])
PASSING = frozenset(
    ["to_dict", "copy", "dict", "get_json", "get_data", "loads", "decode", "read", "items", "deepcopy"]
)
"""What gives the same values on in another form."""
LOADERS = frozenset(
    ["load", "loads", "validate", "model_validate", "parse_obj", "from_dict", "model_validate_json"]
)
SCHEMAS = (
    "marshmallow.Schema", "*.Schema", "pydantic.BaseModel", "*.BaseModel", "*.Form", "*.FlaskForm", "*.ModelForm",
    "*.Serializer", "*.ModelSerializer", "*.BaseForm", "msgspec.Struct", "*.HyperlinkedModelSerializer",
    "*.AutoSchema", "*.SQLAlchemyAutoSchema", "*.SQLAlchemySchema",
)  # fmt: skip
IsRequest = Callable[[s.Expression], bool]


def reads(
    app: Application, function: Function, is_request: IsRequest, sources: Mapping[str, str]
) -> list[RouteParameter]:
    """The parameters that the body of a function reads: each name once for each source."""
    reader = _Reader(app, function, is_request, sources)
    found: dict[tuple[str, str, str], RouteParameter] = {}
    for each in reader.parameters():
        found.setdefault((each.name, each.source, each.type), each)
    return list(found.values())


class _Reader:
    def __init__(
        self, app: Application, function: Function, is_request: IsRequest, sources: Mapping[str, str]
    ) -> None:
        self._app = app
        self._function = function
        self._is_request = is_request
        self._sources = sources
        self._held: dict[str, str] = {}
        self._nodes = list(function.walk())
        for node in self._nodes:
            if isinstance(node, s.Assign) and node.value is not None:
                source = self.source(node.value)
                for target in node.targets if source else []:
                    if isinstance(target, s.Name):
                        self._held[target.id] = source
            elif isinstance(node, s.Bound) and isinstance(node.target, s.Name):
                source = self.source(node.value)
                if source:
                    self._held[node.target.id] = source

    def source(self, node: s.Node | None) -> str:
        """The part of the request that an expression is as a whole; empty if it is something else."""
        match node:
            case s.Attribute(base=base, name=name) if name in self._sources and self._is_request(base):
                return self._sources[name]
            case s.Name(id=name):
                return self._held.get(name, "")
            case s.Awaited(value=value):
                return self.source(value)
            case s.Operation(operator="or", operands=operands):
                found = [source for each in operands if (source := self.source(each))]
                return next((each for each in found if each != "query"), found[0] if found else "")
            case s.Call(callee=s.Attribute(base=base, name=name)) if (
                name in self._sources and self._is_request(base)
            ):
                return self._sources[name]
            case s.Call(callee=callee, args=args) if node.name in PASSING:
                inner = self.source(callee.base) if isinstance(callee, s.Attribute) else ""
                return inner or (self.source(args[0]) if args else "")
        return ""

    def parameters(self) -> Iterator[RouteParameter]:
        named: set[str] = set()
        whole: dict[str, int] = {}
        for node in self._nodes:
            match node:
                case s.Item(base=base, key=s.Literal(value=str(name))) if source := self.source(base):
                    named.add(source)
                    yield RouteParameter(name, source, "", line=node.line)
                case s.Call(
                    callee=s.Attribute(base=base, name=taker), args=[s.Literal(value=str(name)), *_]
                ) if taker in TAKERS and (source := self.source(base)):
                    named.add(source)
                    kind = s.refers(node.keyword("type"))
                    yield RouteParameter(name, source, kind, line=node.line)
                case s.Call():
                    taken = self._schema(node)
                    if taken is not None:
                        named.add(taken.source)
                        yield taken
            source = self.source(node) if isinstance(node, s.Attribute | s.Call) else ""
            if source in ("body", "form", "file"):
                whole.setdefault(source, node.line)
        for source, line in whole.items():
            if source not in named:
                yield RouteParameter("", source, "", line=line)

    def _schema(self, call: s.Call) -> RouteParameter | None:
        """A part of the request that is given to a schema: `Schema().load(request.json)`, `Form(request.form)`."""
        given = [*call.args, *(each.value for each in call.keywords)]
        source = next((found for each in given if (found := self.source(each))), "")
        made = self._app.project.classes.get(call.refers)
        if made is not None:
            is_form = self._app.project.inherits(made, "*.FlaskForm", "*.FlaskBaseForm")
            if (source or is_form) and self._app.project.inherits(made, *SCHEMAS):
                return RouteParameter("", source or "form", made.qualified, made, line=call.line)
        if source and call.name in LOADERS and isinstance(call.callee, s.Attribute):
            kind = self._app.types.of(call.callee.base, self._function)
            owner = self._app.project.classes.get(kind.name) if kind else None
            if owner is not None and self._app.project.inherits(owner, *SCHEMAS):
                return RouteParameter("", source, owner.qualified, owner, line=call.line)
        return None
