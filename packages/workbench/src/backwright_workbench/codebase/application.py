"""The files of a project → its application model.

What lives here: calling each reader in turn. What must not: any framework, any judgement.
"""

from collections.abc import Mapping

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.roles import role_of
from backwright_workbench.codebase.facts.types import Types
from backwright_workbench.codebase.python import load


def read_application(files: Mapping[str, str]) -> Application:
    """All that `files` (paths to texts, relative to the project) say; nothing is imported or executed."""
    project = load(files, role_of)
    app = Application(project, Types(project), dict(files))
    app.unread = {module.path: module.trouble for module in project.modules.values() if module.trouble}
    return app
