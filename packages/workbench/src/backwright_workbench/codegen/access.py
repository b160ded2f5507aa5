"""Grants as access rules, in source text.

What lives here: `allow.…` expressions and the variables that hold row rules. What must not: where they stand
(`resource.py`).
"""

from dataclasses import dataclass
from typing import Final, Literal

from backwright_workbench.blueprint.model import ActGrant, Grant, Grants, account_path, reference_column
from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.names import Names, column
from backwright_workbench.codegen.source import Chain, Group, Item, Node, call, literal, mapping

BUILT_IN: Final = {"public": "PUBLIC", "signed_in": "SIGNED_IN"}
"""Roles that the runtime knows, and its constants for them."""


@dataclass(frozen=True)
class RowRule:
    """A variable such as `mine = own(WorkOrder.assignee_id, Technician.account_id)`."""

    variable: str
    rows: str
    columns: tuple[tuple[str, str], ...]
    """(entity, column), from the row to the account."""


def row_rules(entity: str, names: Names, *, alone: bool) -> dict[str, RowRule]:
    """Rows → its rule, for each row path that the entity's access uses. `alone`: no other entity shares the
    file.
    """
    declared = names.blueprint.entities[entity]
    paths: dict[str, tuple[tuple[str, str], ...]] = {}
    for grants in declared.access.values():
        if isinstance(grants, Grants):
            for grant in (grants.read, grants.create, grants.update, grants.delete, grants.act):
                if grant is not None and grant.rows != "all":
                    paths[grant.rows] = account_path(names.blueprint.entities, entity, grant.rows)
    distinct = list(dict.fromkeys(paths.values()))
    base = "mine" if alone else f"my_{names.table(entity)}"
    found: dict[str, RowRule] = {}
    for rows, steps in paths.items():
        variable = base if len(distinct) == 1 else f"{base}_as_{steps[0][1]}"
        if sum(other[0] == steps[0] for other in distinct) > 1:
            variable = f"{base}_as_{'_'.join(field for _, field in steps)}"
        found[rows] = RowRule(variable, rows, tuple((at, reference_column(field)) for at, field in steps))
    return found


def own(rule: RowRule, names: Names, imports: Imports) -> Group:
    """`own(WorkOrder.assignee_id, Technician.account_id)`."""
    columns = [f"{imports.name(names.models(entity), entity)}.{name}" for entity, name in rule.columns]
    return call(imports.name("backwright.access", "own"), *columns)


def access(entity: str, rules: dict[str, RowRule], names: Names, imports: Imports) -> Group:
    """The `access` mapping of an entity."""
    declared = names.blueprint.entities[entity]
    pairs: list[tuple[str, Node]] = []
    for role, grants in declared.access.items():
        pairs.append((role_name(role, names, imports), _rule(entity, grants, rules, names, imports)))
    return mapping(pairs)


def role_name(role: str, names: Names, imports: Imports) -> str:
    """`Role.DISPATCHER`, or the runtime's constant for the roles that everybody has."""
    if role in BUILT_IN:
        return imports.name("backwright.actor", BUILT_IN[role])
    return f"{imports.name(f'{names.package}.access', 'Role')}.{role.upper()}"


def _rule(
    entity: str,
    grants: Literal["everything"] | Grants,
    rules: dict[str, RowRule],
    names: Names,
    imports: Imports,
) -> Node:
    allow = imports.name("backwright.access", "allow")
    if grants == "everything":
        return f"{allow}.everything"
    declared = names.blueprint.entities[entity]
    said: list[Node] = []
    for verb in Grants.model_fields:
        grant: Grant | ActGrant | None = getattr(grants, verb)
        if grant is None:
            continue
        named = grant.actions if isinstance(grant, ActGrant) else grant.fields
        items = [Item(literal(name if verb == "act" else column(name, declared))) for name in named or ()]
        if grant.rows != "all":
            items.append(Item(rules[grant.rows].variable, "where="))
        said.append(Group(f"{allow}.{verb}(", tuple(items), ")"))
    if not said:
        return f"{allow}.nothing"
    return said[0] if len(said) == 1 else Chain("|", tuple(said))
