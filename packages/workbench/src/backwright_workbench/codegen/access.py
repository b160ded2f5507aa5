"""Grants as access rules, in source text.

What lives here: `allow.…` expressions and the variables that hold row rules. What must not: where they stand
(`resource.py`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from backwright_workbench.blueprint.checks.rows import profile
from backwright_workbench.blueprint.model import (
    ActGrant,
    FieldModel,
    Grant,
    Grants,
    account_path,
    reference_column,
)
from backwright_workbench.blueprint.rows import Comparison, row_rule
from backwright_workbench.codegen.columns import number
from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.names import Names, column
from backwright_workbench.codegen.source import Chain, Group, Item, Node, call, literal, mapping

Path = tuple[tuple[str, str], ...]

BUILT_IN: Final = {"public": "PUBLIC", "signed_in": "SIGNED_IN"}
"""Roles that the runtime knows, and its constants for them."""


@dataclass(frozen=True)
class RowRule:
    """A variable such as `mine = own(WorkOrder.assignee_id, Technician.account_id)`."""

    variable: str
    entity: str
    columns: tuple[tuple[str, str], ...]
    """(entity, column), from the row to the account; none where a rule does not ask whose a row is."""
    comparisons: tuple[Comparison, ...] = ()


def row_rules(entity: str, names: Names, *, alone: bool) -> dict[str, RowRule]:
    """Rows → its rule, for each that the entity's access uses. `alone`: no other entity shares the file."""
    declared = names.blueprint.entities[entity]
    used: dict[str, tuple[Path, tuple[Comparison, ...]]] = {}
    for grants in declared.access.values():
        if isinstance(grants, Grants):
            for grant in (grants.read, grants.create, grants.update, grants.delete, grants.act):
                if grant is not None and grant.rows != "all":
                    rule = row_rule(grant.rows)
                    path = account_path(names.blueprint.entities, entity, rule.path) if rule.path else ()
                    used[grant.rows] = path, rule.comparisons
    ways = list(dict.fromkeys(path for path, _ in used.values() if path))
    found: dict[str, RowRule] = {}
    for rows, (path, comparisons) in used.items():
        parts = [_way(entity, path, ways, names, alone=alone)] if path else []
        parts += [condition_name(each) for each in comparisons]
        variable = "_and_".join(parts)
        variable = variable if alone or path else f"{names.table(entity)}_{variable}"
        columns = tuple((at, reference_column(field)) for at, field in path)
        found[rows] = RowRule(variable, entity, columns, comparisons)
    return found


def _way(entity: str, path: Path, ways: Sequence[Path], names: Names, *, alone: bool) -> str:
    """What rows that are one's own are called: `mine`, `mine_as_assignee`."""
    base = "mine" if alone else f"my_{names.table(entity)}"
    if len(ways) == 1:
        return base
    if sum(other[0] == path[0] for other in ways) > 1:
        return f"{base}_as_{'_'.join(field for _, field in path)}"
    return f"{base}_as_{path[0][1]}"


_WORDS: Final = {"=": "is", "!=": "is_not", "<": "below", "<=": "at_most", ">": "above", ">=": "at_least"}


def condition_name(each: Comparison) -> str:
    """What rows with a value are called: `same_site`, `total_below_10000`."""
    if each.actor is not None:
        same = each.operator == "=" and each.actor[1] == each.field
        return f"same_{each.field}" if same else f"{each.field}_{_WORDS[each.operator]}_own_{each.actor[1]}"
    value = each.value.replace("-", "minus_", 1) if each.value.startswith("-") else each.value
    return f"{each.field}_{_WORDS[each.operator]}_{re.sub(r'[^a-z0-9]+', '_', value)}"


def rule_of(rule: RowRule, names: Names, imports: Imports) -> Node:
    """`every(own(WorkOrder.assignee_id, Technician.account_id), matching(lambda row: row.total < 10_000))`."""
    parts: list[Node] = [own(rule, names, imports)] if rule.columns else []
    for each in rule.comparisons:
        parts.append(call(imports.name("backwright.access", "matching"), _lambda(each, rule, names, imports)))
    return parts[0] if len(parts) == 1 else call(imports.name("backwright.access", "every"), *parts)


def _lambda(each: Comparison, rule: RowRule, names: Names, imports: Imports) -> str:
    declared = names.blueprint.entities[rule.entity]
    left = f"lambda row: row.{column(each.field, declared)}"
    operator = "==" if each.operator == "=" else each.operator
    if each.actor is not None:
        own_row = profile(names.blueprint.entities, each.actor[0])
        assert own_row is not None, "the blueprint was checked"
        other = imports.name(names.models(own_row[0]), own_row[0])
        value = f"{other}.{column(each.actor[1], names.blueprint.entities[own_row[0]])}"
        return f"{left} {operator} {imports.name('backwright.access_attributes', 'of_actor')}({value})"
    field = declared.fields[each.field]
    if field.type == "boolean":
        return f"{left}.is_({(each.value == 'true') == (each.operator == '=')})"
    return f"{left} {operator} {constant(each, field, rule.entity, names, imports)}"


def constant(each: Comparison, field: FieldModel, entity: str, names: Names, imports: Imports) -> str:
    """A value as the Python object that the column is compared with."""
    if field.type == "enum":
        choices = imports.name(names.models(entity), names.choices(entity, each.field))
        return f"{choices}.{each.value.upper()}"
    if field.type == "date":
        year, month, day = map(int, each.value.split("-"))
        return f"{imports.name('datetime', 'date')}({year}, {month}, {day})"
    if "." in each.value:
        return f"{imports.name('decimal', 'Decimal')}({literal(each.value)})"
    return number(int(each.value))


def asked_areas(area: str, names: Names) -> set[str]:
    """The areas of which the rules of an area ask the caller's own rows."""
    found = set()
    for entity in names.areas[area]:
        for rule in row_rules(entity, names, alone=True).values():
            for each in rule.comparisons:
                own_row = profile(names.blueprint.entities, each.actor[0]) if each.actor is not None else None
                found |= {names.blueprint.area(own_row[0])} if own_row is not None else set()
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
