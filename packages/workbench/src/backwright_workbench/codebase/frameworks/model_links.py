"""How tables hang together: what indexes say of columns, what relations say of each other.

What lives here: the steps after every table is known, the same for each ORM. What must not: how an ORM spells them.
"""

from dataclasses import dataclass, field

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Module
from backwright_workbench.codebase.facts.data import Model, Relation
from backwright_workbench.codebase.frameworks.sqlalchemy_columns import LOADING, constraint


def mark(model: Model) -> None:
    """Marks the columns with which an index begins; of a primary key of several columns only the first."""
    keys = [each for each in model.columns.values() if each.primary]
    for each in keys[:1]:
        each.indexed = True
        each.unique = each.unique or len(keys) == 1
    for each in model.columns.values():
        each.indexed = each.indexed or each.unique
    for index in model.indexes:
        first = model.column(index.columns[0]) if index.columns else None
        if first is not None:
            first.indexed = True
            first.unique = first.unique or (index.unique and len(index.columns) == 1)


def keys(model: Model, call: s.Call) -> None:
    """Marks the columns of a `PrimaryKeyConstraint`."""
    if call.name != "PrimaryKeyConstraint":
        return
    found = model.indexes[-1]
    for name in found.columns:
        column = model.column(name)
        if column is not None:
            column.primary = True
    ordered = [each for name in found.columns if (each := model.column(name))]
    rest = {key: each for key, each in model.columns.items() if each not in ordered}
    model.columns = {each.attribute: each for each in ordered} | rest


def foreign_keys(model: Model, call: s.Call) -> None:
    """What a `ForeignKeyConstraint([columns], [targets])` says."""
    own, other = call.argument(0, "columns"), call.argument(1, "refcolumns")
    if isinstance(own, s.Group) and isinstance(other, s.Group):
        for name, target in zip(own.items, other.items, strict=False):
            column = model.column(s.text_of(name) or "")
            if column is not None:
                column.foreign = column.foreign or s.text_of(target) or s.refers(target)


def index_apart(module: Module, call: s.Call, models: dict[str, Model]) -> None:
    """An index that is made beside its table: `Index("ix", User.email)`."""
    args = call.args[1:] if s.text_of(call.argument(0)) is not None else call.args
    for each in args:
        inner = next(
            (found for found in s.walk(each) if isinstance(found, s.Attribute) and found.refers), None
        )
        owner = inner.refers.rpartition(".")[0].removesuffix(".c") if inner else ""
        if owner in models:
            found = constraint(call, module.at(call))
            if found is not None:
                models[owner].indexes.append(found)
                mark(models[owner])
            return


@dataclass(slots=True)
class Links:
    """Relations whose other side is only known when every table is."""

    waiting: list[tuple[Model, Relation, s.Call]] = field(default_factory=list)

    def add(self, model: Model, relation: Relation, call: s.Call) -> None:
        """Takes in a relation with the call that makes it."""
        self.waiting.append((model, relation, call))

    def settle(self, models: dict[str, Model]) -> None:
        """Finds the targets of relations and foreign keys, which side holds many, and what `backref` adds."""
        names: dict[str, list[Model]] = {}
        for model in models.values():
            names.setdefault(model.name, []).append(model)
        for model in models.values():
            for column in model.columns.values():
                owner, _, name = column.foreign.rpartition(".")
                owner = owner.removesuffix(".c")
                if owner in models:
                    column.foreign = f"{models[owner].table}.{name}"
        for model, relation, call in self.waiting:
            target = _target(relation.target, model, models, names)
            relation.target = target.qualified if target else relation.target
            self._sides(model, relation, call, target)
            if target is not None:
                _backref(model, relation, call, target)

    def _sides(self, model: Model, relation: Relation, call: s.Call, target: Model | None) -> None:
        uselist = s.constant(call.keyword("uselist"))
        has_secondary = any(call.keyword(key) is not None for key in ("secondary", "link_model"))
        key = _key(model, call, target)
        if key and not has_secondary:
            relation.column = key
        if uselist is False:
            relation.many = False
        elif has_secondary or uselist is True:
            relation.many = True
        elif not relation.many and call.name != "Relationship":
            relation.many = not key


def _target(
    written: str, model: Model, models: dict[str, Model], names: dict[str, list[Model]]
) -> Model | None:
    if written in models:
        return models[written]
    found = names.get(written.rpartition(".")[2], [])
    near = [each for each in found if each.qualified.startswith(model.qualified.rpartition(".")[0])]
    return next(iter(near or found), None)


def _key(model: Model, call: s.Call, target: Model | None) -> str:
    """The foreign key on this side, by what the call names or else by where it leads."""
    given = call.keyword("foreign_keys")
    if given is not None:
        wanted = {s.last_name(each) for each in s.walk(given) if isinstance(each, s.Name | s.Attribute)}
        wanted |= {(s.text_of(each) or "").rpartition(".")[2].strip("]") for each in s.walk(given)}
        return next((name for name in model.columns if name in wanted), "")
    if target is None or (target is model and call.keyword("remote_side") is None):
        return ""
    for name, column in model.columns.items():
        if ".".join(column.foreign.split(".")[-2:]).startswith(f"{target.table}."):
            return name
    return ""


def _backref(model: Model, relation: Relation, call: s.Call, target: Model) -> None:
    given = call.keyword("backref")
    name = s.text_of(given.argument(0, "name")) if isinstance(given, s.Call) else s.text_of(given)
    if not name or name in target.relations:
        return
    is_secondary = call.keyword("secondary") is not None
    many, loading, column = is_secondary or not relation.many, "lazy", ""
    if isinstance(given, s.Call):
        loading = LOADING.get(str(s.constant(given.keyword("lazy"))), "lazy")
        many = many and s.constant(given.keyword("uselist")) is not False
    if not many:
        column = next(
            (key for key, each in target.columns.items() if each.foreign.startswith(f"{model.table}.")), ""
        )
    target.relations[name] = Relation(name, model.qualified, many, loading, relation.place, column)
