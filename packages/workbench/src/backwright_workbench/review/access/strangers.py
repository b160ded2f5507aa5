"""What strangers get at besides tables: records in memory, the inside of the service, other servers through it.

What lives here: effects and answers of one endpoint. What must not: whether somebody asks who calls.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.web import Guard, Purpose
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.access.endpoints import Endpoint
from backwright_workbench.review.access.inputs import Inputs
from backwright_workbench.review.access.people import ACCOUNTS, is_personal, is_privilege, singular

STORES = frozenset(["db", "database", "list", "store", "data", "table", "dict", "by", "id", "repo"])
TELLING = frozenset(
    [
        "password",
        "secret",
        "database",
        "db",
        "dsn",
        "host",
        "ip",
        "ips",
        "internal",
        "token",
        "env",
        "debug",
        "key",
    ]
)
READING = frozenset(["cookies", "COOKIES", "session"])


# Records in memory


def people_kept(app: Application) -> dict[str, str]:
    """The lists and mappings of modules that hold records about people: full name and name."""
    found: dict[str, str] = {}
    for full, assigned in app.project.values.items():
        module, assign = assigned[0]
        if module.role.value != "code" or not isinstance(assign.value, s.Pairs | s.Group):
            continue
        if isinstance(assign.value, s.Group) and assign.value.kind == "tuple":
            continue
        name = full.rpartition(".")[2]
        parts = [singular(each) for each in words(name) if each not in STORES]
        held = [*assign.value.values] if isinstance(assign.value, s.Pairs) else assign.value.items
        keys = [
            text
            for each in held
            if isinstance(each, s.Pairs)
            for key in each.keys
            if (text := s.text_of(key))
        ]
        is_empty_store = not held and parts[-1:] != [] and parts[-1] in ACCOUNTS
        if is_empty_store or any(is_personal(each) or is_privilege(each) for each in keys):
            found[full] = name
    return found


def kept_record(app: Application, endpoint: Endpoint) -> str:
    """The store in memory whose records an endpoint gives back, or changes by a key of its path; empty if none."""
    kept = app.once(people_kept)
    if not kept:
        return ""
    for function in endpoint.reached[:4]:
        aliases: dict[str, str] = {}
        for node in function.walk():
            match node:
                case s.Assign(targets=[s.Name(id=local)], value=value) if value is not None:
                    used = _store(value, kept, aliases)
                    if used:
                        aliases[local] = used
                case s.Loop(target=s.Name(id=local), subject=subject):
                    used = _store(subject, kept, aliases)
                    if used:
                        aliases[local] = used
                case s.Return(value=value) if value is not None:
                    used = _store(value, kept, aliases)
                    if used:
                        return used
        if aliases and endpoint.is_write and "{" in endpoint.route.path:
            return next(iter(aliases.values()))
    return ""


def _store(value: s.Expression, kept: dict[str, str], aliases: dict[str, str]) -> str:
    """The store of which an expression gives records, not only whether or how many there are."""
    match value:
        case s.Name(id=name, refers=known):
            return kept.get(known, "") or aliases.get(name, "")
        case s.Attribute(refers=known) if known in kept:
            return kept[known]
        case s.Item(base=inner) | s.Awaited(value=inner):
            return _store(inner, kept, aliases)
        case s.Call(callee=s.Attribute(base=inner, name="get" | "values" | "items" | "copy" | "pop")):
            return _store(inner, kept, aliases)
        case s.Call(args=[inner, *_]) if value.name in (
            "deepcopy",
            "copy",
            "list",
            "dict",
            "next",
            "jsonify",
        ):
            return _store(inner, kept, aliases)
        case s.Each(clauses=[clause, *_], element=s.Name()):
            return _store(clause.iterable, kept, aliases)
        case s.Pairs(values=values) | s.Group(items=values):
            return next((found for each in values if (found := _store(each, kept, aliases))), "")
    return ""


# The inside of the service, and what is behind it


def tells_inside(endpoint: Endpoint) -> bool:
    """Whether an answer that is written out names databases, addresses, passwords or switches."""
    for function in endpoint.reached[:1]:
        for node in function.walk():
            if isinstance(node, s.Return) and node.value is not None:
                for each in s.walk(node.value):
                    if isinstance(each, s.Pairs):
                        names = [words(text) for key in each.keys if (text := s.text_of(key))]
                        if sum(bool(TELLING & set(parts)) for parts in names) >= 2:
                            return True
    return False


def is_proxy(app: Application, endpoint: Endpoint) -> bool:
    """Whether it fetches any address that the caller names, and gives back what is there."""
    inputs = Inputs(app, endpoint)
    asked = {id(each.call): each for each in app.outgoing}
    for frame in inputs.frames():
        for call in s.calls_in(*frame.function.body):
            if id(call) not in asked:
                continue
            first = 1 if call.name == "request" and len(call.args) > 1 else 0
            given = inputs.of(call.argument(first, "url"), frame)
            if given is not None and given.name and given.source in ("query", "path", "form", "body"):
                return any(
                    isinstance(each, s.Return) and each.value is not None for each in frame.function.walk()
                )
    return False


# Guards that only look whether something is there


def hollow(function: Function) -> bool:
    """Whether a guard only asks if a cookie or header is there: any value will do."""
    nodes = list(function.walk())
    held: set[str] = set()
    read: set[int] = set()
    for node in nodes:
        if isinstance(node, s.Assign) and _reads(node.value):
            held |= {each.id for each in node.targets if isinstance(each, s.Name)}
            read.add(id(node.value))
    tested: set[int] = set()
    for node in nodes:
        if isinstance(node, s.Branch):
            for each in _presence(node.test):
                if _reads(each) or (isinstance(each, s.Name) and each.id in held):
                    tested.add(id(each))
    if not tested or not any(isinstance(each, s.Raise) for each in nodes):
        return False
    for node in nodes:
        is_value = (isinstance(node, s.Name) and node.id in held) or _reads(node)
        is_target = any(isinstance(each, s.Assign) and node in each.targets for each in nodes)
        if is_value and id(node) not in tested and id(node) not in read and not is_target:
            return False  # it goes on: looked up, decoded, compared or given back
    others = [each for each in s.calls_in(*function.body) if not _reads(each) and not _is_error(each)]
    return not others


def _presence(test: s.Expression) -> Iterator[s.Expression]:
    match test:
        case s.Operation(operator="not", operands=[inner]):
            yield inner
        case s.Operation(operator="is" | "==", operands=[inner, s.Literal(value=None | "")]):
            yield inner
        case s.Operation(operator="or", operands=operands):
            for each in operands:
                yield from _presence(each)
        case s.Operation(operator="not in", operands=[s.Literal(), _]):
            yield test


def _reads(node: s.Node | None) -> bool:
    """`connection.cookies.get("id")`, `request.headers["X-Token"]`, `"sid" not in request.cookies`."""
    match node:
        case (
            s.Call(callee=s.Attribute(base=s.Attribute(name="cookies" | "headers" | "COOKIES"), name="get"))
            | s.Item(base=s.Attribute(name="cookies" | "headers" | "COOKIES"))
            | s.Operation(
                operator="not in", operands=[s.Literal(), s.Attribute(name="cookies" | "headers" | "COOKIES")]
            )
        ):
            return True
    return False


def _is_error(call: s.Call) -> bool:
    return bool(set(words(call.name)) & {"exception", "error", "abort", "unauthorized", "forbidden"})


def hollow_guards(endpoint: Endpoint) -> list[Guard]:
    """The guards of an endpoint that are all it has, and that only look whether something is there."""
    guards = [
        each for route in endpoint.routes for each in route.guards
        if {Purpose.AUTHENTICATION, Purpose.AUTHORIZATION} & each.purposes
    ]  # fmt: skip
    empty = [each for each in guards if each.function is not None and hollow(each.function)]
    return empty if len(empty) == len(guards) else []


def looks_up(endpoint: Endpoint) -> bool:
    """Whether what an endpoint reaches reads the session or a cookie itself."""
    return any(
        isinstance(node, s.Attribute) and node.name in READING
        for function in endpoint.reached
        for node in function.walk()
    )
