"""What kind of object an expression is, as far as annotations and assignments say it.

What lives here: guesses that are right when they are made, and None otherwise. What must not: what a framework adds.
"""

from dataclasses import dataclass

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.project import Project

LISTS = frozenset(
    f"{module}.{name}"
    for module in ("builtins", "typing", "collections.abc")
    for name in (
        "list", "List", "tuple", "Tuple", "set", "Set", "frozenset", "FrozenSet", "Sequence", "Iterable", "Iterator",
        "Generator", "AsyncGenerator", "AsyncIterator", "AsyncIterable", "Collection",
    )
)  # fmt: skip
WRAPPERS = frozenset(
    ["typing.Optional", "typing.Annotated", "typing_extensions.Annotated", "typing.Awaitable", "typing.Coroutine",
     "collections.abc.Awaitable", "collections.abc.Coroutine", "typing.ClassVar", "typing.Final",
     "sqlalchemy.orm.Mapped", "builtins.type", "typing.Type"]
)  # fmt: skip
DEEPEST = 8
"""Assignments and calls that are followed for one question."""


@dataclass(frozen=True, slots=True)
class Type:
    """A class by its full name; `item` is what a collection holds."""

    name: str
    item: "Type | None" = None


class Types:
    """Answers for one project; remembers what it found."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._locals: dict[Function, dict[str, list[s.Expression | Type]]] = {}
        self._attributes: dict[tuple[str, str], Type | None] = {}
        self._found: dict[s.Node, Type] = {}
        self._nothing: set[s.Node] = set()
        self._returned: dict[Function, Type | None] = {}
        self.known: dict[s.Node, Type] = {}
        """What readers of libraries found out about calls: the rows that a query gives."""

    def of(self, node: s.Node | None, function: Function | None, depth: int = 0) -> Type | None:
        """The kind of an expression that stands in a function (None: at the level of a module)."""
        if node is None or depth > DEEPEST:
            return None
        if node in self.known:
            return self.known[node]
        if node in self._found:
            return self._found[node]
        if node in self._nothing:
            return None
        self._nothing.add(node)  # a question that leads back to itself has no answer
        found = self._kind(node, function, depth)
        if found is not None:
            self._found[node] = found
        if found is not None or depth > DEEPEST // 2:
            self._nothing.discard(node)
        return found

    def forget(self) -> None:
        """What had no answer may have one now: a reader found out more."""
        self._nothing.clear()
        self._returned = {each: kind for each, kind in self._returned.items() if kind is not None}

    def _kind(self, node: s.Node, function: Function | None, depth: int) -> Type | None:
        match node:
            case s.Awaited(value=value):
                return self.of(value, function, depth + 1)
            case s.Bound(value=value):
                return self.of(value, function, depth + 1)
            case s.Name(id=name, refers=""):
                return self._local(name, function, depth + 1)
            case s.Name(refers=known) | s.Attribute(refers=known) if known:
                return self._global(known, depth + 1)
            case s.Attribute(base=base, name=name):
                owner = self.of(base, function, depth + 1)
                return self.attribute(owner.name, name, depth + 1) if owner else None
            case s.Item(base=base, key=key):
                owner = self.of(base, function, depth + 1)
                return owner if owner is None or isinstance(key, s.Range) else owner.item
            case s.Call():
                return self._called(node, function, depth + 1)
            case s.Each(kind=kind, element=element) if kind != "dict":
                return Type("builtins.list", self.of(element, function, depth + 1))
            case s.Choice(yes=yes, no=no):
                return self.of(yes, function, depth + 1) or self.of(no, function, depth + 1)
            case s.Operation(operator="or" | "and", operands=operands):
                return next(
                    (found for each in operands if (found := self.of(each, function, depth + 1))), None
                )
            case s.Text():
                return Type("builtins.str")
            case s.Literal(value=value):
                return Type(f"builtins.{type(value).__name__}")
        return None

    def annotated(self, node: s.Node | None, depth: int = 0) -> Type | None:
        """The class that an annotation names: `User`, `User | None`, `Annotated[User, …]`, `list[User]`."""
        if depth > DEEPEST:
            return None
        match node:
            case s.Name(refers=known) | s.Attribute(refers=known):
                if not known:
                    return None
                alias = self._project.value(known)
                if alias is not None and known not in self._project.classes:
                    return self.annotated(alias, depth + 1) or Type(known)
                return Type(known)
            case s.Item(base=base, key=key):
                outer = s.refers(base)
                first = key.items[0] if isinstance(key, s.Group) and key.items else key
                if outer in LISTS:
                    return Type(outer, self.annotated(first, depth + 1))
                if outer in WRAPPERS or outer == "typing.Union":
                    choices = key.items if isinstance(key, s.Group) and outer == "typing.Union" else [first]
                    if outer.endswith("Coroutine") and isinstance(key, s.Group):
                        choices = key.items[-1:]
                    return next((found for each in choices if (found := self._real(each, depth + 1))), None)
                inner = self.annotated(first, depth + 1)
                return Type(outer, inner) if outer else None
            case s.Operation(operator="|", operands=operands):
                return next((found for each in operands if (found := self._real(each, depth + 1))), None)
        return None

    def _real(self, node: s.Node, depth: int) -> Type | None:
        return None if isinstance(node, s.Literal) else self.annotated(node, depth)

    def attribute(self, owner: str, name: str, depth: int = 0) -> Type | None:
        """The kind of an attribute of a class, from its body or from what its methods assign to `self`."""
        key = (owner, name)
        if key not in self._attributes:
            self._attributes[key] = None
            self._attributes[key] = self._find_attribute(owner, name, depth)
        return self._attributes[key]

    def _find_attribute(self, owner: str, name: str, depth: int) -> Type | None:
        found = self._project.classes.get(owner)
        if found is None:
            return None
        for _, each in self._project.lineage(found):
            if each is None:
                continue
            for key, assign in each.assigned():
                if key == name:
                    kind = self.annotated(assign.annotation) or self.of(assign.value, None, depth + 1)
                    if kind:
                        return kind
            if name in each.methods:
                method = each.methods[name]
                is_property = any(
                    s.last_name(d) in ("property", "cached_property") for d in method.decorators
                )
                return self.returned(method, depth + 1) if is_property else None
            for method in each.methods.values():
                for node in method.walk():
                    if isinstance(node, s.Assign) and any(
                        _is_own(target, name, method) for target in node.targets
                    ):
                        kind = self.annotated(node.annotation) or self.of(node.value, method, depth + 1)
                        if kind:
                            return kind
        return None

    def returned(self, function: Function, depth: int = 0) -> Type | None:
        """What a function gives back, by its annotation or else by its returns; for a generator what it yields."""
        if function in self._returned:
            return self._returned[function]
        if depth > DEEPEST:
            return None
        self._returned[function] = None
        found = self._find_returned(function, depth)
        if found is not None or depth <= DEEPEST // 2:
            self._returned[function] = found
        else:
            del self._returned[function]
        return found

    def _find_returned(self, function: Function, depth: int) -> Type | None:
        kind = self.annotated(function.returns)
        yields = any(isinstance(each, s.Yielded) for each in function.walk())
        if kind is not None:
            return kind.item if yields and kind.item else kind
        for node in function.walk():
            value = node.value if isinstance(node, s.Return | s.Yielded) else None
            found = self.of(value, function, depth + 1) if value is not None else None
            if found and not isinstance(value, s.Literal):
                return found
        return None

    def callee(self, call: s.Call, function: Function | None, depth: int = 0) -> Function | Class | None:
        """The function or class of the project that a call calls."""
        known = call.refers
        if known:
            found = self._project.definition(known)
            if found is not None:
                return found
        if function is not None and isinstance(call.callee, s.Name):
            scope: Function | None = function
            while scope is not None:
                for inner in scope.functions:
                    if inner.name == call.callee.id:
                        return inner
                scope = scope.inside
        if isinstance(call.callee, s.Attribute):
            base = call.callee.base
            if isinstance(base, s.Call) and base.refers == "builtins.super" and function and function.owner:
                for _, each in list(self._project.lineage(function.owner))[1:]:
                    if each is not None and call.callee.name in each.methods:
                        return each.methods[call.callee.name]
                return None
            owner = self.of(base, function, depth + 1)
            found_class = self._project.classes.get(owner.name) if owner else None
            return self._project.method(found_class, call.callee.name) if found_class else None
        return None

    def declare(self, owner: str, name: str, kind: Type) -> None:
        """An attribute of a class has this kind, whatever its body says: the rows behind a relation."""
        self._attributes[owner, name] = kind

    def _called(self, call: s.Call, function: Function | None, depth: int) -> Type | None:
        found = self.callee(call, function, depth)
        if isinstance(found, Class):
            return Type(found.qualified)
        if isinstance(found, Function):
            kind = self.returned(found, depth)
            return kind or self._made_by(found, call, function, depth)
        if call.refers.startswith("builtins.") and call.refers[9:] in (
            "list",
            "sorted",
            "reversed",
            "set",
            "tuple",
        ):
            inner = self.of(call.args[0], function, depth) if call.args else None
            return Type("builtins.list", inner.item if inner else None)
        return Type(call.refers) if call.refers else None

    def _made_by(self, found: Function, call: s.Call, function: Function | None, depth: int) -> Type | None:
        """A class method that makes one of its class: `return cls(…)`."""
        if found.owner is None or not isinstance(call.callee, s.Attribute):
            return None
        if not found.params or found.params[0].name != "cls":
            return None
        for node in found.walk():
            if isinstance(node, s.Return) and isinstance(node.value, s.Call):
                callee = node.value.callee
                if isinstance(callee, s.Name) and callee.id == "cls":
                    return Type(found.owner.qualified)
        return None

    def _global(self, known: str, depth: int) -> Type | None:
        if known in self._project.classes:
            return Type(known)
        for module, assign in reversed(self._project.values.get(known, [])):
            del module
            kind = self.annotated(assign.annotation) or self.of(assign.value, None, depth)
            if kind:
                return kind
        return None if known in self._project.functions else Type(known) if "." in known else None

    def _local(self, name: str, function: Function | None, depth: int) -> Type | None:
        while function is not None and name not in function.locals and name not in self._sources(function):
            function = function.inside
        if function is None:
            return None
        is_static = any(s.last_name(each) == "staticmethod" for each in function.decorators)
        if function.owner and not is_static and function.params and name == function.params[0].name:
            return Type(function.owner.qualified)
        for source in reversed(self._sources(function).get(name, [])):
            found = source if isinstance(source, Type) else self.of(source, function, depth)
            if found:
                return found
        return None

    def _sources(self, function: Function) -> dict[str, list[s.Expression | Type]]:
        """Where the local names of a function get their values, in order."""
        known = self._locals.get(function)
        if known is not None:
            return known
        found: dict[str, list[s.Expression | Type]] = {}
        self._locals[function] = found
        for param in function.params:
            kind = self.annotated(param.annotation) or self._given(param.default)
            if kind:
                found.setdefault(param.name, []).append(kind)
        for node in function.walk():
            match node:
                case s.Assign(targets=targets, value=value, annotation=annotation, operator=""):
                    kind = self.annotated(annotation)
                    for target in targets:
                        if isinstance(target, s.Name) and (kind or value is not None):
                            found.setdefault(target.id, []).append(kind or value)  # type: ignore[arg-type]
                case s.Bound(target=s.Name(id=name), value=value):
                    found.setdefault(name, []).append(value)
                case s.Held(value=value, target=s.Name(id=name)):
                    found.setdefault(name, []).append(value)
                case (
                    s.Loop(target=s.Name(id=name), subject=subject)
                    | s.Clause(target=s.Name(id=name), iterable=subject)
                ):
                    at = (subject.line, subject.end, subject.column)
                    found.setdefault(name, []).append(s.Item(*at, subject, s.Literal(*at, 0)))
        return found

    def _given(self, default: s.Expression | None) -> Type | None:
        """A parameter that is injected has the type of what its provider returns: `Depends(get_session)`."""
        if (
            isinstance(default, s.Call)
            and default.name in ("Depends", "Security", "Provide")
            and default.args
        ):
            provider = self._project.definition(s.refers(default.args[0]))
            if isinstance(provider, Function):
                return self.returned(provider)
            if isinstance(provider, Class):
                return Type(provider.qualified)
        return None


def _is_own(target: s.Expression, name: str, method: Function) -> bool:
    return (
        isinstance(target, s.Attribute)
        and target.name == name
        and isinstance(target.base, s.Name)
        and bool(method.params)
        and target.base.id == method.params[0].name
    )
