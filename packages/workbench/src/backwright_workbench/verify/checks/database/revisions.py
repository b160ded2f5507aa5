"""The revisions of a service's migrations, read without running them.

What lives here: files to values, and what can be seen in them. What must not: a database.
"""

import ast
from dataclasses import dataclass
from pathlib import Path

from backwright_workbench.verify.outcome import Fault

_NOTHING = (ast.Pass, ast.Raise)


@dataclass(frozen=True, slots=True)
class Revision:
    """One file."""

    name: str
    before: tuple[str, ...]
    path: str
    """Relative to the project."""
    down: int | None
    """The line of its `downgrade`; `None` if it has none."""
    is_empty: bool
    """Whether that does nothing, or refuses."""
    says: str
    """What its docstring says."""

    @property
    def place(self) -> str:
        """Where to look first."""
        return f"{self.path}:{self.down or 1}"


def revisions(root: Path) -> list[Revision]:
    """All of them, oldest first as far as they follow each other."""
    found = [each for path in sorted(root.glob("migrations/versions/*.py")) if (each := _read(root, path))]
    order: list[Revision] = []
    while found:
        known = {each.name for each in order}
        following = [each for each in found if set(each.before) <= known] or found[:1]
        order += following
        found = [each for each in found if each not in following]
    return order


def _read(root: Path, path: Path) -> Revision | None:
    tree = ast.parse(path.read_text())
    named = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    if "revision" not in named:
        return None
    before = ast.literal_eval(named["down_revision"]) if "down_revision" in named else None
    down = next(
        (each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == "downgrade"), None
    )
    body = [] if down is None else [each for each in down.body if not _is_text(each)]
    return Revision(
        str(ast.literal_eval(named["revision"])),
        () if before is None else (before,) if isinstance(before, str) else tuple(before),
        str(path.relative_to(root)),
        None if down is None else down.lineno,
        all(isinstance(each, _NOTHING) for each in body),
        "" if down is None else ast.get_docstring(down) or "",
    )


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def written(found: list[Revision]) -> list[Fault]:
    """What is wrong with the files themselves: more than one end, or a way down that is missing."""
    referred = {name for each in found for name in each.before}
    heads = [each for each in found if each.name not in referred]
    faults = [
        Fault(
            f"there are {len(heads)} newest revisions: {', '.join(each.name for each in heads)}",
            place=heads[-1].path,
            why="nobody can tell what the newest schema is, and `migrate up` stops",
            next_step="let one of them follow the other, or join them with `alembic merge`",
        )
    ] * (len(heads) > 1)
    faults += [
        Fault(
            f"revision {each.name} cannot be taken back: its downgrade "
            + ("is missing" if each.down is None else "does nothing"),
            place=each.place,
            why="a release that fails cannot be taken back without restoring a backup",
            next_step="undo there what upgrade does, in the opposite order",
        )
        for each in found
        if each.is_empty
    ]
    return faults
