"""A `Resource(…)` → an entity of the blueprint.

What lives here: what the API shows of a table, and what may be asked of it. What must not: the table (`entities.py`), the
access (`grants.py`), the rules (`services.py`).
"""

import ast
from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from backwright_workbench.blueprint.model import USER, Action, Attachments, Entity, FieldModel
from backwright_workbench.codebase.calls import argument
from backwright_workbench.codebase.columns import NO_WORD
from backwright_workbench.codebase.entities import Table
from backwright_workbench.codebase.grants import Access
from backwright_workbench.codebase.notes import Notes
from backwright_workbench.codebase.scope import Code, Found, NotConstant
from backwright_workbench.codebase.services import Rules
from backwright_workbench.codebase.texts import LINE, NAME, fits

QUERIES: Final = ("filters", "sorts", "search", "embeds")
READ: Final = frozenset({"entity", "service", "fields", "hidden", "read_only", *QUERIES, "access", "attachments", "cache", "limit", "bulk"})
"""What a `Resource` is given, as far as blueprints have a word for it."""


class Exposure:
    """Reads one resource, and notes down what no entity can say. `served` is table → entity, of those that are served."""

    def __init__(
        self, code: Code, notes: Notes, tables: Mapping[str, Table], served: Mapping[str, str], table: Table, call: Found
    ) -> None:
        self.code = code
        self.notes = notes
        self.tables = tables
        self.served = served
        self.table = table
        assert isinstance(call.node, ast.Call)
        self.call = call.node
        self.module = call.module
        self.options = {each.arg: Found(each.value, call.module) for each in call.node.keywords if each.arg}

    def read(self, area: str | None) -> Entity | None:
        """The entity; None, and noted down, if nothing of it can be said."""
        fields = self._fields()
        if not fields:
            self._leave(self.call, f"the resource of {self.table.table}", "it shows no field that a blueprint has")
            return None
        states, actions = self._rules(fields)
        queries = {name: self._query(name, fields) for name in QUERIES}
        access = Access(self.code, self.notes, self.tables, self._shown(fields), set(actions))
        given = self.options.get("access")
        about = self.table.description
        if not fits(LINE, about):
            self._leave(self.call, f"the docstring of {self.table.name}", "it is not a line of plain text")
            about = ""
        for option in self.options.keys() - READ:
            self._leave(self.options[option].node, f"{option}= of the resource of {self.table.table}", NO_WORD)
        return Entity(
            description=about,
            area=area,
            plural=self.table.table,
            fields=fields,
            states=states,
            actions=actions,
            **queries,
            attachments=self._attachments(),
            cache=self._seconds(),
            bulk=self._number("bulk", "rows that one request may create"),
            limit=self._limit(),
            unique=self._unique(fields),
            access=access.read(given) if given else {},
        )

    def _fields(self) -> dict[str, FieldModel]:
        """The fields that the API shows; a hidden column is not part of a blueprint."""
        shown = self._names("fields")
        read_only = self._names("read_only")
        found: dict[str, FieldModel] = {}
        for name, column in self.table.columns.items():
            why = self._hidden(name, shown)
            if why:
                self.notes.leave(column.found.module, column.found.node, f"the column {name!r}", why)
                continue
            target = {"to": self.served[column.table]} if column.table else {}
            found[column.field_name] = column.field.model_copy(
                update={"read_only": name in read_only, **target}
            )
        unknown = [name for name in shown if name not in self.table.columns and name not in ("id", "version", "created_at", "updated_at")]
        for name in unknown:
            self._leave(self.options["fields"].node, f"{name!r} among the fields of {self.table.table}", "it is no column that could be read")
        return found

    def _hidden(self, column: str, shown: tuple[str, ...]) -> str:
        if column not in shown:
            return "the API does not show it, and a blueprint shows every field"
        table = self.table.columns[column].table
        if table is not None and table not in self.served:
            return f"it refers to {table}, which the API does not serve"
        return ""

    def _shown(self, fields: Mapping[str, FieldModel]) -> Table:
        """The table without the columns that no field says."""
        columns = {name: each for name, each in self.table.columns.items() if each.field_name in fields}
        return Table(self.table.name, self.table.table, self.table.found, "", columns)
