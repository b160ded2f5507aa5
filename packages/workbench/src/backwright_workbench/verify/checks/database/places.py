"""Where in the code a table or a column is declared.

What lives here: finding a line. What must not: what is said about it.
"""

from pathlib import Path


def declared_at(root: Path, table: str, column: str = "") -> str:
    """`src/shop/orders/models.py:31`; empty where no model of the service declares it."""
    for file in sorted(root.glob("src/**/*.py")):
        lines = file.read_text(errors="replace").splitlines()
        for number, line in enumerate(lines):
            if line.strip() == f'__tablename__ = "{table}"':
                return f"{file.relative_to(root)}:{_line(lines, number, column) + 1}"
    return ""


def _line(lines: list[str], start: int, column: str) -> int:
    for number in range(start + 1, len(lines)):
        if lines[number].startswith("class "):
            break
        if column and lines[number].strip().startswith(f"{column}: Mapped"):
            return number
    return start
