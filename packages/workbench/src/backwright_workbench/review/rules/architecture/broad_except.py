"""Handlers that take every exception and go on as if nothing had happened."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.review.finding import Confidence, Seen, Severity, Step
from backwright_workbench.review.rule import About

ABOUT = About("Every exception is caught", Severity.MEDIUM, cwe=(396, 755), owasp=("A09:2021",))

EVERYTHING = frozenset(["builtins.Exception", "builtins.BaseException"])
LOUD = frozenset(["exception", "critical", "capture_exception", "print_exc", "format_exc", "exc_info",
                  "record_exception"])  # fmt: skip
ANSWERS = re.compile(r"http|abort|api|response|denied|forbidden|not_?found|validation", re.I)
"""Exceptions that are answers; others go on as what happened, in other words."""
COLLECTING = frozenset(["append", "add", "put", "put_nowait", "extend", "appendleft"])
TIDYING = frozenset(
    ["close", "aclose", "wait_closed", "unsubscribe", "disconnect", "shutdown", "terminate", "kill", "stop", "cancel",
     "join", "unlink", "rmtree", "remove", "cleanup", "rollback", "release", "quit", "logout", "dispose"]
)  # fmt: skip
"""What is done to get rid of something: if that fails, it is gone already."""
WORDS = frozenset(
    ["str", "repr", "print", "format", "type", "jsonify", "dumps", "isinstance", "log", "debug", "info", "warning",
     "error", "Response", "JSONResponse", "HTTPException", "abort", "flash", "make_response", "echo"]
)  # fmt: skip
"""Calls that use the words of an exception only."""
FIX = "catch the exceptions that are expected here by name, and let the others reach the error handler, which logs them"


def find(app: Application) -> Iterator[Seen]:
    """Each handler after which nobody learns what happened; of those that log its words, one place for a file."""
    answering = {route.handler for route in app.routes if route.handler is not None}
    logged: dict[str, list[tuple[Standing[s.Attempt], s.Handler]]] = {}
    for standing in app.nodes(s.Attempt):
        if _is_tidying(standing.node.body):
            continue
        for handler in standing.node.handlers:
            what = _everything(handler)
            if not what or _raises(handler) or _tells(handler) or _is_last(handler) or _hands_on(handler):
                continue
            if _logs(handler) and standing.function not in answering:
                logged.setdefault(standing.module.path, []).append((standing, handler))
            else:
                yield _seen(standing, handler, what)
    for found in logged.values():
        (standing, handler), *others = found
        many = f", as do {len(others)} more of this file" if others else ""
        also = tuple(Step(each.module.at(one), "does the same") for each, one in others)
        yield Seen(
            standing.module.at(handler),
            f"{_everything(handler)} logs what an exception says, not where it comes from, and goes on{many}",
            Confidence.MEDIUM,
            Severity.LOW,
            fix="log it with its stack (`logger.exception`), or catch by name what is expected here",
            also=also,
            about="logs the words only",
        )


def _seen(standing: Standing[s.Attempt], handler: s.Handler, what: str) -> Seen:
    return Seen(
        standing.module.at(handler),
        f"{what} {_then(handler)}: a mistake in the code looks like {_like(handler)}",
        Confidence.MEDIUM if _logs(handler) else Confidence.HIGH,
        Severity.LOW if _logs(handler) else None,
        fix=FIX,
        cause=f"{standing.module.name} {_then(handler)}",
    )


def _is_tidying(body: list[s.Statement]) -> bool:
    """Whether only something is closed or taken away, which may be gone already."""
    values = [
        each.value.value if isinstance(each.value, s.Awaited) else each.value
        for each in body
        if isinstance(each, s.Do)
    ]
    return len(values) == len(body) > 0 and all(
        isinstance(value, s.Call) and value.name in TIDYING for value in values
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
            made = each.value
            if isinstance(made, s.Call) and not ANSWERS.search(made.name) and _speaks_of(handler, made):
                return True
    return False


def _hands_on(handler: s.Handler) -> bool:
    """Whether the exception itself goes to somebody: `future.set_exception(error)`, `errors.append(error)`.

    Not where only its words are used, in an answer or in the log.
    """
    for node in s.walk(*handler.body):
        match node:
            case s.Call() if node.name in COLLECTING and _speaks_of(handler, node):
                return True
            case s.Call(args=args) if node.name not in WORDS and any(_is_it(each, handler) for each in args):
                return True
            case s.Keyword(name=name, value=value) if name not in ("detail", "error", "message") and _is_it(
                value, handler
            ):
                return True
            case s.Assign(targets=[s.Attribute() | s.Item()], value=value) if _is_it(value, handler):
                return True
            case s.Assign(value=s.Group(items=items)) if any(_is_it(each, handler) for each in items):
                return True
    return False


def _speaks_of(handler: s.Handler, node: s.Node) -> bool:
    return bool(handler.name) and any(
        _is_it(each, handler) for each in s.walk(node) if isinstance(each, s.Name)
    )


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
        and any(isinstance(each, s.Name) and each.id == handler.name for each in s.walk(call))
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
