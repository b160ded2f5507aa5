"""A stand: a backend that answers, with what a check may ask of it.

What lives here: the value. What must not: how it came to be (`stands.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.gate import Gate
from backwright_workbench.verify.stand.server import Server


@dataclass(frozen=True, slots=True)
class Stand:
    """What answers at `url`. What a stand does not have is `None` or empty."""

    url: str
    document: Mapping[str, Any]
    """The OpenAPI document that it serves."""
    callers: Mapping[str, tuple[Caller, ...]]
    """Role → callers with it, each an account of its own; `""`: signed in, without a role."""
    anonymous: Caller
    engine: str = ""
    database: str | None = None
    """The URL of its database, past the gate."""
    server: Server | None = None
    gate: Gate | None = None
    """Between it and its database server; `None` on SQLite."""
    folder: Path | None = None
    """For what a check writes beside it."""
    settings: Mapping[str, str] = field(default_factory=dict)
    password: str = field(default="", repr=False)
    """That of every caller, to sign in anew; empty: nobody knows it."""

    def first(self, role: str) -> Caller:
        """The first caller with a role."""
        return self.callers[role][0]
