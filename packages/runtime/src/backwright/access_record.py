"""The access matrix as a file that is kept beside the contract: `docs/access.json`.

What lives here: its text, the same for the same rules, one line for each thing that can change on its own. What must
not: collecting it (`access_matrix.py`), or comparing two of them.
"""

import json
from typing import Any, Final

DEPTHS: Final = {"routes": 1, "fields": 3, "rules": 2, "warnings": 1}
"""Part of the matrix → how many levels of it are spread over lines."""


def recorded(matrix: dict[str, Any]) -> str:
    """The matrix as JSON that people can read the difference of: sorted, a line for each route and field."""
    parts = [f" {_text(name)}: {_spread(matrix[name], DEPTHS.get(name, 0), 1)}" for name in matrix]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _spread(value: Any, depth: int, indent: int) -> str:
    if depth == 0 or not value:
        return _text(value)
    inner, end = " " * (indent + 1), " " * indent
    if isinstance(value, dict):
        lines = [
            f"{inner}{_text(key)}: {_spread(value[key], depth - 1, indent + 1)}" for key in sorted(value)
        ]
        return "{\n" + ",\n".join(lines) + f"\n{end}}}"
    return (
        "[\n" + ",\n".join(f"{inner}{_spread(each, depth - 1, indent + 1)}" for each in value) + f"\n{end}]"
    )


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
