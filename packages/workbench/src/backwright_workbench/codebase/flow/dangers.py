"""Whether a call is dangerous with the values that it is given.

What lives here: the conditions under which a library function is a danger. What must not: tables of names.
"""

import re
from collections.abc import Callable, Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class
from backwright_workbench.codebase.flow import sinks, stored
from backwright_workbench.codebase.flow.frame import Frame
from backwright_workbench.codebase.flow.given import Given
from backwright_workbench.codebase.flow.parts import part
from backwright_workbench.codebase.flow.values import EMPTY, HOLE, Value, union
from backwright_workbench.codebase.templates import unescaped

FILES = re.compile(r"file|image|upload|photo|avatar|img|pic|doc|^f$", re.I)
SOCKETS = re.compile(r"^ws$|socket|^sio$|^io$", re.I)
NOT_A_PAGE = ("json", "plain", "csv", "xml", "pdf", "octet", "image", "zip", "event-stream", "javascript")


def dangers(frame: Frame, given: Given) -> None:
    """Remembers every value that makes this call dangerous."""
    node = given.node
    known = node.refers
    if known in sinks.ANSWERS:
        _answer(frame, given)
    if node.name in sinks.RENDERERS:
        rendered(frame, given)
    sink = sinks.FUNCTIONS.get(known)
    if sink is not None:
        special = SPECIAL.get(sink.kind)
        if special is not None:
            special(frame, given)
            return
        for argument in sink.arguments:
            value = given.at(argument)
            if value.taints or value.parts:
                frame.danger(sink.kind, value, node, s.written(node.callee))
        return
    if isinstance(
        made := frame.analysis.callee(node, frame.function), Class
    ) and frame.analysis.app.project.inherits(made, "*.HTTPException", "*.APIException"):
        frame.danger("answer", given.arguments(), node, s.written(node.callee))
        return
    if known in ("builtins.print", "pprint.pprint"):
        frame.danger("log", given.arguments(), node, s.written(node.callee))
    if isinstance(node.callee, s.Attribute):
        for kind, value in _methods(frame, given):
            frame.danger(kind, value, node, s.written(node.callee))


def _methods(frame: Frame, given: Given) -> Iterator[tuple[str, Value]]:
    node = given.node
    name = node.name
    assert isinstance(node.callee, s.Attribute)
    base = node.callee.base
    if name in sinks.STATEMENTS:
        for value in (
            given.at(0),
            *(given.at(each) for each in ("query", "sql", "statement", "operation", "where")),
        ):
            if value.all_taints() and _is_statement(frame, base, value, name):
                yield "sql", value
    if name in sinks.PATH_METHODS and given.receiver.taints and _is_path(frame, given, base):
        yield "path", given.receiver
    if name in ("save", "extractall", "extract", "move_to") and given.at(0).all_taints():
        yield "path", given.args[0] if given.receiver.taints or FILES.search(s.last_name(base)) else EMPTY
    if name == "extractall" and given.receiver.taints:
        yield "archive", given.receiver
    if name in sinks.CLIENT_METHODS and not node.refers and _is_client(frame, base):
        yield "url", union(given.at(1 if name in ("request", "stream") else 0), given.at("url"))
    if name == "from_string" and given.args:
        yield "template", given.args[0]
    if name in sinks.DOCUMENT_METHODS and given.args and _is_collection(frame, base, name):
        for value in (*given.args[:2], given.at("filter")):
            yield "nosql", value
    if name in ("send_text", "send_json", "send", "emit") and SOCKETS.search(s.last_name(base)):
        yield "answer", given.arguments()
    if name == "abort" and given.args:
        yield "answer", given.arguments()
    if name in ("filter", "where", "having"):
        for value in given.args:
            if value.text and any(t.built for t in value.taints) and sinks.FRAGMENT.search(value.text):
                yield "sql", value
    if name == "exec_command" and given.args:
        yield "command", given.args[0]
    if name in ("redirect",) and given.args:
        yield "redirect", given.args[0]
    if sinks.is_logger(node):
        yield "log", given.arguments()


def _is_statement(frame: Frame, base: s.Expression, value: Value, name: str) -> bool:
    """Whether what a method is given is a text of SQL, as far as one can see."""
    if s.last_name(base) in ("re", "regex", "requests", "client", "http"):
        return False
    if name == "extra":
        return True
    text = value.text
    if text is not None and text.strip(HOLE + " \n%'\"") and any(each.built for each in value.all_taints()):
        return sinks.looks_like_statement(text)
    if name in ("raw", "execute_sql", "run_sql", "from_statement", "executescript", "exec_driver_sql"):
        return True
    return name in ("execute", "executemany", "fetch", "fetchrow", "fetchval", "fetch_all", "fetch_one") and (
        sinks.is_database(base)
    )


