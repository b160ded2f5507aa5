"""Errors that nobody turns into an answer of the API."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import ErrorHandler, Purpose
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("Unexpected errors have no handler", Severity.LOW, cwe=(755,), owasp=("A09:2021", "API8:2023"))

WIDE = frozenset(["Exception", "BaseException", "HTTPException", "StarletteHTTPException", "500", "InternalServerError",
                  "SQLAlchemyError", "DatabaseError", "WerkzeugException"])  # fmt: skip
OWN = ("django", "drf", "ninja")
"""Frameworks that answer every error by themselves, in one form that an application rarely has to change."""
FIX = {
    "fastapi": "`@app.exception_handler(Exception)`: log with the stack, answer 500 as problem+json without it",
    "flask": "`@app.errorhandler(Exception)` (or `HTTPException` and 500): log with the stack, answer JSON without it",
}


def find(app: Application) -> Iterator[Seen]:
    """An application without a handler for what nobody expected."""
    judged = [each for each in app.apps if each.framework not in OWN]
    if not judged or not app.routes or any(_is_wide(each) for each in app.error_handlers):
        return
    if any(Purpose.ERRORS in each.purposes for each in app.middleware):
        return
    first = judged[0]
    some = sorted({error for each in app.error_handlers for error in each.errors})
    only = (
        f"only {', '.join(f'`{each}`' for each in some[:3])} is handled"
        if some
        else "no error handler is registered"
    )
    yield Seen(
        Place(first.place.path, first.place.line, first.place.line),
        f"{only}: whatever else fails in the {len(app.routes)} routes is answered in the framework's own form, and "
        "nothing makes sure that it is logged",
        Confidence.MEDIUM,
        fix=FIX.get(first.framework, FIX["fastapi"]),
        about="app",
    )


def _is_wide(handler: ErrorHandler) -> bool:
    return handler.is_general or any(error.rpartition(".")[2] in WIDE for error in handler.errors)
