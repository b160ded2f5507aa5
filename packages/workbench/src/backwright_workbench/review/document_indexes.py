"""Collections of documents that are searched, and no index is made for them anywhere.

What lives here: bringing queries of documents and the places of their collections together. What must not: tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Role
from backwright_workbench.codebase.facts.data import Query
from backwright_workbench.codebase.facts.place import Place

MAKERS = (
    "create_index",
    "create_indexes",
    "ensure_index",
    "createIndex",
    "create_search_index",
    "init_beanie",
)
KEYS = frozenset(["_id", "id"])
PATTERNS = frozenset(["$regex", "$text", "$where", "$lookup"])


@dataclass(slots=True)
class Searched:
    """A collection with the fields that queries compare and order by."""

    name: str
    place: Place
    filters: dict[str, Query] = field(default_factory=dict)
    orders: dict[str, Query] = field(default_factory=dict)


def searched(app: Application) -> Iterator[Searched]:
    """The collections of a project that makes no index at all."""
    if app.calls(*MAKERS) or any("create_index" in text for text in app.files.values()):
        return
    found: dict[str, Searched] = {}
    for query in app.queries:
        function = query.function
        if query.via != "document" or query.kind != "select" or not query.models or function is None:
            continue
        if function.module.role is not Role.CODE or query.models[0] in app.models:
            continue
        known = function.module.imports.get(query.models[0], f"{function.module.name}.{query.models[0]}")
        made = found.setdefault(known, Searched(query.models[0], _place(app, known, query)))
        if any(s.text_of(each) in PATTERNS for each in s.walk(query.call)):
            continue
        fields = [name.partition(".")[2] for name in query.filters]
        if not KEYS & set(fields):
            for each in fields:
                made.filters.setdefault(each, query)
            for name in query.orders if not fields else ():
                made.orders.setdefault(name.partition(".")[2], query)
    yield from found.values()


def _place(app: Application, known: str, query: Query) -> Place:
    """Where the collection gets its name, or else where it is first searched."""
    made = app.project.values.get(known)
    if not made:
        return query.place
    module, assign = made[-1]
    return module.at(assign)
