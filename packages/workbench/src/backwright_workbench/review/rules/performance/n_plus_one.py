"""Queries that run once for each row: in loops, over calls, through relations and through schemas."""

from collections.abc import Iterator
from dataclasses import replace

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.data import Model, Query
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.finding import Confidence, Seen, Severity, Step
from backwright_workbench.review.loops import Rounds, inner, rounds
from backwright_workbench.review.reach import Reach, Way, is_cached, is_only_built, is_run, reach_of
from backwright_workbench.review.relations import lazy, loaded_along, model_named, touched
from backwright_workbench.review.rule import About
from backwright_workbench.review.shapes import shapes
from backwright_workbench.review.wiring import served

ABOUT = About("A query for each row", Severity.MEDIUM, cwe=(1050,))

READS = frozenset(["select", "get", "count"])
ONCE = frozenset(
    ["seed", "populate", "migrate", "migration", "backfill", "fixture", "fixtures", "bootstrap", "demo", "sample",
     "init", "import", "scrape", "upgrade"]
)  # fmt: skip
"""Functions of such names run once."""
JOBS = frozenset(
    ["process", "sync", "job", "task", "cron", "worker", "run", "main", "command", "cli", "send", "notify", "export",
     "cleanup", "clean", "purge", "prune", "fix", "repair", "recalculate", "rebuild", "refresh", "schedule",
     "scheduled"]
)  # fmt: skip
"""Functions of such names do something with each row, one after the other, when nobody waits."""
COMMANDS = frozenset(["task", "shared_task", "command", "job", "scheduled_job", "periodic_task", "actor"])
DEEP = 2
STARTING = frozenset(
    ["create_task", "ensure_future", "start_soon", "add_task", "submit", "delay", "apply_async"]
)
"""Calls after which something runs beside the loop."""
COSTLY = frozenset(
    ["mail", "email", "notify", "notification", "webhook", "send", "upload", "download", "reindex", "publish"]
)
"""Words for work that takes longer for each row than any query."""
FIX = (
    "ask once before the loop for all rows that it needs (`WHERE id IN (…)`, a join), and look them up by key"
)
LOAD = "load the relation along: `selectinload({0})`; in Django `select_related` or `prefetch_related` with its name"


def find(app: Application) -> Iterator[Seen]:
    """Each loop that asks once for each round, and each list whose schema does so behind the scenes."""
    reach, runs = app.once(reach_of), served(app)
    asked = {query.call: query for query in app.queries if _reads(query, query.function in runs)}
    for function in app.functions():
        if ONCE & set(words(function.name)):
            continue
        loops = rounds(app, function)
        for each in loops:
            calls = [node for node in inner(each, loops) if isinstance(node, s.Call)]
            found = (
                _asks(function, calls, asked)
                or _ends_in_one(reach, function, calls, function in runs)
                or _looks(app, function, each, loops)
            )
            if found is not None and app.routes:
                yield found
            elif found is not None:  # a tool or a library: nobody waits for an answer
                yield replace(found, confidence=Confidence.LOW, severity=Severity.LOW)
    yield from shapes(app)


def _reads(query: Query, is_served: bool) -> bool:
    """Whether a query reads rows; where nobody waits for an answer, it must be known of which table."""
    return (
        query.kind in READS
        and is_run(query)
        and not is_only_built(query)
        and (is_served or bool(query.models))
    )


def _asks(function: Function, calls: list[s.Call], asked: dict[s.Call, Query]) -> Seen | None:
    """A query in a loop; not one that only reads a row again that has just been stored."""
    for call in calls:
        query = asked.get(call)
        if query is not None and call.name != "refresh":
            return _seen(function, call, f"{_what(query)} once for each round of the loop", (), query)
    return None


def _ends_in_one(reach: Reach, function: Function, calls: list[s.Call], is_served: bool) -> Seen | None:
    """A call in a loop that ends in a query, and does not start something that runs beside it."""
    started = {inside for call in calls if call.name in STARTING for inside in s.calls_in(call)}
    for call in calls if not _is_job(function) else ():
        for callee in reach.called(call, function) if call not in started else ():
            if is_cached(callee) or callee is function or COSTLY & set(words(callee.name)):
                continue
            for way in reach.ways(callee, DEEP):
                if any(COSTLY & set(words(inner_call.name)) for _, inner_call in way.calls) or _writes(
                    reach, way
                ):
                    continue
                query = next((each for each in reach.queries(way.function) if _reads(each, is_served)), None)
                if query is not None:
                    steps = (Step(function.at(call), f"calls `{callee.name}`"), *way.steps())
                    what = f"calls `{callee.name}`, which {_what(query)}, once for each round of the loop"
                    return _seen(function, call, what, steps, query)
    return None


