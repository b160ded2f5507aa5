"""`tests/test_access.py`: each route, with own and other rows → status of each caller, written out.

What lives here: the table's text. What must not: which status is right (`rights.py`).
"""

from dataclasses import dataclass

from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.names import Names, column
from backwright_workbench.codegen.source import Group, Item, Node, lines, literal
from backwright_workbench.codegen.suite.fields import changeable, required
from backwright_workbench.codegen.suite.rights import Rights, callers
from backwright_workbench.codegen.suite.rules import sources
from backwright_workbench.codegen.suite.sample_values import good
from backwright_workbench.codegen.suite.stored import FACTORIES, maker_of, owned_factory, referred
from backwright_workbench.codegen.suite.ways import Path, Way


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    route: str
    row: str
    statuses: tuple[int, ...]


class Matrix:
    """The access table of a service, collected entity by entity."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.imports = Imports(names.package, {"MATRIX", "ROWS", "SENT", "STATES", "CALLERS"})
        self.callers = callers(names)
        self.table: list[Line] = []
        self.rows: dict[str, Node] = {}
        self.sent: dict[str, Node] = {}
        self.states: dict[str, Node] = {}
        for entity in names.makeable:
            self._entity(entity)

    def _entity(self, entity: str) -> None:
        rights = Rights(entity, self.names)
        declared, path = rights.declared, self.names.blueprint.path(entity)
        one = f"{path}/{{id}}"
        ways = rights.ways()
        self._row_makers(entity, path, ways)
        self._line(f"GET {path}", "-", [rights.list(caller) for caller in self.callers])
        if rights.somebody("create"):
            self._create(entity, rights, path)
        for way, own in ways.items():
            self._line(f"GET {one}", way, [rights.read(caller, own) for caller in self.callers])
        if rights.somebody("update"):
            self._update(rights, one, ways)
        for name in declared.actions:
            if rights.somebody("act", name):
                route = f"POST {one}/{name.replace('_', '-')}"
                self._action(entity, route, name)
                start = self._state_of(entity, name)
                for way, own in ways.items():
                    here = own.having(*start) if start else own
                    self._line(route, way, [rights.act(caller, name, here) for caller in self.callers])
        if rights.somebody("delete"):
            for way, own in ways.items():
                self._line(f"DELETE {one}", way, [rights.delete(caller, own) for caller in self.callers])

    def _update(self, rights: Rights, one: str, ways: dict[str, Way]) -> None:
        updated: list[str | None] = [*self._updated(rights)]
        for field in updated or [None]:
            route = f"PATCH {one}"
            label = route if route not in self.sent else f"{route} ({field})"
            self.sent[label] = _body({field: good(field, rights.declared.fields[field])} if field else {})
            for way, own in ways.items():
                self._line(label, way, [rights.update(caller, field, own) for caller in self.callers])

    def _line(self, route: str, row: str, statuses: list[int]) -> None:
        self.table.append(Line(route, row, tuple(statuses)))

    def _row_makers(self, entity: str, path: str, ways: dict[str, Way]) -> None:
        makers = []
        for label, way in ways.items():
            makers.append((label, maker_of(entity, label, way, self.names, self.imports)))
        self.rows[path] = Group("{", tuple(Item(maker, f"{literal(way)}: ") for way, maker in makers), "}")

    def _create(self, entity: str, rights: Rights, path: str) -> None:
        declared = rights.declared
        first_steps: dict[str, Path] = {}
        for own in (*rights.created(self.callers), *rights.paths().values()):
            first_steps.setdefault(own[0][1], own)
        fields = dict(required(declared))
        for name in first_steps:
            field = declared.fields[name]
            if field.set is None and self._creates_own(rights, name):
                fields[name] = field
        sent: dict[str, str] = {}
        for name, field in fields.items():
            if field.type != "reference":
                sent[name] = good(name, field)
                continue
            own = first_steps.get(name, ())
            if field.to not in self.names.blueprint.entities:
                sent[column(name, declared)] = "own_account"
            elif len(own) > 1:
                sent[column(name, declared)] = self.imports.name(FACTORIES, owned_factory(own[1][0], own[1:]))
            else:
                sent[column(name, declared)] = self._others(entity, name)
        self.sent[f"POST {path}"] = _body(sent)
        steps = tuple(first_steps.values())
        statuses = [rights.create(caller, tuple(fields), steps) for caller in self.callers]
        self._line(f"POST {path}", "-", statuses)

    def _creates_own(self, rights: Rights, name: str) -> bool:
        """Whether somebody may create rows only as their own over this field."""
        return any(own[0][1] == name for own in rights.created(self.callers))

    def _updated(self, rights: Rights) -> list[str]:
        """The fields whose change is tried: the first of all, and one for each role that may change only
        some.
        """
        fields = changeable(rights.declared)
        found = dict.fromkeys(list(fields)[:1])
        for caller in self.callers:
            for grant in rights.grants(caller, "update"):
                limited = getattr(grant, "fields", None)
                if limited is not None and not set(limited) & set(found):
                    found.update(dict.fromkeys([name for name in limited if name in fields][:1]))
        return list(found)

    def _state_of(self, entity: str, name: str) -> tuple[str, str] | None:
        """The field and the state that a row has for an action."""
        declared = self.names.blueprint.entities[entity]
        start = sources(declared, declared.actions[name])
        return (declared.states.field, start[0]) if start and declared.states is not None else None

    def _action(self, entity: str, route: str, name: str) -> None:
        declared = self.names.blueprint.entities[entity]
        action = declared.actions[name]
        start = sources(declared, action)
        if start and declared.states is not None:
            field = declared.states.field
            choices = self.imports.name(self.names.models(entity), self.names.choices(entity, field))
            self.states[route] = _body({field: f"{choices}.{start[0].upper()}"})
        sent: dict[str, str] = {}
        for taken in action.takes:
            field_ = declared.fields[taken]
            target = column(taken, declared)
            if field_.type != "reference":
                sent[target] = good(taken, field_)
            elif field_.to in self.names.blueprint.entities:
                sent[target] = self._others(entity, taken)
            else:  # not the caller's: where it is unique, the caller's may be taken by a row on the way
                sent[target] = "another_account"
        if sent:
            self.sent[route] = _body(sent)

    def _others(self, entity: str, name: str) -> str:
        """A row for a reference, which belongs to nobody in particular."""
        return f"others({self.imports.name(FACTORIES, referred(entity, name, self.names))})"

    def text(self) -> dict[str, str]:
        """The parts that the template prints."""
        sent = "\n".join(line for node in self.sent.values() for line in lines(node))
        return {
            "table": self._drawn(),
            "callers": "\n".join(
                lines(Group("(", tuple(Item(literal(c)) for c in self.callers), ")"), before="CALLERS = ")
            ),
            "rows": _mapping("ROWS: dict[str, dict[str, Maker]]", self.rows),
            "sent": _mapping("SENT: dict[str, dict[str, Any]]", self.sent),
            "states": _mapping("STATES: dict[str, dict[str, Any]]", self.states),
            "own_account": "yes" if "own_account" in sent else "",
            "another_account": "yes" if "another_account" in sent else "",
        }

    def _drawn(self) -> str:
        """The table with its columns under each other."""
        route = max(len(line.route) for line in self.table)
        row = max(len(line.row) for line in self.table)
        widths = [max(len(caller), 3) for caller in self.callers]
        found = ["  ".join([" " * route, " " * row, *self.callers]).rstrip()]
        for line in self.table:
            cells = [str(status).rjust(width) for status, width in zip(line.statuses, widths, strict=True)]
            found.append("  ".join([line.route.ljust(route), line.row.ljust(row), *cells]))
        return "\n".join(found)


def _body(values: dict[str, str]) -> Group:
    return Group("{", tuple(Item(value, f"{literal(name)}: ") for name, value in values.items()), "}")


def _mapping(start: str, parts: dict[str, Node]) -> str:
    if not parts:
        return f"{start} = {{}}"
    found = [f"{start} = {{"]
    for key, node in parts.items():
        found += lines(node, indent=4, before=f"{literal(key)}: ", after=",")
    return "\n".join([*found, "}"])
