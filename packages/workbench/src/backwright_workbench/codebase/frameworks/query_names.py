"""Models and columns in the expressions of a query.

What lives here: which model or column an expression names. What must not: the methods of any library.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.data import Column, Model
from backwright_workbench.codebase.frameworks.query_scope import Scope

TRANSPARENT = frozenset({"c", "columns", "__table__", "_meta"})


def model_of(node: s.Node | None, scope: Scope) -> Model | None:
    """The model that an expression names: `User`, `models.User`, `users.c`, `cls`, `self.model`, an alias."""
    models = scope.reading.models
    match node:
        case s.Name(id=name, refers=""):
            alias = scope.aliases.get(name)
            if alias:
                return models.get(alias)
            return models.get(scope.kind(node)) if _holds_class(name, scope) else None
        case s.Name(refers=known):
            return _known(known, scope)
        case s.Attribute(refers=known) if known and _known(known, scope):
            return _known(known, scope)
        case s.Attribute(base=base, name=name) if name in TRANSPARENT:
            return model_of(base, scope)
        case s.Attribute(base=s.Name(id="self" | "cls"), name=name) if not node.refers:
            return models.get(scope.kind(node)) if "model" in name.lower() or name == "table" else None
        case s.Call(name="aliased" | "with_polymorphic" | "alias") if node.args:
            return model_of(node.args[0], scope)
        case s.Call(name="alias", callee=s.Attribute(base=base)):
            return model_of(base, scope)
        case s.Call(name="get_user_model"):
            return models.get(scope.reading.user_model)
    return None


def _known(known: str, scope: Scope) -> Model | None:
    found = scope.reading.models.get(known)
    if found is None and scope.reading.user_model:
        value = scope.reading.app.project.value(known)
        if isinstance(value, s.Call) and value.name == "get_user_model":
            return scope.reading.models.get(scope.reading.user_model)
    return found or _below(known, scope)


def _below(known: str, scope: Scope) -> Model | None:
    """The only model of that name in a package whose own file is missing: `app.models.User` of `app/models/user.py`."""
    package, _, name = known.rpartition(".")
    if not package or not name[:1].isupper() or package in scope.reading.app.project.modules:
        return None
    same = [each for each in scope.reading.named.get(name, ()) if each.qualified.startswith(f"{package}.")]
    return same[0] if len(same) == 1 else None


def _holds_class(name: str, scope: Scope) -> bool:
    """Whether a local name holds a class rather than a row: `cls`, or annotated as `type[…]`."""
    function = scope.function
    if function is None:
        return False
    if name == "cls":
        return True
    param = function.param(name)
    return (
        param is not None
        and isinstance(param.annotation, s.Item)
        and s.last_name(param.annotation) in ("type", "Type")
    )


def column_of(node: s.Node | None, scope: Scope) -> tuple[Model, str] | None:
    """The column (or relation) that an expression names: `User.email`, `users.c.email`, `users.c["email"]`."""
    match node:
        case s.Attribute(base=base, name=name):
            model = model_of(base, scope)
            if model is not None and name not in TRANSPARENT:
                column = model.column(name)
                return (model, column.attribute) if column else (model, name)
        case s.Item(base=s.Attribute(name="c" | "columns") as base, key=key):
            model = model_of(base, scope)
            text = s.text_of(key)
            if model is not None and text:
                return model, text
    return None


def columns_in(nodes: list[s.Expression], scope: Scope) -> Iterator[tuple[Model, str]]:
    """Every column that is named somewhere in the expressions; relations are not columns."""
    for node in s.walk(*nodes):
        if isinstance(node, s.Attribute | s.Item):
            found = column_of(node, scope)
            if found is not None and found[1] in found[0].columns:
                yield found


def full(model: Model, attribute: str) -> str:
    """`app.models.User.email`."""
    return f"{model.qualified}.{attribute}"


def is_key(model: Model, attribute: str) -> bool:
    """Whether there is one row at most for a value of it."""
    column: Column | None = model.columns.get(attribute)
    keys = [each for each in model.columns.values() if each.primary]
    return column is not None and (column.unique or (column.primary and len(keys) == 1))
