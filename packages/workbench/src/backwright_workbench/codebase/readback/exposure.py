"""A `Resource(…)` → an entity of the blueprint.

What lives here: what the API shows of a table, and what may be asked of it. What must not: the table
(`entities.py`), the access (`grants.py`), the rules (`services.py`).
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import ValidationError

from backwright_workbench.blueprint.model import Attachments, Entity
from backwright_workbench.codebase.readback.calls import argument
from backwright_workbench.codebase.readback.columns import NO_WORD
from backwright_workbench.codebase.readback.entities import STANDARD, Table
from backwright_workbench.codebase.readback.grants import Access
from backwright_workbench.codebase.readback.notes import Notes
from backwright_workbench.codebase.readback.scope import Code, Found, NotConstant
from backwright_workbench.codebase.readback.services import Rules
from backwright_workbench.codebase.readback.texts import LINE, RATE, fits

QUERIES: Final = ("filters", "sorts", "search", "embeds")
OPTIONS: Final = frozenset(
    {
        "entity",
        "service",
        "fields",
        "hidden",
        "read_only",
        *QUERIES,
        "access",
        "attachments",
        "cache",
        "limit",
        "bulk",
    }
)
"""What a `Resource` is given, as far as a blueprint has a word for it."""


@dataclass(slots=True)
class Resource:
    """A resource as it is declared: the call, and the table that it is about.

    `table` has only the columns that the API shows, once `show` has been called.
    """

    code: Code
    notes: Notes
    table: Table
    found: Found

    def show(self, served: Mapping[str, str]) -> None:
        """Leave out the columns that the API does not show. `served` is table → entity, of those that are
        served.
        """
        shown, read_only = self._names("fields"), self._names("read_only")
        columns = {}
        for name, column in self.table.columns.items():
            why = ""
            if name not in shown:
                why = "the API does not show it, and a blueprint shows every field"
            elif column.table is not None and column.table not in served:
                why = f"it refers to {column.table}, which the API does not serve"
            if why:
                self.notes.leave(column.found.module, column.found.node, f"the column {name!r}", why)
                continue
            said: dict[str, Any] = {"read_only": name in read_only}
            said |= {"to": served[column.table]} if column.table else {}
            columns[name] = replace(column, field=column.field.model_copy(update=said))
        for name in shown:
            if name not in self.table.columns and name not in self.table.unread and name not in STANDARD:
                self._leave(self._options()["fields"], f"{name!r} in fields", "the class has no such column")
        if self.table.is_tenant:  # the name of a tenant stands in no class of the service
            columns = {name: columns[name] for name in shown if name in columns}
        self.table = replace(self.table, columns=columns)

    def read(self, area: str | None, tables: Mapping[str, Table]) -> Entity | None:
        """The entity; None, and noted down, if the API shows nothing that a field can say.

        `tables` are those that are served, by the full names of their classes.
        """
        if not self.table.columns:
            self._leave(self.found, "the resource", "it shows no column that a blueprint has a word for")
            return None
        for option in sorted(self._options().keys() - OPTIONS):
            self._leave(self._options()[option], f"{option}=", NO_WORD)
        rules = self._rules()
        states = rules.states() if rules else None
        actions = rules.actions(states) if rules else {}
        access = Access(self.code, self.notes, tables, self.table, set(actions))
        about = self.table.description
        if not fits(LINE, about):
            self._leave(self.found, "the description", "the class's docstring is not a line of plain text")
        given = self._options().get("access")
        said: dict[str, Any] = {
            "description": about if fits(LINE, about) else "",
            "area": area,
            "plural": self.table.table,
            "fields": {column.field_name: column.field for column in self.table.columns.values()},
            "states": states,
            "actions": actions,
            **{name: self._query(name) for name in QUERIES},
            "attachments": self._attachments(),
            "cache": self._cache(),
            "bulk": self._whole("bulk", 1_000),
            "limit": self._limit(),
            "unique": self._unique(),
            "access": access.read(given) if given else {},
        }
        try:
            return Entity(**said)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            named = ".".join(str(part) for part in fault["loc"])
            self._leave(
                self.found, "the resource", f"{named} {fault['input']!r} is not one that a blueprint has"
            )
            return None

    def _rules(self) -> Rules | None:
        given = self._options().get("service")
        if given is None:
            return None
        cls = self.code.definition(self.code.qualified(given.node, given.module))
        if cls is not None and isinstance(cls.node, ast.ClassDef):
            return Rules(self.code, self.notes, self.table, cls)
        self._leave(given, "the rules", "their class is not one of this package")
        return None

    def _options(self) -> dict[str, Found]:
        assert isinstance(self.found.node, ast.Call)
        return {
            each.arg: Found(each.value, self.found.module) for each in self.found.node.keywords if each.arg
        }

    def _names(self, option: str) -> tuple[str, ...]:
        """The names that an option lists."""
        given = self._options().get(option)
        if given is None:
            return ()
        try:
            value = self.code.constant(given.node, given.module)
        except NotConstant as error:
            self._leave(given, f"{option}=", f"{error} is computed")
            return ()
        if isinstance(value, tuple):
            return tuple(str(each) for each in value)
        self._leave(given, f"{option}=", "it is not a list of names")
        return ()

    def _query(self, option: str) -> tuple[str, ...]:
        found: list[str] = []
        for name in self._names(option):
            field = name if option == "embeds" else self.table.field_of(name)
            if field is None or (option == "embeds" and not self._refers(name)) or field in STANDARD[:2]:
                self._leave(
                    self._options()[option], f"{name!r} in {option}", "it is no field that a blueprint has"
                )
            else:
                found.append(field)
        return tuple(found)

    def _refers(self, field: str) -> bool:
        return any(each.field_name == field and each.table for each in self.table.columns.values())

    def _unique(self) -> tuple[tuple[str, ...], ...]:
        found: list[tuple[str, ...]] = []
        for group in self.table.unique:
            fields = tuple(self.table.field_of(name) for name in group)
            named = tuple(name for name in fields if name is not None and name not in STANDARD)
            if len(named) == len(group) > 1:
                found.append(named)
            else:
                what = f"that {', '.join(group)} occur once"
                self._leave(self.table.found, what, "not all of them are fields that a blueprint has")
        return tuple(found)

    def _attachments(self) -> Attachments | None:
        found = self._call("attachments")
        if found is None:
            return None
        assert isinstance(found.node, ast.Call)
        try:
            said = {
                name: self.code.constant(given, found.module)
                for at, name in enumerate(("max_mb", "max_count", "types"))
                if (given := argument(found.node, at, name)) is not None
            }
            return Attachments(**said)
        except NotConstant as error:
            self._leave(found, "attachments", f"{error} is computed")
        except ValidationError:
            self._leave(found, "attachments", "their bounds are not ones that a blueprint has")
        return None

    def _cache(self) -> int | None:
        found = self._call("cache")
        given = argument(found.node, 0, "seconds") if found and isinstance(found.node, ast.Call) else None
        return (
            self._bounded("cache", Found(given, found.module), 86_400)
            if found and given is not None
            else None
        )

    def _call(self, option: str) -> Found | None:
        """The call that an option is given, such as `Cache(…)`; None as well where it is given None."""
        given = self._options().get(option)
        if given is None:
            return None
        found = self.code.value(given.node, given.module)
        if isinstance(found.node, ast.Call):
            return found
        if not (isinstance(found.node, ast.Constant) and found.node.value is None):
            self._leave(given, f"{option}=", "it is not written out")
        return None

    def _whole(self, option: str, most: int) -> int | None:
        given = self._options().get(option)
        return self._bounded(option, given, most) if given is not None else None

    def _bounded(self, option: str, given: Found, most: int) -> int | None:
        try:
            value = self.code.constant(given.node, given.module)
        except NotConstant:
            value = None
        if type(value) is int and 0 <= value <= most:
            return value or None
        self._leave(given, f"{option}=", f"it is not a whole number up to {most}")
        return None

    def _limit(self) -> str | None:
        given = self._options().get("limit")
        if given is None:
            return None
        try:
            value = self.code.constant(given.node, given.module)
        except NotConstant:
            value = ""
        if value is None or fits(RATE, value):
            return value  # type: ignore[no-any-return]
        self._leave(given, "limit=", "it is not a rate such as 100/minute")
        return None

    def _leave(self, found: Found, what: str, why: str) -> None:
        self.notes.leave(found.module, found.node, f"{what} of {self.table.table}", why)
