"""Connexion: the operations of an OpenAPI document → routes, with the functions that it names.

What lives here: finding the document and its handlers. What must not: reading a document (`openapi_operations.py`).
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Guard, Level, Purpose, Route, RouteParameter
from backwright_workbench.codebase.frameworks.flask_inputs import given
from backwright_workbench.codebase.frameworks.flask_routes import Found
from backwright_workbench.codebase.frameworks.flask_tree import Hung, Tree
from backwright_workbench.codebase.frameworks.guarding import guards_of
from backwright_workbench.codebase.frameworks.instances import Instance
from backwright_workbench.codebase.frameworks.openapi_operations import Described, described
from backwright_workbench.codebase.frameworks.paths import join, text_of
from backwright_workbench.codebase.frameworks.rest import action_of

WHO = frozenset({Purpose.AUTHENTICATION})
MAY = frozenset({Purpose.AUTHENTICATION, Purpose.AUTHORIZATION})
DOCUMENTS = (".yml", ".yaml", ".json")
ANSWERS = ("flask.", "connexion.", "starlette.")
"""Packages whose names a handler uses to take and to answer a request."""


def operation_routes(tree: Tree) -> Iterator[Found]:
    """`app.add_api("openapi.yml")`; where the document is not there, the functions that look like its handlers."""
    missing: list[Instance] = []
    for each in tree.app.calls("add_api"):
        callee = each.node.callee
        on = (
            tree.resolve(callee.base, each.function, each.module) if isinstance(callee, s.Attribute) else None
        )
        if on is None or not each.node.args:
            continue
        path = _document(tree, each.node.args[0])
        base = text_of(each.node.keyword("base_path"), tree.app.project)
        found = list(_routes(tree, on, path, base)) if path else []
        yield from found
        if not found:
            missing.append(on)
    if missing:
        yield from _guessed(tree, missing[0])


def _document(tree: Tree, node: s.Expression) -> str:
    """The path of the document among the files; empty if it is not there."""
    texts = [text for each in s.walk(node) if (text := text_of(each, tree.app.project))]
    for text in texts:
        wanted = text.lstrip("./")
        found = [path for path in tree.app.files if path == wanted or path.endswith(f"/{wanted}")]
        if wanted.endswith(DOCUMENTS) and found:
            return min(found, key=len)
    return ""


def _routes(tree: Tree, on: Instance, path: str, base: str | None) -> Iterator[Found]:
    for each in described(tree.app.files[path]):
        handler = _handler(tree, each.handler)
        prefix = base if base is not None else each.base
        place = Place(path, each.line, each.line)
        guards = [
            _secured(tree, name, function, scopes, place, each) for name, function, scopes in each.security
        ]
        parameters = [
            RouteParameter(name, source, kind, line=each.line) for name, source, kind in each.parameters
        ]
        if handler is not None:
            guards += guards_of(tree.purposes, handler.decorators, Level.ROUTE, handler.module)
            guards += tree.purposes.body_guards(handler)
            known = {(one.source, one.name) for one in parameters}
            parameters += [one for one in given(tree.app, handler) if (one.source, one.name) not in known]
        full = join(prefix, each.path)
        route = Route(
            methods=(each.method,),
            path=full,
            handler=handler,
            view=None,
            place=handler.place if handler else place,
            declared=place,
            framework="flask",
            guards=guards,
            parameters=parameters,
            app=on.key,
            action=action_of(each.method, full, handler.name if handler else each.handler.rpartition(".")[2]),
        )
        yield route, Hung(prefix, (on,))


def _handler(tree: Tree, name: str) -> Function | None:
    """The function that an operation names, from where Python looks for modules."""
    found = tree.app.project.definition(name) if name else None
    if isinstance(found, Function) or "." not in name:
        return found if isinstance(found, Function) else None
    ends = [each for known, each in tree.app.project.functions.items() if known.endswith(f".{name}")]
    return min(ends, key=lambda each: len(each.qualified), default=None)


def _secured(tree: Tree, name: str, function: str, scopes: bool, place: Place, each: Described) -> Guard:
    return Guard(
        name,
        MAY if scopes else WHO,
        Level.ROUTE,
        place,
        _handler(tree, function),
        optional=each.allows_anonymous,
    )


def _guessed(tree: Tree, on: Instance) -> Iterator[Found]:
    """Functions that nothing in the project refers to, and that take or answer a request."""
    named = {each.node.refers for each in tree.app.nodes(s.Name)}
    named |= {each.node.refers for each in tree.app.nodes(s.Attribute)}
    for function in tree.app.functions():
        is_plain = function.owner is None and function.inside is None and not function.name.startswith("_")
        if not is_plain or function.qualified in named or not _answers(function):
            continue
        parameters = given(tree.app, function)
        sends = any(each.source in ("body", "form", "file") for each in parameters)
        guards = guards_of(tree.purposes, function.decorators, Level.ROUTE, function.module)
        guards += tree.purposes.body_guards(function)
        names = [
            each
            for each in function.params
            if each.kind in ("positional", "keyword") and each.default is None
        ]
        method = _method(function.name, sends)
        route = Route(
            methods=(method,),
            path="",
            handler=function,
            view=None,
            place=function.place,
            declared=on.place,
            framework="flask",
            guards=guards,
            parameters=[
                *(RouteParameter(each.name, "path", "", line=each.line) for each in names),
                *parameters,
            ],
            app=on.key,
            action=action_of(method, "/{x}" if names else "", function.name),
        )
        yield route, Hung("", (on,))


def _answers(function: Function) -> bool:
    for node in function.walk():
        if isinstance(node, s.Name | s.Attribute) and node.refers.startswith(ANSWERS):
            return True
        if isinstance(node, s.Return) and isinstance(node.value, s.Group) and len(node.value.items) in (2, 3):
            code = s.constant(node.value.items[1])
            if isinstance(code, int) and 100 <= code < 600:
                return True
    return False


def _method(name: str, sends: bool) -> str:
    for start, method in (
        ("delete", "DELETE"),
        ("remove", "DELETE"),
        ("update", "PUT"),
        ("put", "PUT"),
        ("patch", "PATCH"),
    ):
        if name.startswith(start):
            return method
    return "POST" if sends or name.startswith(("post", "create", "add", "register", "login")) else "GET"
