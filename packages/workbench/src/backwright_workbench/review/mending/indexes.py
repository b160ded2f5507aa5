"""An index that a column gets: in a new revision of Alembic, where the project has it.

What lives here: the latest revision, and the text of the next. What must not: which columns need an index.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Module

TEXT = '''"""Indexes for columns that are searched.

Revision ID: {revision}
Revises: {head}
"""

from alembic import op

revision = "{revision}"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
{made}


def downgrade() -> None:
{gone}
'''


@dataclass(frozen=True, slots=True, order=True)
class NewIndex:
    """An index of one column, by the names that the database knows."""

    table: str
    column: str

    @property
    def name(self) -> str:
        """As SQLAlchemy calls it."""
        return f"ix_{self.table}_{self.column}"


def has_revisions(app: Application) -> bool:
    """Whether the project has revisions of Alembic."""
    return any(each.tool == "alembic" and each.revision for each in app.migrations)


def latest(app: Application) -> tuple[str, Module] | None:
    """The revision that none follows, with its module; None if there are several of them, or none."""
    modules: dict[str, Module] = {}
    followed: set[str] = set()
    for migration in app.migrations:
        module = app.project.paths.get(migration.path)
        if migration.tool != "alembic" or module is None:
            continue
        modules[migration.revision] = module
        for name, assign in module.assigned():
            if name in ("down_revision", "depends_on") and assign.value is not None:
                followed |= {
                    str(each.value)
                    for each in s.walk(assign.value)
                    if isinstance(each, s.Literal) and each.value
                }
    heads = [each for each in modules if each and each not in followed]
    return (heads[0], modules[heads[0]]) if len(heads) == 1 else None


def revision(app: Application, indexes: Sequence[NewIndex]) -> tuple[str, str] | None:
    """Path and text of a new revision that makes the indexes."""
    found = latest(app)
    if found is None or not re.fullmatch(r"[\w.-]+", found[0]):
        return None
    head, module = found
    wanted = sorted(set(indexes))
    number = hashlib.sha256(repr((head, wanted)).encode()).hexdigest()[:12]
    text = TEXT.format(
        revision=number,
        head=head,
        made="\n".join(f'    op.create_index("{e.name}", "{e.table}", ["{e.column}"])' for e in wanted),
        gone="\n".join(f'    op.drop_index("{e.name}", table_name="{e.table}")' for e in reversed(wanted)),
    )
    return f"{module.path.rpartition('/')[0]}/{number}_indexes.py".lstrip("/"), text