def _writes(reach: Reach, way: Way) -> bool:
    """Whether what is called further down changes rows too: a piece of work for each, which reads what it needs."""
    if not way.calls:
        return False
    return any(
        query.kind in ("insert", "update", "delete", "commit")
        for function in (*(inside for inside, _ in way.calls), way.function)
        for query in reach.queries(function)
    )


def _is_job(function: Function) -> bool:
    return bool(JOBS & set(words(function.name))) or any(
        s.last_name(each) in COMMANDS for each in function.decorators
    )


def _what(query: Query) -> str:
    tables = sorted({each.rpartition(".")[2] for each in query.models})
    verb = "counts" if query.kind == "count" else "asks for"
    return f"{verb} {', '.join(f'`{each}`' for each in tables[:2])}" if tables else "asks the database"


def _seen(function: Function, node: s.Node, what: str, steps: tuple[Step, ...], query: Query) -> Seen:
    return Seen(
        function.at(node),
        f"`{function.name}` {what}: a list of 100 rows costs 100 queries",
        Confidence.HIGH,
        fix=FIX,
        steps=(*steps, Step(query.place, "asks")),
        about=function.qualified,
    )


def _looks(app: Application, function: Function, each: Rounds, loops: list[Rounds]) -> Seen | None:
    """A relation of the row, which is loaded when somebody looks; also through a method of the row."""
    row = each.target
    if not isinstance(row, s.Name):
        return None
    kind = app.types.of(row, function)
    model = app.models.get(kind.name) if kind is not None else None
    if model is None:
        return None
    known = loaded_along(app, function) | _came_from(app, function, each.subject)
    nodes = list(inner(each, loops))
    for read, relation in touched(iter(nodes), row.id, model):
        if relation.name not in known:
            return _lazy(function, read, model, relation.name, ())
    for call in nodes:
        method = _method(app, call, row.id, model) if isinstance(call, s.Call) else None
        for name in _own_relations(method, model) if method is not None else ():
            if name not in known:
                return _lazy(
                    function, call, model, name, (Step(function.at(call), f"calls `{s.last_name(call)}`"),)
                )
    return None


def _method(app: Application, call: s.Call, row: str, model: Model) -> Function | None:
    """`row.to_dict()` or `Model.to_dict(row)`."""
    if not isinstance(call.callee, s.Attribute) or model.owner is None:
        return None
    base = call.callee.base
    is_row = isinstance(base, s.Name) and base.id == row
    given = bool(call.args) and isinstance(call.args[0], s.Name) and call.args[0].id == row
    if is_row or (given and s.refers(base) == model.qualified):
        return app.project.method(model.owner, call.callee.name)
    return None


def _own_relations(method: Function, model: Model) -> Iterator[str]:
    first = method.params[0].name if method.params else "self"
    for _, relation in touched(method.walk(), first, model):
        yield relation.name


def _came_from(app: Application, function: Function, subject: s.Expression) -> set[str]:
    """The relation that leads back: the rows of `user.posts` know their user."""
    if isinstance(subject, s.Call) and isinstance(subject.callee, s.Attribute):
        subject = subject.callee.base
    if not isinstance(subject, s.Attribute):
        return set()
    kind = app.types.of(subject.base, function)
    owner = app.models.get(kind.name) if kind is not None else None
    relation = owner.relations.get(subject.name) if owner is not None else None
    target = model_named(app, relation.target) if relation is not None else None
    if owner is None or target is None:
        return set()
    return {
        name for name, each in target.relations.items() if each.target == owner.qualified and not each.many
    }


def _lazy(function: Function, node: s.Node, model: Model, name: str, steps: tuple[Step, ...]) -> Seen:
    relation = lazy(model, name)
    declared = (Step(relation.place, "is loaded when somebody looks at it"),) if relation is not None else ()
    return Seen(
        function.at(node),
        f"`{function.name}` looks at `{model.name}.{name}` of each row: each is loaded by a query of its own",
        Confidence.HIGH,
        fix=LOAD.format(f"{model.name}.{name}"),
        steps=(*steps, *declared),
        about=f"{function.qualified}.{name}",
    )
