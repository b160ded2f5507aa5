"""Applications and routers as values: what hangs where, and the way from one to the other.

What lives here: plain facts. What must not: finding them (`hubs.py`).
"""

from dataclasses import dataclass, field

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function, Module
from backwright_workbench.codebase.facts.values import Rows
from backwright_workbench.codebase.facts.web import Guard


@dataclass(slots=True, eq=False)
class Mount:
    """Where a hub hangs: on another hub, under a prefix, behind guards."""

    parent: "Hub"
    prefix: str
    guards: list[Guard]


@dataclass(slots=True, eq=False)
class Hub:
    """An application or router; `name` is its full dotted name."""

    name: str
    kind: str
    """app or router."""
    call: s.Call
    module: Module
    function: Function | None
    prefix: str = ""
    guards: list[Guard] = field(default_factory=list)
    mounts: list[Mount] = field(default_factory=list)


@dataclass(slots=True)
class Way:
    """A way from an application to a hub: all prefixes and guards that lie on it."""

    prefix: str
    guards: list[Guard]
    app: str
    is_reachable: bool


@dataclass(slots=True)
class Spot:
    """A call with where it stands; `rows` are the names that a written-out loop binds there."""

    call: s.Call
    module: Module
    function: Function | None
    rows: Rows
