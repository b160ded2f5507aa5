"""A query while it is put together, link by link.

What lives here: chains of calls, and what is known so far of what one asks. What must not: how a library spells it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.data import Query

if TYPE_CHECKING:
    from backwright_workbench.codebase.frameworks.query_scope import Scope


@dataclass(slots=True, eq=False)
class Link:
    """A part of a chain: `.name(…)`, `.name`, `[key]` (its name is `[]`); `base` is all that stands before it."""

    name: str
    node: s.Expression
    base: s.Expression | None
    call: s.Call | None = None
    key: s.Expression | None = None


@dataclass(slots=True, eq=False)
class Chain:
    """`await session.query(A).filter(…).all()`: its links in the order of running; `root` is what it begins with."""

    root: s.Expression
    links: list[Link]
    is_awaited: bool

    @property
    def call(self) -> s.Call | None:
        """The outermost call."""
        return next((link.call for link in reversed(self.links) if link.call is not None), None)


def chain_of(node: s.Expression) -> Chain:
    """An expression taken apart into links."""
    links: list[Link] = []
    is_awaited = False
    while True:
        match node:
            case s.Awaited(value=inner):
                is_awaited = True
                node = inner
            case s.Call(callee=s.Attribute(base=base, name=name)):
                links.append(Link(name, node, base, call=node))
                node = base
            case s.Call(callee=s.Name(id=name)):
                links.append(Link(name, node, None, call=node))
                links.reverse()
                return Chain(node, links, is_awaited)
            case s.Call(callee=inner):
                links.append(Link("()", node, inner, call=node))
                node = inner
            case s.Attribute(base=base, name=name):
                links.append(Link(name, node, base))
                node = base
            case s.Item(base=base, key=key):
                links.append(Link("[]", node, base, key=key))
                node = base
            case _:
                links.reverse()
                return Chain(node, links, is_awaited)


Step = Callable[["Plan", Link, "Scope"], None]


@dataclass(slots=True, eq=False)
class Plan:
    """What is known of a query; `step` takes in the next link, in the words of its library."""

    step: Step
    kind: str = "select"
    via: str = "orm"
    models: list[str] = field(default_factory=list)
    filters: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    eager: list[str] = field(default_factory=list)
    limited: bool = False
    many: bool = False
    sql: str = ""
    is_built: bool = False
    is_async: bool = False
    has_run: bool = False
    is_part: bool = False
    """Whether it is only a part of another one: a subquery."""
    entity: str = ""
    """Full name of the model of which it gives rows; empty if it gives single columns."""
    is_tuples: bool = False
    """Whether its rows are tuples of what it asks for, rather than that."""
    is_one: bool = False
    """Whether its value is one row."""
    is_rows: bool = False
    """Whether its value is the rows themselves, so that what follows is no part of the query."""
    is_lazy: bool = False
    """Whether it asks by itself when somebody looks into it (a queryset), rather than when it is executed."""
    is_sorted: bool = False
    """Whether it says itself in which order its rows come."""
    call: s.Call | None = None
    in_loop: bool = False
    query: Query | None = None

    def copy(self) -> "Plan":
        """One that goes on from here without changing this one; it has asked nothing yet."""
        return replace(
            self,
            models=list(self.models),
            filters=list(self.filters),
            orders=list(self.orders),
            eager=list(self.eager),
            query=None,
        )

    def add_model(self, name: str) -> None:
        """A table that it asks."""
        if name and name not in self.models:
            self.models.append(name)

    def one(self, kind: str = "") -> None:
        """It gives one row at most."""
        self.limited, self.many, self.is_one, self.has_run, self.is_rows = True, False, True, True, True
        self.kind = kind or self.kind

    def all(self) -> None:
        """It gives a list of rows."""
        self.many, self.has_run, self.is_rows = True, True, True

    def done(self, kind: str) -> None:
        """It changes something, or counts."""
        self.kind, self.many, self.has_run, self.entity, self.is_rows = kind, False, True, "", True
        self.limited = self.limited or kind == "count"

    def either(self, other: "Plan") -> "Plan":
        """One that may be this one or the other, as after a branch: bounded only if both are."""
        found = self.copy()
        for mine, theirs in (
            (found.models, other.models),
            (found.filters, other.filters),
            (found.orders, other.orders),
            (found.eager, other.eager),
        ):
            mine += [each for each in theirs if each not in mine]
        found.limited = self.limited and other.limited
        found.is_built, found.sql = self.is_built or other.is_built, self.sql or other.sql
        return found

    def tell(self) -> None:
        """Puts what is known into the query, once there is one."""
        query = self.query
        if query is None:
            return
        query.kind, query.via = self.kind, self.via
        query.models, query.filters = tuple(self.models), tuple(dict.fromkeys(self.filters))
        query.orders, query.eager = tuple(dict.fromkeys(self.orders)), tuple(dict.fromkeys(self.eager))
        query.limited, query.many = self.limited, self.many
        query.sql, query.is_built = self.sql, self.is_built
        query.is_async = self.is_async
