"""Where migrations end and where a database stands, without Alembic.

What lives here: the two questions that a serving process asks. What must not: running migrations (`migrations.py`),
whose machinery a process that only serves should not load.
"""

import ast
import sqlite3
from collections.abc import Iterator
from pathlib import Path


class MigrationError(Exception):
    """The migrations cannot be run as they are. The message says what to do."""


def head(folder: Path) -> str | None:
    """The newest revision among the files in `folder`; `None` if there is none. Raises `MigrationError` for several."""
    if not (folder / "env.py").exists():
        raise MigrationError(
            f"There are no migrations in {folder.absolute()}. Run the command where pyproject.toml is, "
            "or set MIGRATIONS."
        )
    revisions: set[str] = set()
    followed: set[str] = set()
    for path in sorted((folder / "versions").glob("*.py")):
        names = _names(path)
        revisions.update(names.get("revision", ()))
        followed.update(names.get("down_revision", ()))
    heads = sorted(revisions - followed)
    if len(heads) > 1:
        raise MigrationError(
            f"The migrations end in {len(heads)} heads: {', '.join(heads)}. "
            "Set down_revision of the newer one to the other, so that there is one order."
        )
    return heads[0] if heads else None


def current(path: Path) -> str | None:
    """The revision that a database file is at; `None` before the first migration. On a connection of its own."""
    probe = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1)
    try:
        found = probe.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    finally:
        probe.close()
    return None if found is None else str(found[0])


def _names(path: Path) -> dict[str, tuple[str, ...]]:
    """The revision that a file makes and those that it follows, read and not run."""
    found: dict[str, tuple[str, ...]] = {}
    for name, node in _assigned(ast.parse(path.read_text(encoding="utf-8")).body):
        if name in ("revision", "down_revision"):
            value = ast.literal_eval(node)
            found[name] = (value,) if isinstance(value, str) else tuple(value or ())
    return found


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """The names that a module gives values to, written one by one or side by side."""
    for node in body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=False)
                yield from ((each.id, value) for each, value in pairs if isinstance(each, ast.Name))
