"""What calls give back, and which of them are dangerous.

What lives here: the order of questions about a call. What must not: tables of libraries.
"""

from dataclasses import replace

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.flow import cleaning, sinks, sources
from backwright_workbench.codebase.flow.binding import put
from backwright_workbench.codebase.flow.dangers import dangers
from backwright_workbench.codebase.flow.expressions import evaluate
from backwright_workbench.codebase.flow.frame import Frame
from backwright_workbench.codebase.flow.given import Given
from backwright_workbench.codebase.flow.guards import asserted
from backwright_workbench.codebase.flow.parts import element, item_name, keys, part, several
from backwright_workbench.codebase.flow.passing import applied, made
from backwright_workbench.codebase.flow.stored import FETCHING, created, fetched
from backwright_workbench.codebase.flow.texts import formatted, joined
from backwright_workbench.codebase.flow.values import EMPTY, Origin, Taint, Value, composed, union

PAGE = frozenset(["page"])
PATH = frozenset(["path"])
OTHERS = frozenset(
    ["sql", "command", "process", "code", "import", "template", "deserialize", "path", "url", "redirect", "pattern",
     "xml", "nosql", "log", "archive", "answer"]
)  # fmt: skip
"""Dangers that the output of a program does not bring."""
HANDED_ON = (
    "to_thread", "run_in_threadpool", "run_sync", "sync_to_async", "partial", "run_in_executor", "add_task",
)  # fmt: skip
"""Functions that call what they are given with the rest of their arguments."""


def call(frame: Frame, node: s.Call) -> Value:
    """What a call gives back; remembers it if it is dangerous."""
    inner = _handed_on(node)
    if inner is not None:
        return call(frame, inner)
    receiver = EMPTY
    callee = node.callee
    if isinstance(callee, s.Attribute):
        receiver = evaluate(frame, callee.base)
    elif not isinstance(callee, s.Name):
        evaluate(frame, callee)
    args = [evaluate(frame, each) for each in node.args]
    named = {}
    spread = EMPTY
    for keyword in node.keywords:
        value = evaluate(frame, keyword.value)
        if keyword.name:
            named[keyword.name] = value
        else:
            spread = union(spread, value)
    given = Given(node, receiver, args, named, spread)
    dangers(frame, given)
    asserted(frame, given)
    return _result(frame, given)


def _handed_on(node: s.Call) -> s.Call | None:
    """`await asyncio.to_thread(f, x)` → `f(x)`."""
    if node.name not in HANDED_ON or not node.args:
        return None
    skip = 1 if node.name == "run_in_executor" else 0
    if len(node.args) <= skip or not isinstance(node.args[skip], s.Name | s.Attribute):
        return None
    return s.Call(node.line, node.end, node.column, node.args[skip], node.args[skip + 1 :], node.keywords)


def _result(frame: Frame, given: Given) -> Value:
    node, known = given.node, given.node.refers
    if known in sinks.ANSWERS:
        return Value(
            tuple(each for each in given.arguments().taints if each.origin.kind == "request")
        ).cleaned(PAGE)
    clean = cleaning.CLEANERS.get(known)
    if clean is not None:
        if "*" in clean or known not in cleaning.CARRIERS:
            return given.everything().cleaned(clean)
        return given.everything().plain().cleaned(clean)
    if known in (
        "traceback.format_exc",
        "traceback.format_exception",
        "sys.exc_info",
        "traceback.format_tb",
        "traceback.format_stack",
    ):
        return Value((Taint(Origin("error", "traceback"), raw=False),))
    sink = sinks.FUNCTIONS.get(known)
    if sink is not None and sink.kind in ("command", "process"):
        return _output(frame, given)
    found = frame.analysis.callee(node, frame.function)
    if isinstance(found, Function):
        value = applied(frame, found, given)
        if cleaning.HARMLESS_NAME.search(found.name) and value.taints and not _removes_tags(found):
            return EMPTY
        return value
    if isinstance(found, Class):
        return made(frame, found, given)
    if known in cleaning.CARRIERS:
        return carried(frame, given)
    if isinstance(node.callee, s.Attribute) and (
        not known or known in sources.REQUESTS or given.receiver is not EMPTY
    ):
        return method(frame, given)
    return EMPTY


def _output(frame: Frame, given: Given) -> Value:
    """What a program writes: it may repeat what it was given."""
    taints = given.at(0).all_taints() or given.at("args").all_taints()
    return Value(
        tuple(
            replace(each, clean=each.clean | OTHERS, built=False, prefix="", built_at=None, raw=False).step(
                frame.at(given.node), "put out by the program"
            )
            for each in taints
        )
    )


def _removes_tags(function: Function) -> bool:
    """Whether a function that is called a sanitiser only takes some tags out, which does not make a text harmless."""
    calls = s.calls_in(*function.body)
    texts = [
        (s.text_of(each.args[0]) or "").lower()
        for each in calls
        if each.name == "replace" and len(each.args) > 1
    ]
    return any("script" in each for each in texts) and not any(each in ("<", "&", ">") for each in texts)


