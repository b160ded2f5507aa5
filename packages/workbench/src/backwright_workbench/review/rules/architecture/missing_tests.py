"""A backend that nothing tests."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Role
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.review.finding import Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("There are no tests", Severity.MEDIUM, cwe=(1059,))

FIX = "begin with one test for each route that writes, through the framework's test client and a database of its own"


def find(app: Application) -> Iterator[Seen]:
    """An application with routes, and no function or method anywhere that is called like a test."""
    if app.routes and not _tests(app):
        place = app.apps[0].place if app.apps else app.routes[0].place
        yield Seen(
            Place(place.path, place.line, place.line),
            f"nothing in this project tests its {len(app.routes)} routes: every change is tried out on its users",
            fix=FIX,
            about="app",
        )


def _tests(app: Application) -> bool:
    """Whether there is a test: in Python, or a collection of requests that is kept with its expectations."""
    for module in app.project.modules.values():
        named = module.role is Role.TEST
        for function in module.everything:
            if function.name.startswith("test") and (named or function.owner is not None):
                return True
    return any(path.endswith((".feature", ".robot", ".tavern.yaml", ".hurl")) for path in app.files)
