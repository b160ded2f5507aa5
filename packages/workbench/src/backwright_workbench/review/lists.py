"""Lists of rows that functions give back, as long as the table is.

What lives here: following queries to what a function returns, over calls. What must not: any rule, any page.
"""

from dataclasses import dataclass

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.data import Query
from backwright_workbench.review.answers import given_back
from backwright_workbench.review.finding import Step
from backwright_workbench.review.reach import DEEPEST, Reach, is_cached, reach_of

BOUNDED = frozenset(
    ["in_", "group_by", "annotate_by", "in_bulk", "aggregate", "distinct_on", "any_", "paginate_queryset"]
)
"""Links of a chain after which the rows are as many as somebody named, or as groups there are."""
ENDS = frozenset(["$limit", "$group", "$count", "$sample"])
"""Steps of a pipeline of MongoDB after which the documents are few."""
STREAMED = frozenset(
    ["StreamingResponse", "StreamingHttpResponse", "stream_with_context", "Paginator", "paginate", "paginate_queryset",
     "get_paginated_response", "paginator"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    """A query whose rows a function gives back, all of them, and the calls in between."""

    query: Query
    steps: tuple[Step, ...]


class Lists:
    """Answers for one application; remembers what it found."""

    def __init__(self, app: Application) -> None:
        self._reach: Reach = app.once(reach_of)
        self._found: dict[Function, Rows | None] = {}

    def of(self, function: Function, depth: int = DEEPEST) -> Rows | None:
        """The first query of which a function gives back every row; None if there is none."""
        if function in self._found:
            return self._found[function]
        self._found[function] = None
        found = self._own(function) or (self._below(function, depth) if depth else None)
        self._found[function] = found
        return found

    def _own(self, function: Function) -> Rows | None:
        if streams(function):
            return None
        asked = [each for each in self._reach.queries(function) if is_endless(each)]
        if not asked:
            return None
        nodes = given_back(function)
        read = {s.written(each) for each in nodes if isinstance(each, s.Name | s.Attribute)}
        return next((Rows(each, ()) for each in asked if each.call in nodes or _cursor(each) in read), None)

    def _below(self, function: Function, depth: int) -> Rows | None:
        if streams(function):
            return None
        callees = [(call, found) for call, found in self._reach.callees(function) if found is not function]
        if not callees:
            return None
        nodes = given_back(function) - _repeated(function)
        for call, callee in callees:
            if call in nodes and not is_cached(callee):
                found = self.of(callee, depth - 1)
                if found is not None:
                    return Rows(
                        found.query,
                        (Step(function.at(call), f"calls `{s.written(call.callee)}`"), *found.steps),
                    )
        return None


def _repeated(function: Function) -> set[s.Node]:
    """What a function does for each row: the tags of an article do not make a list of articles endless."""
    found: set[s.Node] = set()
    for node in function.walk():
        if isinstance(node, s.Each):
            found |= set(s.walk(node.element))
        elif isinstance(node, s.Loop):
            found |= set(s.walk(*node.body))
    return found


def _cursor(query: Query) -> str:
    """The cursor that holds the rows after a text was executed; a word that is none if the call itself gives them."""
    callee = query.call.callee
    return s.written(callee.base) if query.via == "sql" and isinstance(callee, s.Attribute) else "…"


def lists_of(app: Application) -> Lists:
    """For `app.once`."""
    return Lists(app)


def is_endless(query: Query) -> bool:
    """Whether a query gives as many rows as there are."""
    if query.kind != "select" or not query.many or query.limited:
        return False
    if query.via == "document":
        return not any(s.text_of(each) in ENDS for each in s.walk(query.call))
    sql = query.sql.upper()
    if " GROUP BY " in sql or " LIMIT " in sql or " FETCH " in sql:
        return False
    for call in s.calls_in(query.call):
        if call.name in BOUNDED or any(each.name.endswith("__in") for each in call.keywords):
            return False
    return True


def streams(function: Function) -> bool:
    """Whether a function sends row by row, or in pages."""
    return any(isinstance(node, s.Call) and node.name in STREAMED for node in function.walk())
