"""GraphQL of graphene, strawberry and ariadne → an operation for each field of the root types.

What lives here: which classes and functions are the roots of a schema. What must not: the HTTP endpoint.
"""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function, Module
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Guard, Level, Route, RouteParameter
from backwright_workbench.codebase.facts.words import phrase
from backwright_workbench.codebase.frameworks.guarding import guards_of, permission_guard
from backwright_workbench.codebase.frameworks.instances import Instances, items_of
from backwright_workbench.codebase.frameworks.purposes import Purposes
from backwright_workbench.codebase.frameworks.rest import CREATES, DELETES, UPDATES

KINDS = {"query": "QUERY", "mutation": "MUTATION", "subscription": "SUBSCRIPTION"}
ARIADNE = {
    "ariadne.QueryType": "QUERY",
    "ariadne.MutationType": "MUTATION",
    "ariadne.SubscriptionType": "SUBSCRIPTION",
}
MUTATING = ("mutate", "mutate_and_get_payload", "perform_mutate", "perform_mutation")
NOT_ARGUMENTS = frozenset(
    ["self", "root", "info", "_", "obj", "parent", "_info", "_root", "cls", "instance", "source"]
)
NEVER = re.compile(r"(?!)")
MANY = re.compile(r"List|Connection|Plural|Paginat")


def read(app: Application) -> None:
    """Fills the operations of GraphQL schemas; nothing if there is none."""
    if not app.depends_on(
        "graphene", "graphene-django", "graphene-sqlalchemy", "strawberry-graphql", "strawberry", "ariadne"
    ):
        return
    reader = _Reader(app)
    packages = {"graphene": reader.graphene(), "strawberry": reader.strawberry(), "ariadne": reader.ariadne()}
    for name, found in packages.items():
        routes = list(found)
        app.routes += routes
        app.frameworks += [name] if routes else []


