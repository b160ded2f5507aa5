"""The files of a project → its application model.

What lives here: calling each reader in turn. What must not: any framework, any judgement.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Role
from backwright_workbench.codebase.facts.roles import role_of
from backwright_workbench.codebase.facts.types import Types
from backwright_workbench.codebase.frameworks import (
    backwright,
    dependencies,
    django,
    engines,
    fastapi,
    flask,
    forms,
    graphql,
    litestar,
    logs,
    migrations,
    models_django,
    models_other,
    models_sqlalchemy,
    outgoing,
    queries,
    schemas,
    settings,
)
from backwright_workbench.codebase.python import load

READERS: tuple[Callable[[Application], None], ...] = (
    dependencies.read,
    models_sqlalchemy.read,
    models_django.read,
    models_other.read,
    migrations.read,
    queries.read,
    settings.read,
    engines.read,
    outgoing.read,
    logs.read,
    schemas.read,
    forms.read,
    backwright.read,
    fastapi.read,
    flask.read,
    litestar.read,
    django.read,
    graphql.read,
)
"""In this order: what asks for models stands after them."""


def read_application(
    files: Mapping[str, str],
    role: Callable[[str, str], Role] = role_of,
    failed: dict[str, str] | None = None,
) -> Application:
    """All that `files` (paths to texts, relative to the project) say; nothing is imported or executed.

    `role` tells from a path and a text what a file is for. A reader that fails is told in `failed` if that is given,
    and ends everything if not.
    """
    with _uncollected():
        declared = dependencies.declared(files)
        project = load(files, role, external=declared)
        app = Application(project, Types(project), dict(files), dependencies=declared)
        app.unread = {module.path: module.trouble for module in project.modules.values() if module.trouble}
        for read in READERS:
            try:
                read(app)
            except Exception as error:
                if failed is None:
                    raise
                failed[f"the reader {read.__module__.rpartition('.')[2]}"] = (
                    f"{type(error).__name__}: {error}"
                )
            app.types.forget()
    routes = Counter(each.framework for each in app.routes)
    app.frameworks.sort(key=lambda each: -routes[each])
    return app


@contextmanager
def _uncollected() -> Iterator[None]:
    """Python's collector stands still, as nothing made here becomes garbage: it takes two fifths of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
