"""What the pages of a written service show as tables and diagrams.

What lives here: Markdown and Mermaid made from the blueprint. What must not: running text (templates).
"""

from collections.abc import Iterable, Iterator, Sequence

from backwright_workbench.blueprint.model import USER, Entity, FieldModel, Grants
from backwright_workbench.blueprint.rows import only_path
from backwright_workbench.codegen.columns import DECIMAL_PLACES, STRING_MAX, TEXT_MAX
from backwright_workbench.codegen.names import Names, column, on_delete
from backwright_workbench.codegen.suite.rights import Rights
from backwright_workbench.codegen.tenancy import indexes_of, is_unique_alone, unique_groups

VERBS = ("read", "create", "update", "delete", "act")


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars within cells are escaped."""
    found = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
    found += [f"| {' | '.join(cell.replace('|', chr(92) + '|') or '-' for cell in row)} |" for row in rows]
    return "\n".join(found)


def diagram(names: Names) -> str:
    """The entities and their references as a Mermaid diagram."""
    found = ["erDiagram"]
    for entity in names.ordered:
        declared = names.blueprint.entities[entity]
        found.append(f"    {names.table(entity)} {{")
        found.append("        id id PK")
        owner = names.blueprint.owner(entity)
        found += [f"        id {owner} FK"] if owner is not None else []
        for name, field in declared.fields.items():
            key = " FK" if field.type == "reference" else " UK" if field.unique else ""
            kind = "id" if field.type == "reference" else field.type
            found.append(f"        {kind} {column(name, declared)}{key}")
        found.append("    }")
    for entity in names.ordered:
        for name, field in names.blueprint.entities[entity].fields.items():
            if field.to is not None:
                found.append(
                    f"    {names.table(field.to)} {_cardinality(field)} {names.table(entity)} : {name}"
                )
    return "\n".join(found)


def _cardinality(field: FieldModel) -> str:
    return ("|o" if field.optional else "||") + "--" + ("o|" if field.unique else "o{")


def schema_tables(names: Names) -> list[tuple[str, str, str, str]]:
    """(table, what it is, its columns, its indexes) for each entity."""
    found = []
    for entity in names.ordered:
        declared = names.blueprint.entities[entity]
        owner, to = names.blueprint.owner(entity), names.blueprint.tenancy
        rows = (
            []
            if owner is None
            else [(f"`{owner}`", "reference", "no", f"→ `{names.table(to or '')}`; its owner")]
        )
        rows += [_column_row(name, field, declared, names) for name, field in declared.fields.items()]
        columns = markdown_table(("column", "type", "null", "rules"), rows)
        listed = [f"`({', '.join(index)})`" for index in indexes_of(entity, names)]
        listed += [
            f"unique `({column(name, declared)}{'_index' * field.encrypted})`"
            for name, field in declared.fields.items()
            if is_unique_alone(entity, names, unique=field.unique)
        ]
        listed += [
            f"`({name}_index)`"
            for name, field in declared.fields.items()
            if field.encrypted and name in declared.filters and not field.unique
        ]
        listed += [f"unique `({owner}, id)`"] if owner is not None else []
        listed += [f"unique `({', '.join(group)})`" for group in unique_groups(entity, names)]
        about = declared.description or f"{names.thing(entity).capitalize()}."
        found.append((names.table(entity), about, columns, ", ".join(listed) or "none beyond the key"))
    return found


def _column_row(name: str, field: FieldModel, declared: Entity, names: Names) -> tuple[str, str, str, str]:
    rules = []
    if field.type in ("string", "text"):
        rules.append(f"at most {field.max or (TEXT_MAX if field.type == 'text' else STRING_MAX)} characters")
    elif field.min is not None or field.max is not None:
        rules.append(
            f"{'any' if field.min is None else field.min} to {'any' if field.max is None else field.max}"
        )
    if field.type == "decimal":
        rules.append(f"{DECIMAL_PLACES if field.places is None else field.places} places")
    if field.values:
        rules.append("one of " + ", ".join(f"`{value}`" for value in field.values))
    if field.to is not None:
        rules.append(f"→ `{names.table(field.to)}`, on delete {on_delete(field).replace('_', ' ')}")
    if field.default is not None:
        rules.append(
            f"default `{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"
        )
    rules += [
        word
        for word, holds in (
            ("unique", field.unique),
            ("read only", field.read_only),
            ("encrypted", field.encrypted),
        )
        if holds
    ]
    if field.set == "actor":
        rules.append("whoever creates the row")
    if field.description:
        rules.append(field.description)
    return f"`{column(name, declared)}`", field.type, "yes" if field.optional else "no", "; ".join(rules)


def access_tables(names: Names) -> list[tuple[str, str]]:
    """(path, table of role by operation) for each entity."""
    found = []
    for entity in names.ordered:
        declared = names.blueprint.entities[entity]
        named = any(field.to == USER and field.set is None for field in declared.fields.values())
        verbs = (*VERBS, "refer") if named else VERBS
        rows = []
        for role in dict.fromkeys([*names.blueprint.roles, *declared.access]):
            grants = declared.access.get(role)
            rows.append((f"`{role}`", *(_grant(grants, verb, declared) for verb in verbs)))
        found.append((names.blueprint.path(entity), markdown_table(("role", *verbs), rows)))
    return found


def _grant(grants: object, verb: str, declared: Entity) -> str:
    if verb == "act" and not declared.actions:
        return ""
    if grants == "everything":
        return "all"
    given = getattr(grants, verb) if isinstance(grants, Grants) else None
    if given is None:
        return ""
    named = given.actions if verb == "act" else given.fields
    only = "" if named is None else ", ".join(f"`{name}`" for name in named)
    rows = "" if given.rows == "all" else _rows(given.rows)
    return "; ".join(part for part in (only, rows) if part) or "all"


def _rows(rows: str) -> str:
    path = only_path(rows)
    return f"own ({path})" if path is not None else f"`{rows}`"


def routes(names: Names) -> str:
    """The routes of every resource: those that some role may use, for there are no others."""
    return markdown_table(
        ("route", "what it does"), (row for each in names.ordered for row in _routes(each, names))
    )


def _routes(entity: str, names: Names) -> Iterator[tuple[str, str]]:
    declared, path, rights = (
        names.blueprint.entities[entity],
        names.blueprint.path(entity),
        Rights(entity, names),
    )
    yield f"`GET {path}`", f"{names.things(entity)}: page by page, {_queries(declared)}"
    if rights.somebody("create"):
        yield f"`POST {path}`", f"create {names.one(entity)}"
    yield f"`GET {path}/{{id}}`", f"one {names.thing(entity)}, with `ETag`"
    if rights.somebody("update"):
        yield f"`PATCH {path}/{{id}}`", "change some fields (merge patch), `If-Match` honoured"
    if rights.somebody("delete"):
        yield f"`DELETE {path}/{{id}}`", f"delete {names.one(entity)}"
    for name, action in declared.actions.items():
        if rights.somebody("act", name):
            yield f"`POST {path}/{{id}}/{name.replace('_', '-')}`", action.description or name
    if declared.bulk and rights.somebody("create"):
        yield f"`POST {path}/bulk`", f"create up to {declared.bulk} at once, all or none"
    if declared.attachments:
        says = "add a file; `GET` lists, `…/{attachment_id}/content` downloads"
        yield f"`POST {path}/{{id}}/attachments`", says


def _queries(declared: Entity) -> str:
    parts = []
    if declared.filters:
        parts.append("filters " + ", ".join(f"`{column(name, declared)}`" for name in declared.filters))
    if declared.sorts:
        parts.append("`sort` by " + ", ".join(f"`{column(name, declared)}`" for name in declared.sorts))
    if declared.search:
        parts.append("`q` searches " + ", ".join(f"`{name}`" for name in declared.search))
    if declared.embeds:
        parts.append("`embed` takes " + ", ".join(f"`{name}`" for name in declared.embeds))
    return "; ".join(parts) or "newest first"


def states(names: Names) -> list[tuple[str, str]]:
    """(thing, Mermaid state diagram) for each entity with states."""
    found = []
    for entity in names.ordered:
        declared = names.blueprint.entities[entity]
        if declared.states is None:
            continue
        drawn = ["stateDiagram-v2", f"    [*] --> {declared.fields[declared.states.field].default}"]
        for start, ends in declared.states.moves.items():
            drawn += [f"    {start} --> {end}{_labels(declared, start, end)}" for end in ends]
        found.append((names.thing(entity), "\n".join(drawn)))
    return found


def _labels(declared: Entity, start: str, end: str) -> str:
    named = [
        name
        for name, action in declared.actions.items()
        if action.to == end and (not action.from_ or start in action.from_)
    ]
    return f": {', '.join(named)}" if named else ""
