"""What each link of a SQLAlchemy query adds to it: conditions, order, limits, loading, and how its rows are taken.

What lives here: methods of queries, statements and results. What must not: what begins a query.
"""

from collections.abc import Sequence

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.frameworks import sql_plans
from backwright_workbench.codebase.frameworks.query_names import column_of, columns_in, full, is_key, model_of
from backwright_workbench.codebase.frameworks.query_plan import Link, Plan
from backwright_workbench.codebase.frameworks.query_scope import Scope

CONDITIONS = frozenset({"filter", "where", "having", "filter_by"})
JOINS = frozenset({"join", "outerjoin", "select_from", "join_from", "outerjoin_from"})
LOADERS = frozenset(
    {"joinedload", "selectinload", "subqueryload", "contains_eager", "immediateload", "joinedload_all"}
)
ONE = frozenset(
    {"first", "one", "one_or_none", "scalar_one", "scalar_one_or_none", "scalar", "first_or_404", "one_or_404",
     "one_or_none_or_404", "fetchone", "get_or_404", "fetch_one", "fetchval"}
)  # fmt: skip
MANY = frozenset({"all", "fetchall", "fetchmany", "partitions", "tuples", "iterator", "yield_per", "to_list"})
PARTS = frozenset(
    {"subquery", "cte", "scalar_subquery", "as_scalar", "label", "exists", "alias", "lateral", "any", "any_"}
)  # fmt: skip
AGGREGATES = frozenset({"count", "sum", "avg", "max", "min", "coalesce", "exists", "bool_or", "total"})


def selecting(args: Sequence[s.Expression], scope: Scope) -> Plan:
    """The plan of `select(…)` or `query(…)` with these arguments."""
    items = [inner for each in args for inner in (each.items if isinstance(each, s.Group) else [each])]
    plan = Plan(step)
    for at, each in enumerate(items):
        model = model_of(each, scope)
        if model is not None:
            plan.add_model(model.qualified)
            if at == 0:
                plan.entity = model.qualified
                plan.is_tuples = len(items) > 1
            continue
        other = scope.value(each, scope.in_loop)
        if other is not None and other.query is None:
            plan.filters += other.filters
            plan.limited = plan.limited or other.kind == "select"
        for node in s.walk(each):
            named = column_of(node, scope) if isinstance(node, s.Attribute | s.Item) else None
            inner = (
                named[0]
                if named
                else model_of(node, scope)
                if isinstance(node, s.Name | s.Attribute)
                else None
            )
            if inner is not None:
                plan.add_model(inner.qualified)
    functions = [each for each in items if isinstance(each, s.Call) and _aggregate(each)]
    if items and len(functions) == len(items):
        plan.limited = True
        plan.kind = "count" if any("count" in _names(each) for each in functions) else plan.kind
    return plan


def _names(call: s.Call) -> set[str]:
    return {each.name for each in s.calls_in(call)}


def _aggregate(call: s.Call) -> bool:
    return bool(_names(call) & AGGREGATES)


def filters(nodes: Sequence[s.Expression], plan: Plan, scope: Scope) -> list[str]:
    """The columns that conditions compare; notes whether they leave one row at most."""
    for node in nodes:
        _keys(node, plan, scope)
        sql_plans.inside(node, plan, scope)
    return [full(model, name) for model, name in columns_in(list(nodes), scope)]


def _keys(node: s.Expression, plan: Plan, scope: Scope) -> None:
    """A condition that names one row: `User.id == x`, alone or joined to others with `and`."""
    if isinstance(node, s.Operation) and node.operator == "==":
        for side, other in ((node.operands[0], node.operands[-1]), (node.operands[-1], node.operands[0])):
            found = column_of(side, scope)
            if found is not None and is_key(*found) and column_of(other, scope) is None:
                plan.limited = plan.limited or found[0].qualified == (plan.models or [""])[0]
    elif isinstance(node, s.Operation) and node.operator in ("and", "&"):
        for each in node.operands:
            _keys(each, plan, scope)
    elif isinstance(node, s.Call) and node.name == "and_":
        for each in node.args:
            _keys(each, plan, scope)


