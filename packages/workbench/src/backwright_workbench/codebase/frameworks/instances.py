"""Objects that a project makes once and passes around: applications, blueprints, routers.

What lives here: which of them an expression means, through imports, factories, attributes and parameters. What must
not: what a framework does with them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function, Module
from backwright_workbench.codebase.facts.place import Place

DEEPEST = 8
"""Assignments, calls and parameters that are followed for one question."""
INNER = frozenset(["app", "flask_app", "wsgi_app", "server"])
"""Attributes of an application that are the application itself: `connexion.App(…).app`."""


@dataclass(slots=True, eq=False)
class Instance:
    """An object that `call` makes; `kind` is what the reader calls its class."""

    key: str
    """Full name: of the module's or the function's variable, or of the class's attribute."""
    kind: str
    call: s.Call
    module: Module
    function: Function | None

    @property
    def place(self) -> Place:
        """Where it is made."""
        return self.module.at(self.call)

    @property
    def name(self) -> str:
        """As its variable is called."""
        return self.key.rpartition(".")[2]


class Instances:
    """The objects of some classes (full name → kind); a class of the project that inherits from one counts too.

    `methods` are names of methods that make one (`api.namespace(…)`), with its kind; whose they are is not asked.
    """

    def __init__(
        self, app: Application, classes: Mapping[str, str], methods: Mapping[str, str] | None = None
    ) -> None:
        self._app = app
        self._classes = classes
        self._methods = methods or {}
        self._assigned: dict[str, tuple[s.Expression, Function | None, Module]] = {}
        self._looped: dict[str, tuple[s.Expression, int, Function | None, Module]] = {}
        self.all: dict[str, Instance] = {}
        for loop in app.nodes(s.Loop):
            self._loop(loop.node, loop.function, loop.module)
        for each in app.nodes(s.Assign):
            if each.node.value is not None and not each.node.operator:
                for target in each.node.targets:
                    self._remember(target, each.node.value, each.function, each.module)

    def kind(self, call: s.Call) -> str:
        """The kind of what a call makes; empty if it is none of ours."""
        if isinstance(call.callee, s.Attribute) and call.name in self._methods:
            return self._methods[call.name]
        return self.kind_of_class(call.refers)

    def kind_of_class(self, name: str) -> str:
        """The kind of a class by its full name, its bases looked at."""
        if name in self._classes:
            return self._classes[name]
        found = self._app.project.classes.get(name)
        if found is None:
            return ""
        lineage = (self._classes.get(base, "") for base, _ in self._app.project.lineage(found))
        return next((kind for kind in lineage if kind), "")

    def of_kind(self, *kinds: str) -> list[Instance]:
        """The objects of these kinds, once each."""
        found = {id(each): each for each in self.all.values() if each.kind in kinds}
        return list(found.values())

    def resolve(
        self, node: s.Node | None, function: Function | None, module: Module, depth: int = 0
    ) -> Instance | None:
        """The object that an expression means, where it stands in a function (None: in the module)."""
        if node is None or depth > DEEPEST:
            return None
        match node:
            case s.Name(refers=known) | s.Attribute(refers=known) if known:
                return self._known(known, depth)
            case s.Name(id=name):
                return self._local(name, function, module, depth)
            case s.Attribute(base=base, name=name):
                owner = owner_of(base, function)
                if owner is not None:
                    return self._attribute(owner, name, depth)
                inner = self.resolve(base, function, module, depth + 1)
                return inner if name in INNER else None
            case s.Call():
                return self._made_by(node, depth)
            case s.Choice(yes=yes, no=no):
                return self.resolve(yes, function, module, depth + 1) or self.resolve(
                    no, function, module, depth + 1
                )
            case s.Awaited(value=value) | s.Bound(value=value):
                return self.resolve(value, function, module, depth + 1)
        return None

    def looped(self, node: s.Node | None, function: Function | None) -> s.Expression | None:
        """What a loop goes through, of which this is the variable."""
        known = self._looped.get(key_of(node, function))
        return known[0] if known is not None else None

    def several(
        self, node: s.Node | None, function: Function | None, module: Module
    ) -> Iterator[tuple[s.Expression, Function | None, Module]]:
        """An expression, or what it stands for one after the other where it is the variable of a loop."""
        known = self._looped.get(key_of(node, function))
        if known is None:
            if isinstance(node, s.Expression):
                yield node, function, module
            return
        subject, at, where, home = known
        for item in items_of(subject, where, self):
            inner = item.items if isinstance(item, s.Group) else [item]
            if at < len(inner):
                yield inner[at], where, home

    def value(
        self, node: s.Node | None, function: Function | None
    ) -> tuple[s.Expression, Function | None, Module] | None:
        """What was last assigned to a name, with where that stands."""
        key = key_of(node, function)
        return self._assigned.get(key) if key else None

    def nearest(self, module: Module, *kinds: str) -> Instance | None:
        """The object of these kinds that stands nearest in the tree of packages; None if there is none."""
        parts = module.name.split(".")

        def shared(other: Instance) -> int:
            theirs = other.module.name.split(".")
            return next(
                (at for at, (a, b) in enumerate(zip(parts, theirs, strict=False)) if a != b),
                min(len(parts), len(theirs)),
            )

        return max(self.of_kind(*kinds), key=shared, default=None)

    def _remember(
        self, target: s.Expression, value: s.Expression, function: Function | None, module: Module
    ) -> None:
        key = key_of(target, function) or (
            f"{module.name}.{target.id}" if isinstance(target, s.Name) and function is None else ""
        )
        if not key:
            return
        self._assigned[key] = (value, function, module)
        kind = self.kind(value) if isinstance(value, s.Call) else ""
        if kind and isinstance(value, s.Call):
            same = next((each for each in self.all.values() if each.call is value), None)
            self.all[key] = same or Instance(key, kind, value, module, function)

    def _loop(self, loop: s.Loop, function: Function | None, module: Module) -> None:
        targets = loop.target.items if isinstance(loop.target, s.Group) else [loop.target]
        for at, target in enumerate(targets):
            key = key_of(target, function)
            if key:
                self._looped[key] = (loop.subject, at, function, module)

    def _known(self, name: str, depth: int) -> Instance | None:
        if name in self.all:
            return self.all[name]
        if name in self._assigned:
            value, function, module = self._assigned[name]
            return self.resolve(value, function, module, depth + 1)
        above, _, last = name.rpartition(".")
        return self._known(above, depth + 1) if last in INNER and above and depth < DEEPEST else None

    def _local(self, name: str, function: Function | None, module: Module, depth: int) -> Instance | None:
        while function is not None and name not in function.locals:
            function = function.inside
        if function is None:
            return self._known(f"{module.name}.{name}", depth)
        key = f"{function.qualified}.{name}"
        if key in self.all or key in self._assigned:
            return self._known(key, depth)
        param = function.param(name)
        return self._passed(function, name, depth) if param is not None else None

    def _passed(self, function: Function, name: str, depth: int) -> Instance | None:
        """What callers of a function give as this parameter."""
        at = next((at for at, each in enumerate(function.params) if each.name == name), 0)
        shift = 1 if function.owner is not None else 0
        wanted = "__init__" if function.name == "__init__" else function.name
        names = (function.owner.name,) if wanted == "__init__" and function.owner else (wanted,)
        for each in self._app.calls(*names):
            known = each.node.refers
            fits = known in (function.qualified, function.qualified.removesuffix(".__init__")) or (
                not known and function.owner is not None and wanted not in ("__init__", "get", "run")
            )
            given = each.node.argument(at - shift, name) if fits and at >= shift else None
            if given is not None and each.function is not function:
                found = self.resolve(given, each.function, each.module, depth + 2)
                if found is not None:
                    return found
        return None

    def _attribute(self, owner: Class, name: str, depth: int) -> Instance | None:
        for base, _ in self._app.project.lineage(owner):
            found = self._known(f"{base}.{name}", depth)
            if found is not None:
                return found
        return None

    def _made_by(self, call: s.Call, depth: int) -> Instance | None:
        """What a factory of the project returns."""
        for each in self.all.values():
            if each.call is call:
                return each
        found = self._app.project.definition(call.refers) if call.refers else None
        if not isinstance(found, Function):
            return None
        for node in found.walk():
            if isinstance(node, s.Return) and node.value is not None:
                values = node.value.items if isinstance(node.value, s.Group) else [node.value]
                for value in values:
                    made = self.resolve(value, found, found.module, depth + 1)
                    if made is not None:
                        return made
        return None