class _Reader:
    def __init__(self, app: Application) -> None:
        self._app = app
        self._project = app.project
        self._purposes = Purposes(app)
        self._instances = Instances(app, ARIADNE)

    # graphene

    def graphene(self) -> Iterator[Route]:
        """`resolve_*` of the query, `mutate` of the mutations that the root lists."""
        for kind, root in self._roots("graphene.", "ObjectType"):
            for owner in self._ours(root):
                for name, assign in owner.assigned():
                    yield from self._graphene_field(kind, owner, root, name, assign)

    def _graphene_field(
        self, kind: str, owner: Class, root: Class, name: str, assign: s.Assign
    ) -> Iterator[Route]:
        value = assign.value
        if not isinstance(value, s.Call) or name.startswith("_"):
            return
        declared = owner.module.at(assign)
        mutation = None
        if value.name == "Field" and isinstance(value.callee, s.Attribute):
            mutation = self._project.classes.get(s.refers(value.callee.base))
        if mutation is not None and kind != "QUERY":
            handler = next((m for each in MUTATING if (m := self._project.method(mutation, each))), None)
            yield self._route(kind, name, handler, mutation, declared, [])
        elif value.name.endswith(
            ("Field", "List", "String", "Int", "Boolean", "Float", "ID", "JSONString", "NonNull")
        ):
            handler = self._project.method(root, f"resolve_{name}") or self._resolver(value)
            is_many = any(MANY.search(s.last_name(each)) for each in (value, *value.args[:1]))
            yield self._route(kind, name, handler, owner, declared, [], is_many)

    def _resolver(self, call: s.Call) -> Function | None:
        found = self._project.definition(s.refers(call.keyword("resolver") or call.keyword("resolve")))
        return found if isinstance(found, Function) else None

    def _roots(self, package: str, base: str) -> Iterator[tuple[str, Class]]:
        """The classes that a schema names as its roots, or that are called like roots."""
        found: dict[str, tuple[str, Class]] = {}
        for each in self._app.calls("Schema", "FederationSchema", "build_schema"):
            if each.node.refers.startswith(package):
                given = {name: each.node.argument(at, name) for at, name in enumerate(KINDS)}
                for name, node in given.items():
                    for root in self._classes(node, each.function):
                        found[root.qualified] = (KINDS[name], root)
        if not found:
            for module in self._app.modules():
                for root in module.all_classes:
                    kind = next(
                        (KINDS[each] for each in KINDS if root.name.lower() in (each, f"{each}s")), ""
                    )
                    if kind and self._is_type(root, package, base):
                        found[root.qualified] = (kind, root)
        yield from found.values()

    def _is_type(self, root: Class, package: str, base: str) -> bool:
        names = [name for name, _ in self._project.lineage(root)] + [
            s.refers(each) for each in root.decorators
        ]
        return any(name.startswith(package) and name.endswith(base) for name in names)

    def _classes(
        self, node: s.Expression | None, function: Function | None, depth: int = 0
    ) -> Iterator[Class]:
        """A root, or those that `merge_types("Query", (A, B))` puts together."""
        found = self._project.classes.get(s.refers(node))
        if found is not None:
            yield found
        elif isinstance(node, s.Call) and node.name == "merge_types" and len(node.args) > 1:
            for each in items_of(node.args[1], function, self._instances):
                yield from self._classes(each, function, depth + 1)
        elif depth < 4 and isinstance(node, s.Name | s.Attribute):
            value = self._instances.value(node, function)
            if value is not None:
                yield from self._classes(value[0], value[1], depth + 1)

    def _ours(self, root: Class) -> list[Class]:
        return [each for _, each in self._project.lineage(root) if each is not None]

    # strawberry

    def strawberry(self) -> Iterator[Route]:
        """Methods under `@strawberry.field`, attributes with a `resolver=`."""
        for kind, root in self._roots("strawberry.", "type"):
            for owner in self._ours(root):
                for method in owner.methods.values():
                    for decorator in method.decorators:
                        if s.refers(decorator).startswith("strawberry") or s.last_name(decorator) in KINDS:
                            guards = self._permissions(decorator, owner.module)
                            declared = owner.module.at(decorator)
                            yield self._route(
                                kind, method.name, method, owner, declared, guards, _gives_many(method)
                            )
                for name, assign in owner.assigned():
                    if isinstance(assign.value, s.Call) and s.refers(assign.value).startswith("strawberry"):
                        guards = self._permissions(assign.value, owner.module)
                        handler = self._resolver(assign.value)
                        many = "ist" in s.last_name(assign.annotation)
                        yield self._route(kind, name, handler, owner, owner.module.at(assign), guards, many)

    def _permissions(self, decorator: s.Expression, module: Module) -> list[Guard]:
        given = decorator.keyword("permission_classes") if isinstance(decorator, s.Call) else None
        items = list(items_of(given, None, self._instances))
        if isinstance(decorator, s.Call):
            extensions = list(items_of(decorator.keyword("extensions"), None, self._instances))
            for each in extensions:
                if isinstance(each, s.Call) and each.name == "PermissionExtension":
                    items += items_of(each.argument(0, "permissions"), None, self._instances)
        return [permission_guard(self._purposes, self._project, each, Level.ROUTE, module) for each in items]

    # ariadne

    def ariadne(self) -> Iterator[Route]:
        """`@query.field("users")`, `query.set_field("users", resolve_users)`."""
        for function in self._app.functions():
            for decorator in function.decorators:
                if isinstance(decorator, s.Call) and decorator.name == "field" and decorator.args:
                    yield from self._bound(decorator, function, function.inside, function.module)
        for each in self._app.calls("set_field"):
            found = self._project.definition(s.refers(each.node.argument(1, "resolver")))
            if isinstance(found, Function):
                yield from self._bound(each.node, found, each.function, each.module)

    def _bound(
        self, call: s.Call, handler: Function, scope: Function | None, module: Module
    ) -> Iterator[Route]:
        root = self._instances.resolve(getattr(call.callee, "base", None), scope, module)
        name = s.text_of(call.args[0]) if call.args else None
        if root is not None and name:
            yield self._route(root.kind, name, handler, None, module.at(call), [], _gives_many(handler))

    # All of them

    def _route(
        self,
        kind: str,
        name: str,
        handler: Function | None,
        view: Class | None,
        declared: Place,
        guards: list[Guard],
        many: bool = False,
    ) -> Route:
        own: list[Guard] = []
        parameters = []
        if handler is not None:
            own += guards_of(self._purposes, handler.decorators, Level.ROUTE, handler.module)
            own += self._purposes.body_guards(handler)
            parameters = [
                RouteParameter(
                    each.name, "body", s.refers(each.annotation), self._input(each.annotation), line=each.line
                )
                for each in handler.params
                if each.name not in NOT_ARGUMENTS and each.kind in ("positional", "keyword")
            ]
        return Route(
            methods=(kind,),
            path=_camel(name),
            handler=handler,
            view=view,
            place=handler.place if handler else declared,
            declared=declared,
            framework="graphql",
            guards=[*guards, *own],
            parameters=parameters,
            answers_many=many,
            action=_action(kind, name, many),
        )

    def _input(self, annotation: s.Expression | None) -> Class | None:
        return self._project.classes.get(s.refers(annotation))


def _gives_many(handler: Function) -> bool:
    returns = handler.returns
    return isinstance(returns, s.Item) and MANY.search(s.last_name(returns.base).title()) is not None


def _action(kind: str, name: str, many: bool) -> str:
    spoken = phrase(name)
    verbs = (("delete", DELETES), ("update", UPDATES), ("create", CREATES if kind == "MUTATION" else NEVER))
    found = next((action for action, pattern in verbs if pattern.search(spoken)), "")
    if found or kind == "MUTATION":
        return found
    return "list" if many else "retrieve" if kind == "QUERY" else ""


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(each[:1].upper() + each[1:] for each in rest)
