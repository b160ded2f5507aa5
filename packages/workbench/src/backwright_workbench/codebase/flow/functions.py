"""A function from its parameters to its answers.

What lives here: what parameters hold at the start, what returning means, the summary for callers. What must not:
statements.
"""

import re
from collections.abc import Callable

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function, Parameter
from backwright_workbench.codebase.flow import sources
from backwright_workbench.codebase.flow.entries import injected
from backwright_workbench.codebase.flow.frame import MOST_HITS, Analysis, Entry, Frame, Summary
from backwright_workbench.codebase.flow.values import EMPTY, NOTHING, Origin, Taint, Trail, Value, union

FORMATTING = re.compile(
    r"format_.*error|error_format|exception_handler|handle_\w*(error|exception)|error_handler"
)
"""Functions whose result is an answer to something that failed."""
HANDLING = re.compile(r"exception_handler|handle_\w*(error|exception)")
ERRORS = frozenset(["exc", "exception", "error", "err", "e"])
TEXT_METHODS = frozenset(
    [
        "format",
        "join",
        "get",
        "strip",
        "replace",
        "upper",
        "lower",
        "title",
        "capitalize",
        "decode",
        "str",
        "getvalue",
    ]
)
Run = Callable[[Frame, list[s.Statement]], None]


def summarised(analysis: Analysis, function: Function, outer: Frame | None, run: Run) -> Summary:
    """What callers have to know of a function; nothing if it is nested too deeply."""
    frame = Frame(analysis, function.module, function, outer=outer)
    entry = analysis.entries.get(function)
    try:
        for at, param in enumerate(function.params):
            frame.env[param.name] = _start(frame, function, entry, at, param)
        run(frame, function.body)
        _answers(frame, function, entry)
    except RecursionError:
        return Summary()
    made = Summary(union(*frame.returns), list(frame.hits.values()), list(frame.stores)[:MOST_HITS])
    _checks(frame, function, made)
    return made


def _start(frame: Frame, function: Function, entry: Entry | None, at: int, param: Parameter) -> Value:
    """What a parameter holds at the start."""
    analysis = frame.analysis
    project = analysis.app.project
    if at == 0 and function.owner is not None and not _is_static(function):
        is_class = any(s.last_name(each) == "classmethod" for each in function.decorators)
        return EMPTY if is_class else Value(what=f"self:{function.owner.qualified}")
    if sources.is_request(param, project) or (entry is not None and param.name == "info"):
        return Value(what="request")
    errors = analysis.error_parameters.get(function)
    if errors is not None:
        return Value(
            (Taint(Origin("error", errors), Trail(function.head, f"`{param.name}` is what went wrong")),)
        )
    if param.name in ERRORS and HANDLING.search(function.name):
        return Value(
            (Taint(Origin("error", "Exception"), Trail(function.head, f"`{param.name}` is what went wrong")),)
        )
    if _is_command(function):
        return EMPTY
    provider = injected(param.default, param.annotation)
    if provider is not None:
        return _provided(frame, provider)
    if sources.is_plain(param.annotation, project):
        return EMPTY
    source = entry.sources.get(param.name) if entry is not None else None
    if source is None and function.qualified in analysis.providers and not param.name.startswith("_"):
        source = "query"
    if source is not None:
        if entry is not None and entry.types.get(param.name, "") in sources.PLAIN:
            return EMPTY
        clean = NOTHING
        is_object = source in ("json", "body", "argument") and s.refers(param.annotation) != "builtins.str"
        origin = Origin("request", function.qualified, source, (param.name,))
        return Value((Taint(origin, clean=clean, raw=is_object),))
    return Value((Taint(Origin("parameter", function.qualified, "", (param.name,))),))


def _is_command(function: Function) -> bool:
    """Whether a person calls it at a terminal."""
    return any(
        s.last_name(each) in ("command", "option", "argument", "group")
        or s.refers(each).startswith(("click.", "typer."))
        for each in function.decorators
    )


def _is_static(function: Function) -> bool:
    return any(s.last_name(each) == "staticmethod" for each in function.decorators)


def _provided(frame: Frame, provider: s.Expression) -> Value:
    """What an injected function gives back."""
    found = frame.analysis.app.project.functions.get(s.refers(provider))
    summary = frame.analysis.summaries.get(found) if found is not None else None
    if summary is None:
        return EMPTY
    return (
        summary.returns
        if all(each.origin.kind == "request" for each in summary.returns.all_taints())
        else EMPTY
    )


def _checks(frame: Frame, function: Function, made: Summary) -> None:
    """What a caller knows of the arguments once the function has returned, or returned something true."""
    through = not function.body or not isinstance(function.body[-1], s.Return | s.Raise)
    for param in function.params:
        origin = Origin("parameter", function.qualified, "", (param.name,))
        true: list[frozenset[str]] = []
        every = [frame.trusted.get(origin, NOTHING)] if through else []
        for node, _, trusted in frame.answered:
            kinds = trusted.get(origin, NOTHING)
            every.append(kinds)
            if s.constant(node.value) not in (None, False) and node.value is not None:
                before, frame.trusted = frame.trusted, {}
                frame.trust(frame.analysis.checked(frame, node.value, True))
                kinds, frame.trusted = kinds | frame.trusted.get(origin, NOTHING), before
                true.append(kinds)
        if true and (shared := frozenset.intersection(*true)):
            made.checks[param.name] = shared
        if every and (shared := frozenset.intersection(*every)):
            made.assures[param.name] = shared


def _is_view_method(frame: Frame, function: Function) -> bool:
    """Whether it answers a method of HTTP for a class of views."""
    if function.owner is None or function.name not in ("get", "post", "put", "patch", "delete"):
        return False
    return frame.analysis.app.project.inherits(
        function.owner, "*.Resource", "*View", "*.HTTPEndpoint", "*.RequestHandler"
    )


def _is_text(value: s.Expression | None) -> bool:
    """Whether what is returned is a text, as far as one can see: not what some function makes."""
    if isinstance(value, s.Group) and value.items:
        value = value.items[0]
    if not isinstance(value, s.Call):
        return True
    return value.name in TEXT_METHODS and (isinstance(value.callee, s.Attribute) or value.name == "str")


def _is_called(frame: Frame, function: Function) -> bool:
    """Whether the project calls it itself: then its result is where it is called, and perhaps kept."""
    called = frame.analysis.app.once(_called_names)
    return function.name in called


def _called_names(app: Application) -> frozenset[str]:
    return frozenset(each.node.name for each in app.nodes(s.Call))


def _answers(frame: Frame, function: Function, entry: Entry | None) -> None:
    """What a handler returns goes to the caller."""
    is_handler = (
        entry is not None
        or function in frame.analysis.error_parameters
        or (FORMATTING.search(function.name) is not None and not _is_called(frame, function))
        or _is_view_method(frame, function)
    )
    for node, value, _ in frame.answered:
        if is_handler:
            frame.danger("answer", value, node, "return")
        if entry is not None and entry.returns_page:
            first = value.parts.get("0", EMPTY) if isinstance(node.value, s.Group) and value.parts else value
            if first.parts is None and _is_text(node.value):
                frame.danger("page", first, node, "return")
