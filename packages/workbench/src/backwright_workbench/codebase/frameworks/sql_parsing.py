"""The door to the parser of SQL.

What lives here: a text → the trees of its statements. What must not: what the statements say.
"""

import logging
from typing import Any


def statements(text: str, dialect: str | None) -> list[Any]:
    """The statements of a text; none where it cannot be read.

    The parser is loaded when the first text comes: most projects have none. What it warns of is no concern of
    whoever reads a project.
    """
    import sqlglot
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    try:
        found = sqlglot.parse(text, dialect=dialect)
    except (SqlglotError, RecursionError, ValueError, AttributeError):
        return []
    return [each for each in found if each is not None]