def _is_path(frame: Frame, given: Given, base: s.Expression) -> bool:
    if given.node.name not in ("open", "mkdir", "rmdir"):
        return given.receiver.what != "request"
    kind = frame.analysis.app.types.of(base, frame.function)
    return kind is not None and kind.name.startswith(("pathlib.", "anyio.Path"))


def _is_client(frame: Frame, base: s.Expression) -> bool:
    kind = frame.analysis.app.types.of(base, frame.function)
    return kind is not None and kind.name in sinks.CLIENTS


def _is_collection(frame: Frame, base: s.Expression, name: str) -> bool:
    if not frame.analysis.has_documents:
        return False
    if "_" in name:
        return True
    written = s.written(base)
    return bool(re.search(r"mongo|db|collection|coll\b|col\b|users|\[\]", written, re.I)) or isinstance(
        base, s.Attribute
    )


def _answer(frame: Frame, given: Given) -> None:
    values = [*given.args, *given.named.values(), given.spread]
    if given.node.name == "render":
        values = values[1:]
    for each in values:
        if each.taints or each.parts:
            frame.danger("answer", each, given.node, s.written(given.node.callee))


def _process(frame: Frame, given: Given) -> None:
    """`subprocess.run(…)`: a text for a shell, a shell with `-c`, or a program of the caller's choice."""
    node = given.node
    first = given.at(0) if given.args else given.at("args")
    written = node.args[0] if node.args else node.keyword("args")
    what = s.written(node.callee)
    if s.constant(node.keyword("shell")) is True:
        frame.danger("command", first, node, what)
        return
    items = written.items if isinstance(written, s.Group) else []
    if items:
        words = [s.text_of(each) for each in items]
        program = first.parts.get("0", Value()) if first.parts else Value()
        if (words[0] or "") in sinks.SHELLS and len(items) > 2 and first.parts:
            frame.danger("command", first.parts.get("2", Value()), node, what)
        else:
            frame.danger("process", program, node, what)
    elif first.parts:
        if (first.parts.get("0", Value()).text or "") in sinks.SHELLS and "2" in first.parts:
            frame.danger("command", first.parts["2"], node, what)
    elif given.args and len(given.args) > 2 and (given.args[0].text or "") in sinks.SHELLS:
        frame.danger("command", given.args[2], node, what)
    elif first.text is not None or not isinstance(written, s.Call):
        frame.danger("process", first, node, what)


def _deserialize(frame: Frame, given: Given) -> None:
    node = given.node
    if node.refers in ("yaml.load", "yaml.load_all"):
        loader = node.argument(1, "Loader")
        if s.last_name(loader) in sinks.SAFE_LOADERS:
            return
    value = given.at(0)
    frame.danger("deserialize", value, node, s.written(node.callee))


def _page(frame: Frame, given: Given) -> None:
    node = given.node
    for name in ("content_type", "mimetype", "media_type"):
        kind = s.text_of(node.keyword(name))
        if kind is not None and any(each in kind for each in NOT_A_PAGE):
            return
    if node.refers in sinks.TEXTS and not _says_page(node):
        return
    if len(node.args) > 1 and any(each in (s.text_of(node.args[1]) or "") for each in NOT_A_PAGE):
        return
    value = union(*(given.at(each) for each in sinks.FUNCTIONS[node.refers].arguments))
    if isinstance(node.args[0] if node.args else None, s.Call) and value.text is None:
        return
    frame.danger("page", value, node, s.written(node.callee))


def _says_page(node: s.Call) -> bool:
    """Whether an answer says that it is HTML."""
    given = [node.keyword(name) for name in ("content_type", "mimetype", "media_type", "headers")]
    return any(
        "html" in (s.text_of(each) or s.last_name(each)).lower()
        for value in given
        if value is not None
        for each in s.walk(value)
    )


def _context(node: s.Call, name: str) -> s.Expression | None:
    """What a call gives a template under a name."""
    named = node.keyword(name)
    if named is not None:
        return named
    for each in (*node.args, node.keyword("context")):
        if isinstance(each, s.Pairs):
            for key, value in zip(each.keys, each.values, strict=False):
                if s.text_of(key) == name:
                    return value
    return None


def rendered(frame: Frame, given: Given) -> None:
    """Values that a template of the project puts into the page without escaping them."""
    node = given.node
    for raw in unescaped(frame.analysis.app, node, given.args[0].text if given.args else None):
        value = part(given.spread, raw.root) if given.spread is not EMPTY else EMPTY
        value = union(
            value,
            given.named.get(raw.root, EMPTY),
            *(
                part(each, raw.root)
                for each in (*given.args, given.named.get("context", EMPTY))
                if each.parts
            ),
        )
        if not value.all_taints() and raw.column:
            value = stored.of_rows(frame, _context(node, raw.root), raw.column)
        if value.taints or value.parts:
            frame.danger("markup", value, node, s.written(node.callee))


SPECIAL: dict[str, Callable[[Frame, Given], None]] = {
    "process": _process,
    "deserialize": _deserialize,
    "page": _page,
}
