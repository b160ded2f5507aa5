"""The text of an exception goes to the caller."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.flow import Flow, flows
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.flowing import seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "The text of an exception goes to the caller",
    Severity.MEDIUM,
    cwe=(209,),
    owasp=("A05:2021", "API8:2023"),
)
FIX = (
    "answer with a text of your own, and keep the exception in the log: `logger.exception(…)`, then "
    '`{"error": "internal error"}`'
)
MEANT = re.compile(
    r"validation|jwt|token|signature|http_?exception|http404|not_?found|permission|does_?not_?exist|auth|forbidden"
    r"|badrequest|bad_request|unauthorized|schema|parse_?error|user_?error|click|client_?error|conflict|already|invalid"
    r"|unsupported|denied|expired|decode_?error|parser_?error|bad_?data",
    re.I,
)
"""Exceptions whose text is written for the caller."""
OWN_WORDS = frozenset(
    ["code", "status_code", "errno", "status", "description", "detail", "messages", "message_dict", "name", "__class__",
     "error_dict", "normalized_messages", "error_code", "error_type", "field", "user_message", "returncode", "headers"]
)  # fmt: skip
"""Attributes of an exception that are no text of the inside."""
GENERAL = frozenset(["Exception", "BaseException", "500", "traceback"])
INSIDE = re.compile(
    r"sql|database|integrity|operational|programming|data_?error|os_?error|io_?error|environment|connect|timeout|http"
    r"|url|key_?error|type_?error|attribute|name_?error|import|module|memory|index_?error|runtime|process|boto|smtp"
    r"|socket|ssl|redis|mongo|psycopg|pymysql|asyncpg|peewee|celery|kafka|elastic|file|client|service|server|unicode",
    re.I,
)
"""Exceptions whose text is about what the service runs on; others with a status of 4xx are about what was sent."""
INTENDED = frozenset(
    ["ValueError", "LookupError", "AssertionError", "PermissionError", "NotImplementedError"]
)
"""What a service raises with words of its own; with a status of 4xx it is an answer, not an accident."""


def find(app: Application) -> Iterator[Seen]:
    """Answers that hold an exception, its text or a traceback."""
    for flow in flows(app):
        if flow.kind != "answer" or flow.origin != "error" or not flow.caught:
            continue
        if (flow.path and flow.path[-1] in OWN_WORDS) or _is_answer(flow):
            continue
        names = [each for each in flow.caught.split(",") if each]
        telling = [each for each in names if _tells(app, each, _status(flow))]
        if telling:
            caught = "the traceback" if flow.caught == "traceback" else f"the text of `{_short(telling[0])}`"
            confidence = Confidence.HIGH if _short(telling[0]) in GENERAL else Confidence.MEDIUM
            yield seen(flow, f"{caught} goes to the caller, with what it says of the inside", FIX, confidence)


def _is_answer(flow: Flow) -> bool:
    """Whether the exception is an answer itself: `return error` of a handler."""
    return isinstance(flow.node, s.Return) and isinstance(flow.node.value, s.Name | s.Call) and flow.is_object


def _tells(app: Application, name: str, status: int | None) -> bool:
    """Whether the text of an exception says something of the inside."""
    short = _short(name)
    if short in GENERAL:
        return True
    if name in app.project.classes or short in _own(app) or name.isdigit() or MEANT.search(short):
        return False
    if status is not None and status >= 500:
        return True
    return short not in INTENDED and (status is None or INSIDE.search(short) is not None)


def _own(app: Application) -> frozenset[str]:
    """The names of the project's own classes."""
    if "class names" not in app.notes:
        app.notes["class names"] = frozenset(each.rpartition(".")[2] for each in app.project.classes)
    return app.notes["class names"]  # type: ignore[return-value]


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _status(flow: Flow) -> int | None:
    """The status of the answer, where it is written out."""
    for node in _around(flow):
        for each in s.walk(node):
            if isinstance(each, s.Keyword) and each.name in ("status_code", "status", "code"):
                return _number(each.value)
        if isinstance(node, s.Return) and isinstance(node.value, s.Group) and len(node.value.items) > 1:
            return _number(node.value.items[1])
        if isinstance(node, s.Call) and node.args and (number := _number(node.args[0])) is not None:
            return number
    return None


def _around(flow: Flow) -> Iterator[s.Node]:
    """The call, and the `return` that it stands in."""
    yield flow.node
    if flow.function is not None:
        for each in flow.function.walk():
            if isinstance(each, s.Return) and each.line <= flow.sink.line <= each.end:
                yield each


def _number(node: s.Expression | None) -> int | None:
    value = s.constant(node)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = re.search(r"(?:HTTP_|status\.)?([1-5]\d\d)", s.written(node)) if node is not None else None
    if found:
        return int(found.group(1))
    return 500 if s.last_name(node) == "INTERNAL_SERVER_ERROR" else 400 if s.last_name(node) else None
