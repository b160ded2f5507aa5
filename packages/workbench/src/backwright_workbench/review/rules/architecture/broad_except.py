"""Handlers that take every exception and go on as if nothing had happened."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("Every exception is caught", Severity.MEDIUM, cwe=(396, 755), owasp=("A09:2021",))

EVERYTHING = frozenset(["builtins.Exception", "builtins.BaseException"])
LOUD = frozenset(["exception", "critical", "capture_exception", "print_exc", "record_exception"])
WORDS = frozenset(
    ["str", "repr", "print", "format", "type", "jsonify", "dumps", "isinstance", "log", "debug", "info", "warning",
     "error", "Response", "JSONResponse", "HTTPException", "abort", "flash", "make_response", "echo"]
)  # fmt: skip
"""Calls that use the words of an exception only."""
FIX = "catch the exceptions that are expected here by name, and let the others reach the error handler, which logs them"


def find(app: Application) -> Iterator[Seen]:
    """Each `except:`, `except Exception` and `except BaseException` after which nobody learns what happened."""
    for standing in app.nodes(s.Attempt):
        for handler in standing.node.handlers:
            what = _everything(handler)
            if what and not (_raises(handler) or _tells(handler) or _is_last(handler) or _hands_on(handler)):
                yield Seen(
                    standing.module.at(handler),
                    f"{what} {_then(handler)}: a mistake in the code looks like {_like(handler)}",
                    Confidence.MEDIUM if _logs(handler) else Confidence.HIGH,
                    Severity.LOW if _logs(handler) else None,
                    fix=FIX,
                    cause=f"{standing.module.name} {_then(handler)}",
                )


def _everything(handler: s.Handler) -> str:
    if not handler.types:
        return "a bare `except`"
    for each in handler.types:
        if s.refers(each) in EVERYTHING:
            return f"`except {s.last_name(each)}`"
    return ""


def _raises(handler: s.Handler) -> bool:
    """Whether the exception goes on: `raise`, `raise error`, or as the cause of another."""
    for each in s.walk(*handler.body):
        if isinstance(each, s.Raise):
            names = {found.id for found in (each.value, each.cause) if isinstance(found, s.Name)}
            if each.value is None or handler.name in names:
                return True
    return False


def _hands_on(handler: s.Handler) -> bool:
    """Whether the exception itself goes to somebody: `future.set_exception(error)`, `errors.append(error)`.

    Not where only its words are used, in an answer or in the log.
    """
    for node in s.walk(*handler.body):
        match node:
            case s.Call(args=args) if node.name not in WORDS and any(_is_it(each, handler) for each in args):
                return True
            case s.Keyword(name=name, value=value) if name not in ("detail", "error", "message") and _is_it(
                value, handler
            ):
                return True
            case s.Assign(targets=[s.Attribute() | s.Item()], value=value) if _is_it(value, handler):
                return True
    return False


def _is_it(node: s.Expression | None, handler: s.Handler) -> bool:
    return bool(handler.name) and isinstance(node, s.Name) and node.id == handler.name


def _is_last(handler: s.Handler) -> bool:
    """A last line of defence that ends the process says so itself."""
    return any(call.refers in ("sys.exit", "os._exit", "builtins.exit") for call in s.calls_in(*handler.body))


def _tells(handler: s.Handler) -> bool:
    """Whether the exception is logged with what it was."""
    for call in s.calls_in(*handler.body):
        if call.name in LOUD or any(each.name == "exc_info" for each in call.keywords):
            return True
    return False


def _logs(handler: s.Handler) -> bool:
    """Whether it says at least what the exception said, though not where it came from."""
    return any(
        call.name in ("error", "warning", "info", "debug", "log", "print")
        and any(isinstance(each, s.Name) and each.id == handler.name for each in s.walk(*call.args))
        for call in s.calls_in(*handler.body)
    )


def _then(handler: s.Handler) -> str:
    body = handler.body
    if all(isinstance(each, s.Other) and each.kind in ("pass", "continue", "break") for each in body):
        return "swallows whatever happens"
    if any(isinstance(each, s.Return | s.Raise) for each in body):
        return "turns whatever happens into one answer"
    return "takes whatever happens"


def _like(handler: s.Handler) -> str:
    goes_on = all(not isinstance(each, s.Return | s.Raise) for each in handler.body)
    return "success" if goes_on else "the failure that was expected"
