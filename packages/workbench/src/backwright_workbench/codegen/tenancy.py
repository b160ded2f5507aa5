"""What tenancy adds to the tables of a service: the column of the owner, keys and indexes within the tenant.

What lives here: the decisions. What must not: their text (`models.py`, `migration.py`) and values (`tables.py`).
"""

from dataclasses import dataclass

from backwright_workbench.blueprint.model import Entity
from backwright_workbench.codegen.indexes import indexes
from backwright_workbench.codegen.names import Names, column, on_delete

INHERITED = ("name", "suspended_at")
"""The columns that every class of tenants has from the runtime."""


@dataclass(frozen=True)
class WithinTenant:
    """A reference that the database keeps within the tenant (`TenantKey`). `rule`: what a deletion does; `later`: it
    leads to a table that is made later, as circles do."""

    owner: str
    column: str
    table: str
    rule: str
    later: bool


def kept_within(entity: str, names: Names) -> list[WithinTenant]:
    """The references of an entity between rows that both belong to a tenant."""
    owner, declared = names.blueprint.owner(entity), names.blueprint.entities[entity]
    return [
        WithinTenant(
            owner,
            column(name, declared),
            names.table(field.to),
            on_delete(field).upper().replace("_", " "),
            names.closes_circle(entity, field.to),
        )
        for name, field in declared.fields.items()
        if owner is not None and field.to is not None and names.blueprint.owner(field.to) is not None
    ]


def unique_groups(entity: str, names: Names) -> list[tuple[str, ...]]:
    """The columns that are unique together; where rows belong to tenants, within one."""
    owner, declared = names.blueprint.owner(entity), names.blueprint.entities[entity]
    groups = [tuple(column(part, declared) for part in group) for group in declared.unique]
    if owner is None:
        return groups
    alone = [
        (column(name, declared),)
        for name, field in declared.fields.items()
        if field.unique and not field.encrypted  # what is encrypted brings its index itself
    ]
    return [(owner, *group) for group in (*alone, *groups)]


def is_unique_alone(entity: str, names: Names, *, unique: bool) -> bool:
    """Whether a column that the blueprint calls unique is that by itself, and not within a tenant."""
    return unique and names.blueprint.owner(entity) is None


def indexes_of(entity: str, names: Names) -> tuple[tuple[str, ...], ...]:
    """The indexes of an entity. What is looked for within a tenant begins with it; a reference to a row of a tenant
    says by itself which one it is, and the key of the database needs it in front.
    """
    owner, declared = names.blueprint.owner(entity), names.blueprint.entities[entity]
    if owner is None:
        return indexes(declared)
    targets = {column(name, declared): field.to for name, field in declared.fields.items() if field.to}
    found: list[tuple[str, ...]] = []
    for index in indexes(declared):
        to = targets.get(index[0])
        if to is not None and (len(index) == 1 or names.blueprint.owner(to) is not None):
            found.append(index)
        else:
            found += [(owner, *index), *([index[:1]] if to is not None else [])]
    found += [(each,) for each in targets if _is_unique(each, declared)]
    return tuple(dict.fromkeys(found))


def _is_unique(name: str, declared: Entity) -> bool:
    return any(field.unique and column(each, declared) == name for each, field in declared.fields.items())
