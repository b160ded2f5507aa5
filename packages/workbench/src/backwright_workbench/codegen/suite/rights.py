"""What a caller may do according to the blueprint: the statuses that a written service's tests expect.

What lives here: grants → HTTP status. What must not: source text. It is an account of the rules of its own,
made from the blueprint alone, so that a mistake in the runtime or in the written declarations shows as a
difference.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from backwright_workbench.blueprint.model import USER, ActGrant, Entity, Grant, Grants, account_path
from backwright_workbench.blueprint.rows import row_rule
from backwright_workbench.codegen.access import condition_name
from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.suite.ways import Path, Way, fitting, nobodys, rules, sent_value

NOBODY: Final = "nobody"
"""Signed in, with no role at all."""

ANONYMOUS: Final = "anonymous"

OTHER: Final = "other"
"""The row of somebody else, as the table calls it."""

_EVERYTHING: Final = Grants(
    read=Grant(), create=Grant(), update=Grant(), delete=Grant(), act=ActGrant(), refer=Grant()
)


def callers(names: Names) -> tuple[str, ...]:
    """Every kind of caller that the access table has a column for."""
    return (*names.blueprint.roles, NOBODY, ANONYMOUS)


def roles_of(caller: str) -> tuple[str, ...]:
    """The keys of `access` that count for a caller."""
    if caller == ANONYMOUS:
        return ("public",)
    return ("signed_in", "public") if caller == NOBODY else (caller, "signed_in", "public")


class Rights:
    """What callers may do with one entity."""

    def __init__(self, entity: str, names: Names) -> None:
        self.entity = entity
        self.names = names
        self.declared: Entity = names.blueprint.entities[entity]

    def grants(self, caller: str, verb: str) -> list[Grant | ActGrant]:
        """The grants that a caller has for a verb."""
        return [grant for role in roles_of(caller) for grant in self._of(role, verb)]

    def _of(self, role: str, verb: str) -> list[Grant | ActGrant]:
        given = self.declared.access.get(role)
        grant = given and getattr(_EVERYTHING if given == "everything" else given, verb)
        return [grant] if grant else []

    def somebody(self, verb: str, action: str | None = None) -> bool:
        """Whether any role may do it on some row; what nobody may do has no route."""
        given = [grant for role in self.declared.access for grant in self._of(role, verb)]
        return any(not isinstance(g, ActGrant) or g.actions is None or action in g.actions for g in given)

    def paths(self) -> dict[str, Path]:
        """A name for each way in which rows are somebody's own → the steps to the account."""
        found: dict[str, Path] = {}
        for rule in rules(self.declared):
            if rule.path and self.path(rule.path) not in found.values():
                found[rule.path] = self.path(rule.path)
        return found

    def ways(self) -> dict[str, Way]:
        """A name for each kind of row that the rules tell apart: somebody else's first."""
        other = nobodys(self.declared)
        found = {OTHER: other, **{name: replace(other, path=path) for name, path in self.paths().items()}}
        for rule in rules(self.declared):
            if rule.comparisons:
                way = fitting(
                    self.names.blueprint.entities,
                    self.declared,
                    rule,
                    self.path(rule.path) if rule.path else None,
                )
                if way is not None:
                    label = [rule.path.replace(".", "_"), *map(condition_name, rule.comparisons)]
                    found["_and_".join(filter(None, label))] = way
        return found

    def path(self, rows: str) -> Path:
        """The steps from a row to the account."""
        return account_path(self.names.blueprint.entities, self.entity, rows)

    def covers(self, grant: Grant | ActGrant, way: Way) -> bool:
        """Whether a grant holds on a kind of row."""
        rule = row_rule(grant.rows)
        mine = not rule.path or way.path == self.path(rule.path)
        return mine and all(way.holds(each, self.declared.fields[each.field]) for each in rule.comparisons)

    def read(self, caller: str, way: Way) -> int:
        """GET one row."""
        given = self.grants(caller, "read")
        if not given:
            return refused(caller)
        return 200 if any(self.covers(grant, way) for grant in given) else 404

    def list(self, caller: str) -> int:
        """GET the rows."""
        return 200 if self.grants(caller, "read") else refused(caller)

    def created(self, callers: Sequence[str]) -> tuple[Path, ...]:
        """The ways in which rows must be their creator's own."""
        given = [row_rule(grant.rows) for caller in callers for grant in self.grants(caller, "create")]
        return tuple(self.path(rule.path) for rule in given if rule.path)

    def create(self, caller: str, fields: Sequence[str], owned: Sequence[Path]) -> int:
        """POST a row with these fields, which is the caller's own in the ways `owned`."""
        given = [
            grant
            for grant in self.grants(caller, "create")
            if isinstance(grant, Grant)
            and any(self.covers(grant, self._sent(fields, path)) for path in (None, *owned))
        ]
        if not given or not all(
            any(grant.fields is None or name in grant.fields for grant in given) for name in fields
        ):
            return refused(caller)
        return 201 if all(self._refers(caller, name, owned) for name in fields) else 422

    def _sent(self, fields: Sequence[str], path: Path | None) -> Way:
        """What a row is like that is created with these fields."""
        found = Way(path)
        for name, field in self.declared.fields.items():
            default = None if field.default is None else str(field.default).lower()
            found = found.having(name, sent_value(name, field) if name in fields else default)
        return found

    def _refers(self, caller: str, name: str, owned: Sequence[Path]) -> bool:
        """Whether the caller may see what the field refers to: rows made for the test are the caller's own
        only where a path says so.
        """
        to = self.declared.fields[name].to
        if to is None:
            return True
        if to == USER:
            return self.names_accounts(caller, name)
        target = Rights(to, self.names)
        given = target.grants(caller, "read")
        on_path = [path[1:] or None for path in owned if path[0] == (self.entity, name)]
        other = nobodys(target.declared)
        return any(
            target.covers(grant, replace(other, path=path)) for grant in given for path in [*on_path, None]
        )

    def names_accounts(self, caller: str, name: str) -> bool:
        """Whether the caller may put an account into a reference: who reads accounts, and who is given leave."""
        given = (
            [g for g in self.grants(caller, "refer") if isinstance(g, Grant)] if caller != ANONYMOUS else []
        )
        return caller == "admin" or any(g.fields is None or name in g.fields for g in given)

    def update(self, caller: str, field: str | None, way: Way) -> int:
        """PATCH one field, or nothing."""
        given = [
            g
            for g in self.grants(caller, "update")
            if isinstance(g, Grant) and (field is None or g.fields is None or field in g.fields)
        ]
        status = self._write(caller, given, way)
        if status != 200 or field is None:
            return status
        after = way.having(field, sent_value(field, self.declared.fields[field]))
        return 200 if any(self.covers(grant, after) for grant in given) else refused(caller)

    def delete(self, caller: str, way: Way) -> int:
        """DELETE a row."""
        status = self._write(caller, self.grants(caller, "delete"), way)
        return 204 if status == 200 else status

    def act(self, caller: str, action: str, way: Way) -> int:
        """POST an action."""
        given = [
            g
            for g in self.grants(caller, "act")
            if isinstance(g, ActGrant) and (g.actions is None or action in g.actions)
        ]
        status = self._write(caller, given, way)
        taken = self.declared.actions[action].takes
        return status if status != 200 or all(self._takes(caller, name) for name in taken) else 422

    def _takes(self, caller: str, name: str) -> bool:
        to = self.declared.fields[name].to
        if to is None:
            return True
        if to == USER:
            return self.names_accounts(caller, name)
        return any(grant.rows == "all" for grant in Rights(to, self.names).grants(caller, "read"))

    def _write(self, caller: str, given: Sequence[Grant | ActGrant], way: Way) -> int:
        if not given:
            return refused(caller)
        if not any(self.covers(grant, way) for grant in self.grants(caller, "read")):
            return 404
        return 200 if any(self.covers(grant, way) for grant in given) else refused(caller)

    def unrestricted(self, *verbs: str) -> str | None:
        """A role that may do all of these with every row and field; the administrator if possible."""
        for role in sorted(self.names.blueprint.roles, key=lambda name: name != "admin"):
            if all(any(_whole(grant) for grant in self.grants(role, verb)) for verb in verbs):
                return role
        return None


def _whole(grant: Grant | ActGrant) -> bool:
    limited = grant.actions if isinstance(grant, ActGrant) else grant.fields
    return grant.rows == "all" and limited is None


def refused(caller: str) -> int:
    """Who is not known is asked to sign in; who is known is refused."""
    return 401 if caller == ANONYMOUS else 403