def carried(frame: Frame, given: Given) -> Value:
    """What a library function hands on."""
    node, args = given.node, given.args
    known = node.refers
    if known in ("os.path.join", "posixpath.join"):
        joined: list[Value] = []
        for each in args:
            joined += [each, Value(text="/")]
        return composed(joined[:-1], frame.at(node))
    if known.startswith("pathlib.") and len(args) == 1:
        return replace(args[0].plain(), what="path")
    if known == "urllib.parse.urljoin" and args and not args[0].taints and len(args) > 1:
        return Value(tuple(replace(each, prefix="\0") for each in args[1].all_taints()))
    if known == "re.sub" and len(args) > 2:
        pattern = args[0].text or ""
        return EMPTY if cleaning.EXCLUDING.match(pattern) else union(args[1], args[2]).plain()
    if known in ("builtins.str", "builtins.format") and args:
        return args[0].plain()
    if known == "builtins.getattr" and len(args) > 1:
        name = args[1].text
        return part(args[0], name) if name and args[1].is_constant else EMPTY
    if known == "builtins.enumerate" and args:
        return several(Value((), None, {"0": EMPTY, "1": element(args[0])}))
    if known == "builtins.zip" and args:
        return several(Value((), None, {str(at): element(each) for at, each in enumerate(args)}))
    if known in ("io.BytesIO", "io.StringIO"):
        return given.everything().cleaned(PATH)
    if known in ("builtins.vars", "dataclasses.asdict") and args:
        return replace(args[0], what="fields")
    if known == "builtins.map" and len(node.args) > 1:
        mapped = s.refers(node.args[0])
        if "*" in cleaning.CLEANERS.get(mapped, ()):
            return EMPTY
    if known == "builtins.dict":
        return (
            Value(given.spread.taints, None, {**(args[0].parts or {} if args else {}), **given.named})
            if not (args and args[0].taints)
            else args[0]
        )
    if known in ("json.loads", "json.dumps", "json.load", "copy.copy", "copy.deepcopy", "typing.cast",
                 "builtins.list", "builtins.tuple", "builtins.sorted", "builtins.set"):  # fmt: skip
        source = args[1] if known == "typing.cast" and len(args) > 1 else args[0] if args else EMPTY
        if known == "json.loads":
            return Value(tuple(replace(each, raw=True) for each in source.all_taints()))
        return source if known != "json.dumps" else source.plain()
    return Value(given.everything().all_taints())


def method(frame: Frame, given: Given) -> Value:
    """What a method of a value gives, where the project does not say."""
    node, receiver = given.node, given.receiver
    name = node.name
    if receiver.what == "request":
        found = sources.request_part(frame.function, name)
        if found is None:
            return EMPTY
        if name in ("get_argument", "get_body_argument", "get_param"):
            return part(found, item_name(node.args[0]) if node.args else "")
        return found
    if receiver.what == "session":
        is_read = name in ("get", "pop") and bool(node.args)
        return sources.kept(frame.function, item_name(node.args[0]) or "[]") if is_read else EMPTY
    if name in FETCHING:
        return fetched(frame, node)
    created(frame, node, given.named)
    if name in cleaning.NEUTRAL:
        return EMPTY
    if name == "format" and receiver.text is not None:
        return formatted(frame, given)
    if name == "join" and receiver.text is not None:
        return joined(frame, given)
    if (
        name in ("get", "pop", "getlist", "get_all", "getone", "first")
        and node.args
        and receiver is not EMPTY
    ):
        if item_name(node.args[0]):
            if _is_number(node):
                return EMPTY
            fallback = given.args[1] if len(given.args) > 1 else given.named.get("default", EMPTY)
            return union(part(receiver, item_name(node.args[0])), Value(fallback.taints))
        return part(receiver, "[]") if receiver.taints else Value(receiver.all_taints())
    if name in cleaning.ADDING and isinstance(node.callee, s.Attribute):
        taints = given.arguments().all_taints()
        if taints:
            put(frame, node.callee.base, "[]", Value(taints))
    if name == "replace" and receiver.text is not None and len(given.args) > 1:
        return composed(
            [Value(receiver.taints, receiver.text), Value(given.args[1].all_taints(), "")], frame.at(node)
        )
    if name in ("safe_substitute", "substitute") and receiver.text is not None:
        return composed([Value((), receiver.text), given.arguments()], frame.at(node))
    if name == "items":
        return several(Value((), None, {"0": keys(receiver), "1": element(replace(receiver, what=""))}))
    if name == "keys":
        return several(keys(receiver))
    if name in ("dict", "model_dump", "to_dict", "copy", "_asdict") and receiver is not EMPTY:
        return replace(receiver, what="" if name in ("copy", "to_dict") else "fields")
    if name == "values" and receiver.parts:
        return Value(receiver.all_taints())
    if receiver.taints:
        kept = receiver.taints if receiver.parts is None else receiver.all_taints()
        if name in ("strip", "lower", "upper", "encode", "decode", "replace", "split", "rsplit", "lstrip", "rstrip",
                    "title", "capitalize"):  # fmt: skip
            kept = tuple(replace(each, raw=False) for each in kept)
            return Value(
                kept, receiver.text if name in ("strip", "encode", "decode", "lstrip", "rstrip") else None
            )
        return Value(kept)
    if receiver.text is not None and name in (
        "strip",
        "lstrip",
        "rstrip",
        "encode",
        "lower",
        "upper",
        "decode",
    ):
        return Value(text=receiver.text)
    return EMPTY


def _is_number(node: s.Call) -> bool:
    """`args.get("page", type=int)`."""
    kind = node.keyword("type")
    return kind is not None and s.last_name(kind) in ("int", "float", "bool", "UUID")
