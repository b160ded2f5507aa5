"""What functions reach: the queries in them, whom they call, and the ways from one to the other.

What lives here: indexes over the model that several rules need, built once for an application. What must not: any rule.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.data import Query
from backwright_workbench.review.finding import Step

DEEPEST = 3
"""Calls that are followed from one function into the next."""
RUNNERS = frozenset(
    ["execute", "executemany", "scalar", "scalars", "exec", "fetch", "fetchrow", "fetchval", "fetch_one", "fetch_all",
     "fetch_val", "fetchone", "fetchall", "all", "first", "one", "one_or_none", "scalar_one", "scalar_one_or_none",
     "get", "get_or_404", "first_or_404", "count", "paginate", "stream", "find", "find_one", "aggregate", "to_list"]
)  # fmt: skip
CACHES = frozenset(["lru_cache", "cache", "cached", "memoize", "cached_property", "cache_page", "alru_cache"])
BUILDING = frozenset(["select", "exists", "union", "union_all"])
EXECUTING = frozenset(
    ["execute", "scalars", "scalar", "scalar_one", "scalar_one_or_none", "exec", "stream", "stream_scalars", "all",
     "first", "one", "one_or_none", "get", "fetch", "fetch_all", "fetch_one", "fetchall", "fetchone", "paginate",
     "read_sql", "fetch_val", "run_sync", "query"]
)  # fmt: skip
LATER = re.compile(
    r"add_|register|route|connect|on_|subscribe|schedule|create_task|ensure_future|wraps|update_wrapper|partial"
)
"""Calls that keep a function for later."""


@dataclass(frozen=True, slots=True)
class Way:
    """From a function over calls to another: each call with the function in which it stands."""

    calls: tuple[tuple[Function, s.Call], ...]
    function: Function

    def steps(self) -> tuple[Step, ...]:
        """The calls as places on the way."""
        return tuple(
            Step(inside.at(call), f"calls `{s.written(call.callee)}`") for inside, call in self.calls
        )


class Reach:
    """Answers for one application; remembers what it found."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._queries: dict[Function, list[Query]] = {}
        self._callees: dict[Function, list[tuple[s.Call, Function]]] = {}
        self._below: dict[str, list[Class]] = {}
        for query in app.queries:
            if query.function is not None and not is_only_built(query):
                self._queries.setdefault(query.function, []).append(query)
        for each in app.project.classes.values():
            for name, _ in list(app.project.lineage(each))[1:]:
                self._below.setdefault(name, []).append(each)

    def queries(self, function: Function) -> list[Query]:
        """The queries that stand in a function, and in the functions that are defined and run in it."""
        found = list(self._queries.get(function, ()))
        for inner in function.functions:
            if _is_run(inner, function):
                found += self.queries(inner)
        return found

    def callees(self, function: Function) -> list[tuple[s.Call, Function]]:
        """The functions of the project that a function calls, with the calls; of an interface all that fulfil it."""
        known = self._callees.get(function)
        if known is None:
            known = []
            for node in function.walk():
                if isinstance(node, s.Call):
                    known += [(node, found) for found in self.called(node, function)]
            self._callees[function] = known
        return known

    def called(self, call: s.Call, function: Function | None) -> list[Function]:
        """What a call may run: the function, what overrides an abstract one, or the `__init__` of a class."""
        found = self._app.types.callee(call, function)
        if isinstance(found, Class):
            found = self._app.project.method(found, "__init__")
        if not isinstance(found, Function):
            return []
        if found.owner is not None and is_empty(found):
            over = [
                each.methods[found.name] for each in self._fulfil(found.owner) if found.name in each.methods
            ]
            return over or [found]
        return [found]

    def _fulfil(self, owner: Class) -> list[Class]:
        """The classes that inherit from one; for a protocol those that have all its methods."""
        below = self._below.get(owner.qualified)
        if below:
            return below
        wanted = {name for name in owner.methods if not name.startswith("__")}
        is_protocol = any(name.endswith(".Protocol") for name, _ in self._app.project.lineage(owner))
        if not is_protocol or not wanted:
            return []
        return [
            each
            for each in self._app.project.classes.values()
            if each is not owner and wanted <= each.methods.keys() and each.module.role == owner.module.role
        ]

    def ways(self, function: Function, depth: int = DEEPEST) -> Iterator[Way]:
        """The functions that a function reaches, nearest first, each once, with the way there; itself first."""
        seen = {function}
        waiting = [Way((), function)]
        while waiting:
            way = waiting.pop(0)
            yield way
            if len(way.calls) >= depth:
                continue
            run = [each for each in way.function.functions if _is_run(each, way.function)]
            for inside in (way.function, *run):
                for call, found in self.callees(inside):
                    if found not in seen and not is_cached(found):
                        seen.add(found)
                        waiting.append(Way((*way.calls, (inside, call)), found))


def reach_of(app: Application) -> Reach:
    """For `app.once`."""
    return Reach(app)


def is_empty(function: Function) -> bool:
    """Whether a function only says what others must do: `...`, `pass`, `raise NotImplementedError`."""
    return all(
        (isinstance(each, s.Other) and each.kind == "pass")
        or (isinstance(each, s.Do) and isinstance(each.value, s.Literal))
        or (isinstance(each, s.Raise) and "NotImplemented" in s.last_name(each.value))
        for each in function.body
    )


def is_run(query: Query) -> bool:
    """Whether a query is surely asked where it stands, not only put together there for somebody else."""
    return bool(query.models or query.sql) or query.via != "orm" or query.call.name in RUNNERS


def is_only_built(query: Query) -> bool:
    """Whether a statement is made (`select(…)`) in a function that executes nothing: others do."""
    if query.function is None or query.via == "sql":
        return False
    first = query.call
    while isinstance(first.callee, s.Attribute) and isinstance(first.callee.base, s.Call):
        first = first.callee.base
    is_own = isinstance(root := s.root_of(query.call), s.Name) and root.id == "self"
    if not is_own and not (isinstance(first.callee, s.Name) and first.name in BUILDING):
        return False
    return not any(call.name in EXECUTING for call in s.calls_in(*query.function.body))


def is_cached(function: Function) -> bool:
    """Whether it remembers what it gave back: by a decorator, or by looking into a cache first."""
    if any(s.last_name(each) in CACHES for each in function.decorators):
        return True
    return any(
        isinstance(node.callee, s.Attribute)
        and node.name in ("get", "get_or_set", "get_many", "aget")
        and "cache" in s.last_name(node.callee.base).lower()
        for node in s.calls_in(*function.body)
    )


def _is_run(inner: Function, function: Function) -> bool:
    """Whether a function that is defined in another runs with it, and is not registered for later or given back."""
    if inner.decorators:
        return False
    for call in s.calls_in(*function.body):
        if isinstance(call.callee, s.Name) and call.callee.id == inner.name:
            return True
        given = [*call.args, *(each.value for each in call.keywords)]
        if not LATER.match(call.name) and any(
            isinstance(each, s.Name) and each.id == inner.name for each in given
        ):
            return True
    return False
