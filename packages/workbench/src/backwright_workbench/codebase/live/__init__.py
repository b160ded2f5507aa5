"""What a database answers about itself → facts, a file for each kind of database.

Each has `QUESTIONS` (statements that only read, by a name) and `schema_of(answers)`. What must not live here:
connections (`workspace/live_schema.py`).
"""

from collections.abc import Callable, Mapping
from typing import Any

from backwright_workbench.codebase.facts.live import Live
from backwright_workbench.codebase.live import mariadb, postgresql, sqlite

Answers = Mapping[str, list[dict[str, Any]]]
QUESTIONS: Mapping[str, Mapping[str, str]] = {
    "postgresql": postgresql.QUESTIONS,
    "mariadb": mariadb.QUESTIONS,
    "sqlite": sqlite.QUESTIONS,
}
SCHEMAS: Mapping[str, Callable[[Answers], Live]] = {
    "postgresql": postgresql.schema_of,
    "mariadb": mariadb.schema_of,
    "sqlite": sqlite.schema_of,
}
