"""Columns, indexes and relations as SQLAlchemy and SQLModel write them.

What lives here: one expression → one fact. What must not: which classes are models (`models_sqlalchemy.py`).
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.data import Column, Index, Relation
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.project import Project
from backwright_workbench.codebase.frameworks import column_types

COLUMNS = frozenset({"Column", "mapped_column", "MappedColumn"})
WRAPPERS = frozenset({"deferred", "column_property", "declared_attr", "deferred_column"})
RELATIONS = frozenset({"relationship", "relation", "Relationship", "dynamic_loader", "db_relationship"})
LIBRARIES = frozenset(
    {"sqlalchemy", "sqlmodel", "flask_sqlalchemy", "flask_sqlalchemy_lite", "gino", "databases"}
)
LOADING = {
    "joined": "eager", "selectin": "eager", "subquery": "eager", "immediate": "eager", "False": "eager",
    "raise": "raise", "raise_on_sql": "raise", "noload": "raise", "dynamic": "dynamic", "write_only": "dynamic",
}  # fmt: skip


def is_ours(call: s.Call, project: Project) -> bool:
    """Whether what is called can be of SQLAlchemy: imported from it, from an object of the project, or unknown."""
    known = call.refers
    base = known.rpartition(".")[0]
    if not known or known.partition(".")[0] in LIBRARIES or base in project.values:
        return True
    return (
        base.rpartition(".")[2] == "db" and project.definition(base) is None
    )  # made in a file that is not here


def column_call(node: s.Node | None, project: Project) -> s.Call | None:
    """The call that makes a column: itself, wrapped, or given back by a function of the project."""
    for _ in range(3):
        if not isinstance(node, s.Call):
            return None
        if node.name in COLUMNS and is_ours(node, project):
            return node
        if node.name in WRAPPERS:
            node = node.argument(0)
        else:
            maker = project.definition(node.refers)
            if not isinstance(maker, Function):
                return None
            node = next((each.value for each in maker.body if isinstance(each, s.Return)), None)
    return None


def column(call: s.Call, attribute: str, place: Place, project: Project) -> Column:
    """A column of a `Column(…)` or `mapped_column(…)`."""
    made = Column(attribute, attribute, "other", place)
    args = [each for each in call.args if not isinstance(each, s.Spread)]
    name = s.text_of(args[0]) if args else s.text_of(call.keyword("name"))
    if name:
        made.name = name
    for each in [*args, *(value for key in ("type_", "type") if (value := call.keyword(key)) is not None)]:
        _positional(each, made, project)
    made.primary = s.constant(call.keyword("primary_key")) is True
    made.unique = s.constant(call.keyword("unique")) is True
    made.indexed = made.unique or s.constant(call.keyword("index")) is True
    made.nullable = not made.primary and s.constant(call.keyword("nullable")) is not False
    return made


def _positional(node: s.Expression, made: Column, project: Project) -> None:
    name = s.last_name(node)
    if name == "ForeignKey" and isinstance(node, s.Call):
        made.foreign = foreign(node.argument(0, "column"), project)
        return
    if isinstance(node, s.Call) and name in (
        "Computed",
        "Identity",
        "Sequence",
        "CheckConstraint",
        "FetchedValue",
    ):
        return
    if isinstance(node, s.Name | s.Attribute | s.Call) and made.type == "other":
        made.type = column_types.word(name)
        if isinstance(node, s.Call):
            length = s.constant(node.argument(0, "length"))
            made.length = length if isinstance(length, int) and made.type in ("string", "text") else None


def foreign(node: s.Node | None, project: Project) -> str:
    """What a foreign key refers to: `users.id`; of `User.id` the full name of the class and the attribute."""
    text = s.text_of(node)
    if text is not None:
        return text
    if isinstance(node, s.Attribute):
        return node.refers or s.written(node)
    if isinstance(node, s.Name):
        found = s.text_of(project.value(node.refers)) if node.refers else None
        return found or node.refers
    if isinstance(node, s.Text) and node.parts:  # f"{SCHEMA}.users.id"
        last = s.text_of(node.parts[-1])
        return last.strip(".") if last else ""
    return ""


def names(nodes: list[s.Expression]) -> tuple[str, ...]:
    """The columns that an index or constraint names: texts, attributes, expressions of them."""
    found = []
    for each in nodes:
        text = s.text_of(each)
        if text is not None:
            found.append(text)
        elif isinstance(each, s.Name | s.Attribute):
            found.append(s.last_name(each))
        elif (
            isinstance(each, s.Call) and isinstance(each.callee, s.Attribute) and each.name in ("desc", "asc")
        ):
            inner = each.args[0] if each.args else each.callee.base
            found.append(s.text_of(inner) or s.last_name(inner))
        else:
            found.append("")  # an expression such as lower(email): it begins with no column
    return tuple(found)


def constraint(call: s.Call, place: Place) -> Index | None:
    """The index of an `Index`, `UniqueConstraint` or `PrimaryKeyConstraint`; None for other calls."""
    args = [each for each in call.args if not isinstance(each, s.Spread)]
    if call.name == "Index":
        if not args:
            return None
        is_unique = s.constant(call.keyword("unique")) is True
        return Index(names(args[1:]), is_unique, place, s.text_of(args[0]) or "")
    if call.name in ("UniqueConstraint", "PrimaryKeyConstraint"):
        return Index(names(args), True, place, s.text_of(call.keyword("name")) or "")
    return None


def table_arguments(node: s.Node | None, project: Project) -> Iterator[s.Call]:
    """The calls in `__table_args__`, whether a tuple, a list, a sum of them or what a function gives back."""
    if isinstance(node, s.Name | s.Attribute) and s.refers(node):
        node = project.value(s.refers(node))
    if isinstance(node, s.Group):
        for each in node.items:
            if isinstance(each, s.Call):
                yield each
            elif isinstance(each, s.Spread):
                yield from table_arguments(each.value, project)
    elif isinstance(node, s.Operation):
        for each in node.operands:
            yield from table_arguments(each, project)
    elif isinstance(node, s.Call):
        yield node


def relation(call: s.Call, name: str, annotation: s.Node | None, place: Place) -> Relation:
    """The relation of a `relationship(…)`; its target as it is written, `many` where something says so."""
    target = call.argument(0, "argument")
    if isinstance(target, s.Lambda):
        target = target.body
    written = s.text_of(target) or s.refers(target) or (s.written(target) if target is not None else "")
    _, _, many = column_types.annotated(annotation)
    if not written or written == "…":
        classes = column_types.classes_in(annotation)
        last = next(
            (
                each
                for each in reversed(classes)
                if (s.refers(each) or s.text_of(each)) and not _is_plain(each)
            ),
            None,
        )
        written = s.text_of(last) or s.refers(last)
    return Relation(name, written, many, loading(call), place)


def _is_plain(node: s.Node) -> bool:
    return s.last_name(node) in ("Mapped", "List", "list", "Optional", "Set", "set", "Union", "Sequence")


def loading(call: s.Call) -> str:
    """How its rows are loaded: of its `lazy=`."""
    if call.name == "dynamic_loader":
        return "dynamic"
    given = call.keyword("lazy")
    options = call.keyword("sa_relationship_kwargs")
    if given is None and isinstance(options, s.Pairs):
        pairs = zip(options.keys, options.values, strict=False)
        given = next((value for key, value in pairs if s.text_of(key) == "lazy"), None)
    return LOADING.get(str(s.constant(given)), "lazy")