def owner_of(base: s.Expression, function: Function | None) -> Class | None:
    """The class whose object `base` is: the first parameter of a method, in functions inside of it too."""
    while function is not None and isinstance(base, s.Name):
        if function.owner is not None and function.params and function.params[0].name == base.id:
            return function.owner
        function = function.inside
    return None


def key_of(node: s.Node | None, function: Function | None) -> str:
    """The full name of a variable, global, local or of an object; empty if it has none."""
    match node:
        case s.Name(refers=known) | s.Attribute(refers=known) if known:
            return known
        case s.Name(id=name):
            scope = function
            while scope is not None and name not in scope.locals:
                scope = scope.inside
            return f"{scope.qualified}.{name}" if scope is not None else ""
        case s.Attribute(base=base, name=name):
            owner = owner_of(base, function)
            return f"{owner.qualified}.{name}" if owner is not None else ""
    return ""


def items_of(
    node: s.Expression | None, function: Function | None, instances: Instances, depth: int = 0
) -> Iterator[s.Expression]:
    """The items of a list that is written out, added up or assigned to a name."""
    match node:
        case s.Group(items=items):
            for each in items:
                if isinstance(each, s.Spread):
                    yield from items_of(each.value, function, instances, depth + 1)
                else:
                    yield each
        case s.Operation(operator="+", operands=operands):
            for each in operands:
                yield from items_of(each, function, instances, depth + 1)
        case s.Name() | s.Attribute() if depth < DEEPEST:
            found = instances.value(node, function)
            if found is not None:
                yield from items_of(found[0], found[1], instances, depth + 1)