def step(plan: Plan, link: Link, scope: Scope) -> None:
    """Takes in the next link."""
    name, call = link.name, link.call
    if name == "[]":
        _item(plan, link)
    elif call is None:
        return
    elif name in CONDITIONS:
        _conditions(plan, name, call, scope)
    elif name in JOINS:
        _join(plan, call, scope)
    elif name == "order_by":
        plan.orders += [full(model, column) for model, column in columns_in(call.args, scope)]
        for each in call.args:
            sql_plans.inside(each, plan, scope)
    elif name == "group_by":
        plan.limited = False
        plan.kind = "select" if plan.kind == "count" else plan.kind
    elif name in ("limit", "slice", "fetch"):
        plan.limited = True
    elif name == "options":
        for each in call.args:
            plan.eager += eager(each, scope)
    elif name in ("with_entities", "with_only_columns", "add_columns", "values", "returning"):
        _columns(plan, name, call, scope)
    elif name in ("scalars", "unique", "mappings", "columns", "execution_options", "params", "bindparams"):
        plan.is_tuples = plan.is_tuples and name != "scalars"
        plan.entity = "" if name in ("mappings", "columns") else plan.entity
    else:
        _taken(plan, name, call, scope)


def _taken(plan: Plan, name: str, call: s.Call, scope: Scope) -> None:
    """How its rows are taken."""
    changes = plan.kind in ("insert", "update", "delete")
    if name in PARTS:
        plan.is_part = True
        plan.has_run = plan.has_run and name != "exists"
    elif name in ("get", "get_or_404") and not plan.has_run:
        plan.one("get")
    elif name in ONE:
        plan.is_tuples = plan.is_tuples and name not in ("scalar", "scalar_one", "scalar_one_or_none")
        plan.limited = True
        plan.has_run, plan.many, plan.is_one, plan.is_rows = True, False, True, True
    elif name in ("count", "rowcount"):
        plan.done("count")
    elif name in ("delete", "update") and not plan.has_run:
        plan.done(name)
    elif name == "paginate":
        plan.limited, plan.entity = True, ""
        plan.all()
    elif name in MANY and not changes:
        plan.limited = plan.limited or name == "fetchmany"
        plan.all()
    elif name in ("union", "union_all", "except_", "intersect"):
        for each in call.args:
            other = scope.value(each, scope.in_loop)
            plan.filters += other.filters if other else []


def _item(plan: Plan, link: Link) -> None:
    """`query[:10]`, `query[0]`."""
    if plan.query is None:
        plan.limited = plan.limited or not isinstance(link.key, s.Range) or link.key.high is not None
        plan.has_run, plan.is_rows = True, True
        plan.is_one = not isinstance(link.key, s.Range)
        plan.many = not plan.is_one


def _conditions(plan: Plan, name: str, call: s.Call, scope: Scope) -> None:
    plan.filters += filters(call.args, plan, scope)
    if name != "filter_by":
        return
    model = scope.reading.models.get(plan.entity or (plan.models[0] if plan.models else ""))
    for keyword in call.keywords:
        if model is None:
            plan.filters += [keyword.name] if keyword.name else []
            continue
        if not keyword.name:
            continue
        relation = model.relations.get(keyword.name)
        column = model.column(relation.column) if relation and relation.column else model.column(keyword.name)
        attribute = column.attribute if column else keyword.name
        plan.filters.append(full(model, attribute))
        plan.limited = plan.limited or is_key(model, attribute)


def _join(plan: Plan, call: s.Call, scope: Scope) -> None:
    for each in call.args:
        model = model_of(each, scope)
        if model is not None:
            plan.add_model(model.qualified)
            continue
        named = column_of(each, scope)
        relation = named[0].relations.get(named[1]) if named else None
        if relation is not None:
            plan.add_model(relation.target)
        plan.filters += [full(owner, column) for owner, column in columns_in([each], scope)]


def _columns(plan: Plan, name: str, call: s.Call, scope: Scope) -> None:
    if name in ("with_entities", "with_only_columns"):
        other = selecting(call.args, scope)
        plan.limited, plan.kind = (
            plan.limited or other.limited,
            other.kind if plan.kind == "select" else plan.kind,
        )
        plan.entity = other.entity
    elif name == "add_columns":
        plan.is_tuples = True


def eager(node: s.Expression | None, scope: Scope) -> list[str]:
    """The relations that loader options name."""
    found: list[str] = []
    if node is None:
        return found
    for call in s.calls_in(node):
        if call.name in LOADERS:
            for each in call.args:
                named = column_of(each, scope)
                text = s.text_of(each)
                found += [full(*named)] if named else [text] if text else []
    return found


def executed(plan: Plan, name: str) -> None:
    """A statement has been handed to a session or connection by this method."""
    plan.has_run = True
    if plan.kind in ("insert", "update", "delete"):
        plan.is_tuples = True
    elif name in ("scalar", "fetch_one", "fetch_val"):
        plan.one()
    elif name == "fetch_all":
        plan.entity = ""
        plan.all()
    elif name == "iterate":
        plan.entity, plan.many = "", True
    elif name in ("execute", "stream"):
        plan.is_tuples = True
