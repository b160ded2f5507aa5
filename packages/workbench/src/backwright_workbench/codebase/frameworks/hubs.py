"""The objects that routes hang on: applications and routers, wherever they are made and whatever they are called.

What lives here: finding them, and which of them an expression is. What must not: what is registered at them.
"""

from collections.abc import Callable, Iterator, Mapping

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function, Module, blocks
from backwright_workbench.codebase.facts.types import Type
from backwright_workbench.codebase.facts.values import Rows, looked_up
from backwright_workbench.codebase.facts.web import Guard
from backwright_workbench.codebase.frameworks.hub_facts import Hub, Mount, Spot, Way

DEEPEST = 8
"""Names of names, and functions that return what others return, that are followed."""


class Hubs:
    """The hubs of one framework. `kinds` gives, by the full names of its classes, what their objects are."""

    def __init__(self, app: Application, kinds: Mapping[str, str]) -> None:
        self.app = app
        self.kinds = dict(kinds)
        for known in kinds:
            for each in app.project.subclasses(known):
                self.kinds[each.qualified] = kinds[known]
        self.all: dict[int, Hub] = {}
        self.spots: list[Spot] = []
        self._called: dict[str, list[Spot]] = {}
        for module in app.project.modules.values():
            for function in (None, *module.everything):
                self._read(module, function)
            for each in module.all_classes:
                for name, assign in each.assigned():
                    if assign.value is not None:
                        self._remember(assign.value, f"{each.qualified}.{name}", module, None)

    def _read(self, module: Module, function: Function | None) -> None:
        above = function.qualified if function else module.name
        body = function.body if function else module.body
        for node, rows in self._nodes(body, module, function, {}):
            if isinstance(node, s.Assign) and node.value is not None:
                for target in node.targets:
                    self._remember(node.value, f"{above}.{s.written(target)}", module, function)
            elif isinstance(node, s.Call):
                self._remember(node, f"{above}.{node.name}", module, function)
                spot = Spot(node, module, function, rows)
                self.spots.append(spot)
                self._called.setdefault(node.name, []).append(spot)

    def _nodes(
        self, body: list[s.Statement], module: Module, function: Function | None, rows: Rows
    ) -> Iterator[tuple[s.Node, Rows]]:
        """Every node of a body; the body of a loop over a written list once for each item."""
        for each in body:
            inner = [block for block in blocks(each) if block]
            if not inner:
                for node in s.walk(each):
                    yield node, rows
                continue
            yield each, rows
            for part in s.children(each):
                if isinstance(part, s.Expression | s.Held):
                    for node in s.walk(part):
                        yield node, rows
            turns = list(self._turns(each, function, rows)) if isinstance(each, s.Loop) else []
            for turn in turns or [rows]:
                for block in inner:
                    yield from self._nodes(block, module, function, turn)

    def _turns(self, loop: s.Loop, function: Function | None, rows: Rows) -> Iterator[Rows]:
        subject: s.Expression | None = loop.subject
        if (
            isinstance(subject, s.Call)
            and subject.name == "items"
            and isinstance(subject.callee, s.Attribute)
        ):
            subject = subject.callee.base
        subject = looked_up(self.app, subject, function, rows)
        if isinstance(subject, s.Pairs):
            for key, value in zip(subject.keys, subject.values, strict=True):
                if isinstance(loop.target, s.Group) and len(loop.target.items) == 2 and key is not None:
                    yield {**rows, **_bound(loop.target.items[0], key), **_bound(loop.target.items[1], value)}
        if isinstance(subject, s.Group) and loop.target is not None and len(subject.items) < 200:
            for item in subject.items:
                yield {**rows, **_bound(loop.target, item)}

    def _remember(self, value: s.Expression, name: str, module: Module, function: Function | None) -> None:
        if isinstance(value, s.Awaited):
            value = value.value
        if isinstance(value, s.Call) and id(value) not in self.all:
            kind = self.kinds.get(value.refers)
            if kind:
                self.all[id(value)] = Hub(name, kind, value, module, function)

    def of(
        self, node: s.Expression | None, function: Function | None, rows: Rows | None = None, depth: int = 0
    ) -> list[Hub]:
        """The hubs that an expression can be; empty if it is none, or if nobody can tell."""
        if node is None or depth > DEEPEST:
            return []
        rows = rows or {}

        def go(each: s.Expression | None, inside: Function | None = function) -> list[Hub]:
            return self.of(each, inside, rows, depth + 1)

        match node:
            case s.Name(id=name) if name in rows:
                return go(rows[name])
            case s.Name(id=name, refers=""):
                return self._local(name, function, depth)
            case s.Name(refers=known):
                return self._named(known, depth)
            case s.Attribute(base=base, name=name, refers=known):
                if isinstance(base, s.Name) and base.id in rows:  # a module, or what else a loop goes over
                    base = rows[base.id]
                    known = f"{s.refers(base)}.{name}"
                found = self._named(known, depth) if known else []
                return (
                    found
                    or self._attribute(base, name, function, depth)
                    or (go(base) if name == "router" else [])
                )
            case s.Call():
                return self._made(node, function, depth)
            case s.Awaited(value=value) | s.Bound(value=value) | s.Spread(value=value):
                return go(value)
            case s.Choice(yes=yes, no=no):
                return go(yes) + go(no)
            case s.Group(items=items) | s.Pairs(values=items) | s.Operation(operator="or", operands=items):
                return [each for item in items for each in go(item)]
            case s.Item(base=base):
                found_item = looked_up(self.app, node, function, rows)
                return (
                    go(found_item)
                    if found_item is not node
                    else go(looked_up(self.app, base, function, rows))
                )
        return []

    def _named(self, known: str, depth: int) -> list[Hub]:
        for module, assign in reversed(self.app.project.values.get(known, [])):
            del module
            found = self.of(assign.value, None, None, depth + 1)
            if found:
                return found
        return []

    def _made(self, call: s.Call, function: Function | None, depth: int) -> list[Hub]:
        if id(call) in self.all:
            return [self.all[id(call)]]
        called = self.app.types.callee(call, function)
        if isinstance(called, Function):
            values = [each.value for each in called.walk() if isinstance(each, s.Return | s.Yielded)]
            return [hub for value in values[-1:] for hub in self.of(value, called, None, depth + 1)]
        if (
            called is None and call.name[:1].isupper() and call.args
        ):  # `CORSMiddleware(app)`, `ASGIApp(sio, app)`
            return [hub for each in call.args[:2] for hub in self.of(each, function, None, depth + 1)]
        return []

    def _local(self, name: str, function: Function | None, depth: int) -> list[Hub]:
        while function is not None and name not in function.locals:
            function = function.inside
        if function is None:
            return []
        found: list[Hub] = []
        for node in function.walk():
            if isinstance(node, s.Assign) and any(
                isinstance(t, s.Name) and t.id == name for t in node.targets
            ):
                found = self.of(node.value, function, None, depth + 1) or found
            elif isinstance(node, s.Loop) and isinstance(node.target, s.Name) and node.target.id == name:
                subject = looked_up(self.app, node.subject, function)
                found = found or self.of(subject, function, None, depth + 1)
        return found or self._given(name, function, depth)

    def _given(self, name: str, function: Function, depth: int) -> list[Hub]:
        """What callers of a function hand over as one of its parameters."""
        names = [each.name for each in function.params]
        if name not in names:
            return []
        place = names.index(name) - (1 if function.owner and names[0] in ("self", "cls") else 0)
        if place < 0:
            return []
        called_as = function.owner.name if function.owner and function.name == "__init__" else function.name
        found: list[Hub] = []
        for spot in self._called.get(called_as, [])[:50]:
            callee = self.app.types.callee(spot.call, spot.function)
            if callee is function or callee is function.owner:
                given = spot.call.argument(place, name)
                found += [h for h in self.of(given, spot.function, spot.rows, depth + 1) if h not in found]
        kind = self.app.types.annotated(function.params[names.index(name)].annotation)
        if not found and kind is not None and self.kinds.get(kind.name) == "app":
            apps = [each for each in self.all.values() if each.kind == "app"]
            return apps if len(apps) == 1 else []
        return found

    def _attribute(self, base: s.Expression, name: str, function: Function | None, depth: int) -> list[Hub]:
        owner: Type | None = self.app.types.of(base, function)
        each = self.app.project.classes.get(owner.name) if owner else None
        for _, found in self.app.project.lineage(each) if each else ():
            for value, method in _assigned_in(found, name) if found else ():
                hubs = self.of(value, method, None, depth + 1)
                if hubs:
                    return hubs
        return []

    # Ways

    def ways(self, hub: Hub, seen: tuple[Hub, ...] = ()) -> list[Way]:
        """The ways to a hub from every application it hangs on; one that leads nowhere if it hangs on none."""
        if hub in seen or len(seen) > DEEPEST:
            return []
        if hub.kind == "app" and not hub.mounts:
            return [Way(hub.prefix, list(hub.guards), hub.name, True)]
        found = [
            Way(
                way.prefix + mount.prefix + hub.prefix,
                [*way.guards, *mount.guards, *hub.guards],
                way.app,
                way.is_reachable,
            )
            for mount in hub.mounts
            for way in self.ways(mount.parent, (*seen, hub))
        ]
        return found or [Way(hub.prefix, list(hub.guards), hub.name, hub.kind == "app")]

    def hang(
        self,
        child: s.Expression | None,
        spot: Spot,
        parents: list[Hub],
        prefix: str,
        guards: Callable[[], list[Guard]],
    ) -> bool:
        """Notes that one hub hangs on others; whether it is known which."""
        children = self.of(child, spot.function, spot.rows)
        for each in children:
            for parent in parents:
                if parent is not each:
                    each.mounts.append(Mount(parent, prefix, guards()))
        return bool(children)


def _bound(target: s.Expression, value: s.Expression) -> dict[str, s.Expression]:
    if isinstance(target, s.Name):
        return {target.id: value}
    if isinstance(target, s.Group) and isinstance(value, s.Group):
        pairs = zip(target.items, value.items, strict=False)
        return {name: each for one, other in pairs for name, each in _bound(one, other).items()}
    return {}


def _assigned_in(each: Class, name: str) -> Iterator[tuple[s.Expression, Function | None]]:
    for method in each.methods.values():
        for node in method.walk():
            if (
                isinstance(node, s.Assign)
                and node.value is not None
                and any(_is_own(t, name) for t in node.targets)
            ):
                yield node.value, method
    value = each.value(name)
    if value is not None:
        yield value, None


def _is_own(target: s.Expression, name: str) -> bool:
    return isinstance(target, s.Attribute) and target.name == name and isinstance(target.base, s.Name)
