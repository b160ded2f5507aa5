"""Which fields with rights in them a caller may set through an input.

What lives here: comparing inputs with the columns of models. What must not: where inputs are stored.
"""

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class
from backwright_workbench.codebase.facts.data import Model
from backwright_workbench.review.access.inputs import Input
from backwright_workbench.review.access.people import is_account, is_granting, is_privilege

MONEY = ("balance", "credits", "credit", "wallet_balance", "account_balance")
STATE = ("is_verified", "verified", "email_verified", "is_email_verified", "is_approved", "approved")


def schema_fields(app: Application, owner: Class) -> dict[str, bool]:
    """The fields that a schema takes in, inherited ones too, with whether only the server sets them."""
    found: dict[str, bool] = {}
    known = app.schemas.get(owner.qualified)
    if known is not None:
        found = {each.name: each.read_only for each in known.fields}
    for _, each in app.project.lineage(owner):
        inherited = app.schemas.get(each.qualified) if each is not None else None
        if inherited is not None:
            for item in inherited.fields:
                found.setdefault(item.name, item.read_only)
        elif each is not None and known is None:
            for name, _ in each.assigned():
                found.setdefault(name, False)
    return found


def is_dangerous(name: str, model: Model | None) -> bool:
    """Whether a field of a model is nothing for a caller to choose."""
    if model is not None and not is_account(model):
        return name.lower() in MONEY or name.lower() in ("is_admin", "is_superuser", "is_staff")
    return is_granting(name) or name.lower() in (*MONEY, *STATE)


def let_in(app: Application, given: Input, model: Model | None) -> list[str]:
    """The fields with rights or money in them that an input may set on a model."""
    if given.only is not None:
        names = set(given.only)
    elif given.schema is not None:
        fields = schema_fields(app, given.schema)
        known = app.schemas.get(given.schema.qualified)
        names = {name for name, fixed in fields.items() if not fixed}
        if known is not None and known.allows_extra and model is not None:
            names |= set(model.columns)
    else:
        names = set(model.columns) if model is not None else set()
        return sorted(n for n in names if is_privilege(n) and n not in given.without)
    if model is not None:
        names &= {*model.columns, *model.relations}
    return sorted(name for name in names if is_dangerous(name, model) and name not in given.without)
