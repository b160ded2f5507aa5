"""Queries of Django: managers, querysets, related managers, shortcuts, rows that are saved.

What lives here: which chains are queries, and what their links add. What must not: other ORMs.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.data import Model
from backwright_workbench.codebase.facts.project import Project
from backwright_workbench.codebase.frameworks import sql_plans
from backwright_workbench.codebase.frameworks.django_lookups import (
    LOOKUPS,
    eager,
    is_key_of,
    lookups,
    orders,
)
from backwright_workbench.codebase.frameworks.query_names import full, model_of
from backwright_workbench.codebase.frameworks.query_plan import Chain, Link, Plan
from backwright_workbench.codebase.frameworks.query_scope import Scope

KINDS = {
    "create": "insert", "acreate": "insert", "bulk_create": "insert", "abulk_create": "insert",
    "create_user": "insert", "create_superuser": "insert", "acreate_user": "insert",
    "update": "update", "aupdate": "update", "bulk_update": "update", "abulk_update": "update",
    "delete": "delete", "adelete": "delete", "count": "count", "acount": "count", "exists": "count",
    "aexists": "count", "aggregate": "count", "aaggregate": "count", "contains": "count", "acontains": "count",
}  # fmt: skip
ONE = frozenset({"first", "last", "latest", "earliest", "afirst", "alast", "alatest", "aearliest"})
LAZY = frozenset(
    {"all", "filter", "exclude", "order_by", "annotate", "values", "values_list", "select_related", "prefetch_related",
     "only", "defer", "distinct", "using", "none", "raw", "extra", "alias", "reverse", "iterator", "aiterator", "union",
     "select_for_update", "dates", "datetimes", "in_bulk", "intersection", "difference"}
)  # fmt: skip
METHODS = LOOKUPS | frozenset(KINDS) | ONE | LAZY
CHANGES = {
    "save": "update",
    "asave": "update",
    "delete": "delete",
    "adelete": "delete",
    "refresh_from_db": "get",
    "arefresh_from_db": "get",
}
SHORTCUTS = frozenset({"get_object_or_404", "get_list_or_404", "aget_object_or_404", "aget_list_or_404"})
NAMES = METHODS | SHORTCUTS | frozenset(CHANGES) | {"objects"}
MANAGERS = frozenset({"objects", "_default_manager", "_base_manager", "all_objects"})


def start(chain: Chain, scope: Scope) -> tuple[Plan, int] | None:
    """The plan of a chain of Django, and the number of the link that comes next."""
    for at, link in enumerate(chain.links):
        following = chain.links[at + 1].name if at + 1 < len(chain.links) else ""
        if link.call is None:
            plan = _manager(link, following, scope)
        elif link.name in SHORTCUTS and link.call.refers.startswith("django."):
            plan = _shortcut(link.name, link.call, scope)
        elif link.name in CHANGES:
            plan = _change(link, link.call, scope)
        else:
            plan = None
        if plan is not None:
            return plan, at + 1
    return None


def plan_for(model: Model | None, written: str = "") -> Plan:
    """A queryset of all rows of a model."""
    name = model.qualified if model else written
    return Plan(step, models=[name] if name else [], entity=name, is_lazy=True)


def _manager(link: Link, following: str, scope: Scope) -> Plan | None:
    base = link.base
    model = model_of(base, scope)
    if link.name in MANAGERS or (
        model is not None and model.orm == "django" and _is_manager(model, link.name, scope)
    ):
        if model is None and isinstance(base, s.Attribute | s.Name) and following in METHODS:
            known = s.refers(base)
            if s.last_name(base) in ("cls", "__class__", "self"):
                model = scope.reading.models.get(scope.kind(base))
            if model is None and (known or "model" in s.last_name(base).lower()):
                return plan_for(None, known)
        if model is not None and model.orm == "django":
            return plan_for(model)
        return None
    if following not in METHODS and following not in ("add", "set", "remove", "clear"):
        return None
    return _related(link, following, scope)


def _is_manager(model: Model, name: str, scope: Scope) -> bool:
    project: Project = scope.reading.app.project
    found = project.attribute(model.owner, name) if model.owner else None
    value = found[1] if found else None
    if not isinstance(value, s.Call) or name in model.columns:
        return False
    return "Manager" in s.written(value) or "QuerySet" in s.written(value)


def _related(link: Link, following: str, scope: Scope) -> Plan | None:
    """`author.books.all()`, `post.comment_set.filter(…)`."""
    if link.base is None or (following in ("save", "get") and link.name in ("self", "data", "cleaned_data")):
        return None
    models = scope.reading.models
    owner = models.get(scope.kind(link.base))
    relation = owner.relations.get(link.name) if owner is not None and owner.orm == "django" else None
    if relation is not None and relation.many and owner is not None:
        other = models.get(relation.target)
        plan = plan_for(other, relation.target)
        for each in other.relations.values() if other is not None else ():
            if each.target == owner.qualified and each.column and other is not None:
                plan.filters = [full(other, each.column)]
        if following in ("add", "set", "remove", "clear"):
            plan.kind = "update"
        return plan
    if link.name.endswith("_set") and following in METHODS:
        name = link.name[:-4].replace("_", "")
        found = [
            each
            for each in scope.reading.models.values()
            if each.orm == "django" and each.name.lower() == name
        ]
        return plan_for(found[0]) if found else None
    return None


def _shortcut(name: str, call: s.Call, scope: Scope) -> Plan | None:
    first = call.argument(0, "klass")
    if first is None:
        return None
    given = scope.value(first, scope.in_loop)
    model = model_of(first, scope)
    plan = given.copy() if given is not None and given.query is None else plan_for(model, s.refers(first))
    lookups(plan, call, scope, skip=1)
    if "list" in name:
        plan.all()
    else:
        plan.one("get" if plan.limited else "")
    return plan


def _change(link: Link, call: s.Call, scope: Scope) -> Plan | None:
    """A row that is saved or deleted."""
    base = link.base
    if base is None or (isinstance(base, s.Call) and base.refers == "builtins.super"):
        return None
    model = scope.reading.models.get(scope.kind(base))
    if model is None or model.orm != "django":
        return None
    own = scope.function.name if scope.function else ""
    if isinstance(base, s.Name) and base.id == "self" and link.name == own:
        return None
    plan = Plan(step, CHANGES[link.name], models=[model.qualified])
    plan.done(plan.kind)
    plan.limited = True
    return plan


def step(plan: Plan, link: Link, scope: Scope) -> None:
    """Takes in the next link."""
    name, call = link.name, link.call
    model = scope.reading.models.get(plan.models[0]) if plan.models else None
    if name == "[]":
        _item(plan, link)
    elif call is None:
        return
    elif name in LOOKUPS:
        lookups(plan, call, scope)
        if name in ("get", "aget"):
            plan.one("get" if any(is_key_of(each, model) for each in plan.filters) else "")
        elif "create" in name:
            plan.one("insert")
            plan.entity = ""
    elif name in KINDS:
        plan.done(KINDS[name])
        plan.limited = plan.limited or name in ("exists", "aexists", "contains", "acontains")
        if KINDS[name] == "insert" and not name.startswith(("bulk", "abulk")) and model is not None:
            plan.entity, plan.is_one = model.qualified, True
    elif name in ONE:
        plan.orders += orders(call, model, scope)
        plan.one()
    elif name == "order_by":
        plan.orders = orders(call, model, scope)
        plan.is_sorted = True
    elif name in ("select_related", "prefetch_related"):
        plan.eager += list(eager(call, model, scope)) or ["*"]
    elif name in ("values", "values_list", "dates", "datetimes", "aggregate"):
        plan.entity = ""
    elif name == "none":
        plan.is_part = True  # it asks nothing
    elif name in ("raw", "extra"):
        _texts(plan, name, call, scope)
    elif name in ("add", "set", "remove", "clear"):
        plan.done("update")
    elif name in ("paginate_queryset", "get_page"):
        plan.limited = True
    elif name in ("as_manager", "first_or_none"):
        plan.one()
    elif name not in LAZY:
        _own(plan, link, call, model, scope)


def _own(plan: Plan, link: Link, call: s.Call, model: Model | None, scope: Scope) -> None:
    """A method of the project's own manager or queryset: what it does with the rows is not followed."""
    if link.name.startswith(("create", "acreate")):
        plan.done("insert")
    elif link.name.startswith(("get_", "find_one", "first_")):
        plan.one()


def _item(plan: Plan, link: Link) -> None:
    """`queryset[:10]` is a queryset still, `queryset[0]` a row."""
    if isinstance(link.key, s.Range):
        plan.limited = plan.limited or link.key.high is not None
    else:
        plan.one()


def _texts(plan: Plan, name: str, call: s.Call, scope: Scope) -> None:
    if name == "raw" and call.args:
        given = sql_plans.of_text(call.args[0], scope, step)
        if given is not None:
            plan.sql, plan.is_built, plan.via = given.sql, given.is_built, "sql"
            plan.filters += given.filters
            plan.limited = plan.limited or given.limited
        return
    for keyword in call.keywords:
        for node in s.walk(keyword.value):
            if isinstance(node, s.Text | s.Operation | s.Call):
                sql_plans.inside(node, plan, scope)
