"""The columns that a blueprint lets callers filter and sort by, and what they search.

What lives here: from a blueprint to columns. What must not: a database.
"""

from dataclasses import dataclass

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.codegen.names import column


@dataclass(frozen=True, slots=True)
class Wanted:
    """One column that lists are asked by."""

    table: str
    column: str
    why: str
    """`the filter` or `the sort`."""
    tenant: str = ""


def wanted(blueprint: Blueprint) -> list[Wanted]:
    """All of them."""
    found = []
    for name, entity in blueprint.entities.items():
        tenant = blueprint.owner(name) or ""
        for kind, names in (("filter", entity.filters), ("sort", entity.sorts)):
            for each in names:
                field = entity.fields.get(each)
                suffix = "_index" if field is not None and field.encrypted else ""
                found.append(
                    Wanted(blueprint.plural(name), column(each, entity) + suffix, f"the {kind}", tenant)
                )
    return list({(each.table, each.column): each for each in found}.values())


def searched(blueprint: Blueprint) -> list[str]:
    """The tables whose words are searched."""
    return [blueprint.plural(name) for name, entity in blueprint.entities.items() if entity.search]
