"""What is compared and in which order, in the keywords of Django.

What lives here: `filter(author__name__iexact=…)`, `Q(…)`, `order_by("-id")`, `select_related(…)` → columns. What must
not: chains of a queryset (`queries_django.py`).
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.data import Model
from backwright_workbench.codebase.frameworks.django_paths import end_of, loaded
from backwright_workbench.codebase.frameworks.query_names import is_key
from backwright_workbench.codebase.frameworks.query_plan import Plan
from backwright_workbench.codebase.frameworks.query_scope import Scope

LOOKUPS = frozenset(
    {"filter", "exclude", "get", "aget", "get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create"}
)  # fmt: skip


def lookups(plan: Plan, call: s.Call, scope: Scope, skip: int = 0) -> None:
    """Takes in what `filter`, `exclude` and the like compare."""
    model = scope.reading.models.get(plan.models[0]) if plan.models else None
    positive = call.name != "exclude"
    for keyword in call.keywords:
        if keyword.name and keyword.name not in ("defaults", "create_defaults"):
            is_value = not (
                isinstance(keyword.value, s.Call) and keyword.value.name in ("Subquery", "OuterRef", "F")
            )
            _lookup(plan, keyword.name, model, scope, positive and is_value)
    for each in call.args[skip:]:
        for inner in s.calls_in(each):
            if inner.name == "Q":
                for keyword in inner.keywords:
                    if keyword.name:
                        _lookup(plan, keyword.name, model, scope, False)


def _lookup(plan: Plan, path: str, model: Model | None, scope: Scope, sure: bool) -> None:
    end = end_of(path, model, scope.reading.models)
    plan.filters.append(end.name)
    if sure and end.model is model and model is not None and end.operator in ("", "exact"):
        plan.limited = plan.limited or is_key(model, end.attribute)
    for name in end.passed:
        plan.add_model(name)


def is_key_of(name: str, model: Model | None) -> bool:
    """Whether a path of names ends in the key of its model."""
    column = model.columns.get(name.rpartition(".")[2]) if model is not None else None
    return bool(column and column.primary) or name in ("pk", "id")


def orders(call: s.Call, model: Model | None, scope: Scope) -> list[str]:
    """The columns that an `order_by` names."""
    found = []
    for each in call.args:
        inner = (
            each.callee.base if isinstance(each, s.Call) and isinstance(each.callee, s.Attribute) else each
        )
        inner = inner.args[0] if isinstance(inner, s.Call) and inner.args else inner
        text = s.text_of(inner)
        if text and text != "?":
            found.append(end_of(text.lstrip("-+"), model, scope.reading.models).name)
    return found


def eager(call: s.Call, model: Model | None, scope: Scope) -> Iterator[str]:
    """The relations that are loaded along with the rows."""
    for each in call.args:
        text = s.text_of(each.args[0] if isinstance(each, s.Call) and each.args else each)
        yield from loaded(text, model, scope.reading.models) if text else ()
