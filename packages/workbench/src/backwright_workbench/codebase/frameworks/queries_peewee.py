"""Queries of Peewee and Tortoise, which ask through their models.

What lives here: which chains are queries, and what their links add. What must not: Django, whose paths Tortoise shares.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.data import Model
from backwright_workbench.codebase.frameworks import sql_plans
from backwright_workbench.codebase.frameworks.django_paths import end_of, loaded
from backwright_workbench.codebase.frameworks.query_names import columns_in, full, is_key, model_of
from backwright_workbench.codebase.frameworks.query_plan import Chain, Link, Plan
from backwright_workbench.codebase.frameworks.query_scope import Scope

BEGINS = {
    "select": "select", "all": "select", "filter": "select", "get": "select", "get_or_none": "select",
    "get_by_id": "get", "first": "select", "exclude": "select", "create": "insert", "insert": "insert",
    "insert_many": "insert", "bulk_create": "insert", "update": "update", "delete": "delete", "get_or_create": "insert",
    "delete_by_id": "delete", "update_or_create": "insert", "raw": "select", "exists": "count", "count": "count",
    "annotate": "select", "delete_instance": "delete", "save": "update",
}  # fmt: skip
ONE = frozenset(
    {"get", "get_or_none", "first", "get_by_id", "scalar", "last", "earliest", "latest", "get_or_create"}
)
NAMES = frozenset(BEGINS)
ROWS = frozenset({"save", "delete", "delete_instance"})


def start(chain: Chain, scope: Scope) -> tuple[Plan, int] | None:
    """The plan of a chain that a model of Peewee or Tortoise begins, and the number of the link that comes next."""
    for at, link in enumerate(chain.links):
        if link.call is None or link.name not in BEGINS or link.base is None:
            continue
        model = model_of(link.base, scope)
        if model is None and link.name in ROWS:
            model = scope.reading.models.get(scope.kind(link.base))
        if model is None or model.orm not in ("peewee", "tortoise"):
            continue
        plan = Plan(step, BEGINS[link.name], models=[model.qualified], entity=model.qualified, is_lazy=True)
        _begin(plan, link, link.call, model, scope)
        return plan, at + 1
    return None


def _begin(plan: Plan, link: Link, call: s.Call, model: Model, scope: Scope) -> None:
    if link.name == "select":
        columns = [name for _, name in columns_in(call.args, scope)]
        plan.entity = "" if columns else plan.entity
        for each in call.args:
            other = model_of(each, scope)
            plan.add_model(other.qualified if other else "")
    elif link.name == "raw":
        plan.entity = ""
        for each in call.args[:1]:
            found = sql_plans.of_text(each, scope, step)
            if found is not None:
                plan.sql, plan.is_built, plan.via = found.sql, found.is_built, "sql"
    else:
        _conditions(plan, call, model, scope)
    if link.name in ONE:
        plan.one("get" if link.name == "get_by_id" else "")
    elif plan.kind == "insert" or link.name in ROWS or link.name.endswith("_by_id"):
        is_statement = link.name in ("insert", "insert_many") or (
            model.orm == "peewee" and link.name == "delete"
        )
        if not is_statement:
            plan.done(plan.kind)
            plan.limited = link.name in ROWS


def _conditions(plan: Plan, call: s.Call, model: Model, scope: Scope) -> None:
    plan.filters += [full(owner, name) for owner, name in columns_in(call.args, scope)]
    for each in call.args:
        sql_plans.inside(each, plan, scope)
        for node in s.walk(each):
            if isinstance(node, s.Operation) and node.operator == "==":
                named = next(iter(columns_in(node.operands[:1], scope)), None)
                plan.limited = plan.limited or (named is not None and named[0] is model and is_key(*named))
            elif isinstance(node, s.Call) and node.name == "Q":
                plan.filters += [
                    end_of(word.name, model, scope.reading.models).name for word in node.keywords if word.name
                ]
    if call.name in ("update", "create", "insert", "get_or_create", "update_or_create"):
        return  # what is set, not what is compared
    for keyword in call.keywords:
        if keyword.name:
            end = end_of(keyword.name, model, scope.reading.models)
            plan.filters.append(end.name)
            plan.limited = plan.limited or (
                end.model is model and not end.operator and is_key(model, end.attribute)
            )


def step(plan: Plan, link: Link, scope: Scope) -> None:
    """Takes in the next link."""
    name, call = link.name, link.call
    model = scope.reading.models.get(plan.models[0]) if plan.models else None
    if name == "[]":
        plan.limited = plan.limited or not isinstance(link.key, s.Range) or link.key.high is not None
    elif call is None or model is None:
        return
    elif name in ("where", "filter", "exclude", "having"):
        _conditions(plan, call, model, scope)
    elif name in ("join", "switch", "join_from", "left_outer_join"):
        for each in call.args:
            other = model_of(each, scope)
            plan.add_model(other.qualified if other else "")
        plan.filters += [full(owner, column) for owner, column in columns_in(call.args[1:], scope)]
    elif name == "order_by":
        plan.orders += [full(owner, column) for owner, column in columns_in(call.args, scope)]
        plan.orders += [
            end_of(t.lstrip("-"), model, scope.reading.models).name for a in call.args if (t := s.text_of(a))
        ]
    elif name in ("limit", "paginate"):
        plan.limited = True
    elif name in ("prefetch_related", "select_related", "fetch_related", "prefetch"):
        for each in call.args:
            text = s.text_of(each)
            plan.eager += list(loaded(text, model, scope.reading.models)) if text else []
    elif name in ("dicts", "tuples", "namedtuples", "values", "values_list"):
        plan.entity = ""
    elif name == "execute":
        if plan.kind == "select":
            plan.all()
        else:
            plan.done(plan.kind)
    elif name in ("count", "exists"):
        plan.done("count")
    elif name in ONE:
        _conditions(plan, call, model, scope)
        plan.one()
    elif name in ("update", "delete"):
        plan.done(name)
