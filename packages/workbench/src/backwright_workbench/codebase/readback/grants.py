"""`access={role: allow.…}` → grants.

What lives here: reading rules and the rows that they are about. What must not: whether the grants work
together (`blueprint.checks`).

A rule that cannot be said as it is leaves its grant out. What a role may do never grows by being read.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from backwright_workbench.blueprint.model import ActGrant, Grant, Grants
from backwright_workbench.codebase.readback.entities import Table
from backwright_workbench.codebase.readback.notes import Notes, Unreadable
from backwright_workbench.codebase.readback.rows import RowReader
from backwright_workbench.codebase.readback.scope import Code, Found, NotConstant, of_backwright

VERBS: Final = tuple(Grants.model_fields)


class Access:
    """Reads the access of one entity, and notes down what no grant can say."""

    def __init__(
        self, code: Code, notes: Notes, tables: Mapping[str, Table], table: Table, actions: set[str]
    ) -> None:
        self.code = code
        self.notes = notes
        self.tables = tables
        self.table = table
        self.actions = actions

    def read(self, value: Found) -> dict[str, Literal["everything"] | Grants]:
        """Role → what it may do."""
        try:
            pairs = self.code.pairs(value.node, value.module)
        except NotConstant as error:
            self._leave(Found(error.node, error.module), "the access", f"{error} is computed")
            return {}
        found: dict[str, Literal["everything"] | Grants] = {}
        for key, rule in pairs:
            try:
                role = str(self.code.constant(key.node, key.module))
            except NotConstant as error:
                self._leave(key, "a role", f"{error} is computed")
                continue
            given = self._rule(role, rule)
            if given is not None:
                found[role] = given
        return found

    def _rule(self, role: str, rule: Found) -> Literal["everything"] | Grants | None:
        parts = list(self._operands(rule))
        if any(self._word(part) == "everything" for part in parts):
            return "everything"
        given: dict[str, Grant | ActGrant] = {}
        for part in parts:
            if self._word(part) == "nothing":
                continue
            try:
                verb, grant = self._grant(part)
                given[verb] = _joined(given.get(verb), grant)
            except Unreadable as unreadable:
                self._leave(part, f"what {role} may do", unreadable.why)
            except NotConstant as error:
                self._leave(part, f"what {role} may do", f"{error} is computed")
        return Grants(**given) if given else None

    def _operands(self, rule: Found) -> Iterator[Found]:
        """The parts that `|` joins, names followed."""
        found = self.code.value(rule.node, rule.module)
        if isinstance(found.node, ast.BinOp) and isinstance(found.node.op, ast.BitOr):
            yield from self._operands(Found(found.node.left, found.module))
            yield from self._operands(Found(found.node.right, found.module))
        else:
            yield found

    def _word(self, found: Found) -> str:
        """The word behind `allow.`."""
        node = found.node.func if isinstance(found.node, ast.Call) else found.node
        head, _, word = self.code.qualified(node, found.module).rpartition(".")
        return word if of_backwright(head, "allow") else ""

    def _grant(self, found: Found) -> tuple[str, Grant | ActGrant]:
        verb = self._word(found)
        if verb not in VERBS or not isinstance(found.node, ast.Call):
            raise Unreadable("it is not an `allow` that is written out")
        names: list[str] = []
        for each in found.node.args:
            if isinstance(each, ast.Starred):
                items = self.code.items(each.value, found.module)
                names += [str(self.code.constant(item.node, item.module)) for item in items]
            else:
                names.append(str(self.code.constant(each, found.module)))
        rows = "all"
        for keyword in found.node.keywords:
            if keyword.arg != "where":
                raise Unreadable("its arguments are computed")
            if not (isinstance(keyword.value, ast.Constant) and keyword.value.value is None):
                rows = self._rows(self.code.value(keyword.value, found.module))
        if verb == "act":
            unknown = [name for name in names if name not in self.actions]
            if unknown:
                raise Unreadable(f"{unknown[0]!r} is no action that a blueprint has")
            return verb, ActGrant(rows=rows, actions=tuple(names) or None)
        fields = [self.table.field_of(name) for name in names]
        if None in fields:
            raise Unreadable(f"{names[fields.index(None)]!r} is no field that a blueprint has")
        return verb, Grant(rows=rows, fields=tuple(name for name in fields if name) or None)

    def _rows(self, found: Found) -> str:
        """Which rows, in the words of a blueprint; raises `Unreadable` for what it has no words for."""
        rule = RowReader(self.code, self.tables, self.table).read(found)
        return str(rule)

    def _leave(self, found: Found, what: str, why: str) -> None:
        self.notes.leave(found.module, found.node, f"{what} with {self.table.table}", why)


def _joined(before: Any, grant: Any) -> Any:
    """Two grants of one kind as one; only what they grant on the same rows can be said together."""
    if before is None:
        return grant
    if before.rows != grant.rows:
        raise Unreadable("other rows of the same role have other rights")
    which = "actions" if isinstance(grant, ActGrant) else "fields"
    first, second = getattr(before, which), getattr(grant, which)
    both = None if first is None or second is None else tuple(dict.fromkeys((*first, *second)))
    return before.model_copy(update={which: both})
