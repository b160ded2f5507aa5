"""What a handler answers with: the shape, the status, and whether it tells of a failure.

What lives here: reading `return` and `raise` of a handler. What must not: any judgement.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function

PAGES = frozenset(
    ["render_template", "render", "redirect", "TemplateResponse", "HTMLResponse", "RedirectResponse", "send_file",
     "FileResponse", "StreamingResponse", "send_from_directory", "render_to_response", "HttpResponseRedirect",
     "render_template_string", "PlainTextResponse", "StreamingHttpResponse", "url_for", "template"]
)  # fmt: skip
WRAPPERS = frozenset(
    ["jsonify", "JsonResponse", "Response", "JSONResponse", "ORJSONResponse", "UJSONResponse", "make_response",
     "HttpResponse", "dict", "json"]
)  # fmt: skip
WRITERS = frozenset(["dumps"])
ERRORS = frozenset(["error", "errors", "err"])
TOLD = frozenset(["message", "msg", "detail", "info", "status", "reason"])
NEGATIVE = re.compile(
    r"\b(?:not found|no such|invalid|incorrect|wrong|fail(?:ed|ure)?|error|denied|unauthori[sz]ed|forbidden|missing|"
    r"required|already|exists|cannot|can't|could not|couldn't|unable|don't match|do not match|doesn't|does not|expired|"
    r"not (?:allowed|valid|enough|available|exist\w*|authorized))\b",
    re.I,
)
FAILED = re.compile(r"^(?:fail(?:ed|ure)?|error|ko|false)$", re.I)
NAMED = re.compile(r"(?:^|_)(?:error|err|fail|failure|failed|bad_request|not_found)(?:_|$)", re.I)
STATUS = re.compile(r"(?:^|_)(\d{3})(?:_|$)")
WORDS = {"OK": 200, "CREATED": 201, "NO_CONTENT": 204, "BAD_REQUEST": 400, "UNAUTHORIZED": 401, "FORBIDDEN": 403,
         "NOT_FOUND": 404, "CONFLICT": 409, "UNPROCESSABLE_ENTITY": 422, "INTERNAL_SERVER_ERROR": 500}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `shape` is object, list, set, text, written (JSON by hand), raised, page or value."""

    node: s.Node
    shape: str
    status: int | None
    keys: tuple[str, ...] = ()
    key: str = ""
    """The field in which it says what happened."""
    is_failure: bool = False


def replies(app: Application, handler: Function) -> Iterator[Reply]:
    """Each `return` of a handler, and each error of HTTP that it raises."""
    for node in handler.walk():
        if isinstance(node, s.Return) and node.value is not None:
            yield _reply(app, handler, node, node.value)
        elif (
            isinstance(node, s.Raise)
            and isinstance(node.value, s.Call)
            and node.value.name == "HTTPException"
        ):
            status = _status(node.value.argument(0, "status_code"))
            yield Reply(node, "raised", status, is_failure=False)


def _reply(app: Application, handler: Function, node: s.Return, value: s.Expression) -> Reply:
    status: int | None = None
    if isinstance(value, s.Group) and value.kind == "tuple" and len(value.items) > 1:
        status = next((found for each in value.items[1:] if (found := _status(each)) is not None), None)
        value = value.items[0]
    value = _local(handler, value)
    while isinstance(value, s.Call) and value.name in WRAPPERS and (value.args or value.keywords):
        status = (
            _status(value.keyword("status") or value.keyword("status_code") or value.keyword("code"))
            or status
        )
        for each in value.args[1:]:
            status = status or _status(each)
        if not value.args and value.keyword("content") is None and value.keyword("data") is None:
            keys = tuple(each.name for each in value.keywords if each.name)
            texts = {each.name: each.value for each in value.keywords}
            return (
                _object(node, status, keys, texts)
                if value.name in ("jsonify", "dict")
                else _value(node, status)
            )
        inner = value.args[0] if value.args else value.keyword("content") or value.keyword("data")
        value = _local(handler, inner) if inner is not None else s.Literal(0, 0, 0, None)
    return _shaped(app, node, status, value, handler)


def _shaped(
    app: Application, node: s.Return, status: int | None, value: s.Expression, handler: Function
) -> Reply:
    match value:
        case s.Pairs(keys=keys, values=values):
            texts = {
                text: each
                for key, each in zip(keys, values, strict=False)
                if (text := s.text_of(key)) is not None
            }
            return _object(node, status, tuple(texts), texts)
        case s.Group(kind="set"):
            return Reply(node, "set", status)
        case s.Group() | s.Each():
            return Reply(node, "list", status)
        case s.Literal(value=str(text)):
            return _text(node, status, text)
        case s.Text() | s.Operation(operator="+" | "%"):
            parts = "".join(str(each.value) for each in s.walk(value) if isinstance(each, s.Literal))
            return _text(node, status, parts)
        case s.Call() if value.name in PAGES:
            return Reply(node, "page", status)
        case s.Call() if value.name in WRITERS:
            inner = value.argument(0)
            found = _shaped(app, node, status, _local(handler, inner), handler) if inner is not None else None
            return Reply(node, "written", status, found.keys if found else (), found.key if found else "",
                         found.is_failure if found else False)  # fmt: skip
        case s.Call():
            return Reply(node, "value", status, is_failure=bool(NAMED.search(value.name)))
    return _value(node, status)


def _value(node: s.Node, status: int | None) -> Reply:
    return Reply(node, "value", status, is_failure=False)


def _text(node: s.Node, status: int | None, text: str) -> Reply:
    if not text:
        return _value(node, status)
    shape = "page" if "<" in text and ">" in text else "written" if text.lstrip().startswith("{") else "text"
    return Reply(node, shape, status, is_failure=bool(NEGATIVE.search(text)) and shape != "page")


def _object(node: s.Node, status: int | None, keys: tuple[str, ...], texts: dict[str, s.Expression]) -> Reply:
    plain = {name.strip(" :").lower(): name for name in keys}
    error = next((name for name in plain if name in ERRORS), "")
    told = next((name for name in ("message", "msg", "detail", "info", "reason") if name in plain), "")
    failed = bool(error) and s.constant(texts.get(plain.get(error, ""))) not in (None, False, 0, "")
    for name in (*TOLD, "success", "ok", "result"):
        value = texts.get(plain.get(name, "…"))
        text = s.text_of(value)
        if text is not None and (FAILED.match(text) or (name in TOLD and NEGATIVE.search(text))):
            failed = True
        if name in ("success", "ok") and s.constant(value) is False:
            failed = True
    if status is not None and status >= 400:
        failed = True
    return Reply(node, "object", status, keys, error or told, failed)


def _local(handler: Function, value: s.Expression) -> s.Expression:
    """What a local name stands for, if it is given a value once."""
    if not isinstance(value, s.Name) or value.refers:
        return value
    given = [
        each.value
        for each in handler.walk()
        if isinstance(each, s.Assign)
        and any(isinstance(t, s.Name) and t.id == value.id for t in each.targets)
    ]
    return given[0] if len(given) == 1 and given[0] is not None else value


def _status(node: s.Node | None) -> int | None:
    """`404`, `status.HTTP_404_NOT_FOUND`, `HTTPStatus.NOT_FOUND`."""
    value = s.constant(node)
    if isinstance(value, int) and not isinstance(value, bool) and 100 <= value < 600:
        return value
    name = s.last_name(node) if isinstance(node, s.Name | s.Attribute) else ""
    if name == "value" and isinstance(node, s.Attribute):
        name = s.last_name(node.base)
    found = STATUS.search(name)
    return int(found[1]) if found else WORDS.get(name)
