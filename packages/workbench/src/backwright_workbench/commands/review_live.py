"""`backwright review PATH --database URL`: what a running database says of itself.

What lives here: asking, and making facts of the answers. What must not: statements, connections.
"""

from collections.abc import Generator

from backwright_workbench.codebase.facts.live import Live
from backwright_workbench.codebase.live import QUESTIONS, SCHEMAS
from backwright_workbench.commands.events import Event, Step
from backwright_workbench.workspace.live_schema import answers, dialect_of, without_password


def asked_for(url: str) -> Generator[Event, None, Live]:
    """The running database, read and never changed. Raises `UserError` if it cannot be asked."""
    step = Step("database", "Ask the database about itself")
    yield step.started()
    dialect = dialect_of(url)
    live = SCHEMAS[dialect](answers(url, QUESTIONS[dialect]))
    yield step.finished(f"{without_password(url)}: {len(live.tables)} tables")
    return live
