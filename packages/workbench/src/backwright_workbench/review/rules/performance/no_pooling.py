"""Connections, engines and clients that are made anew for each request."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function, Role
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.finding import Confidence, Seen, Severity, Step
from backwright_workbench.review.reach import is_cached
from backwright_workbench.review.rule import About
from backwright_workbench.review.wiring import served

ABOUT = About("A connection is made for each request", Severity.MEDIUM, cwe=(400, 1073))

CLIENTS = {
    "redis.Redis": "redis", "redis.StrictRedis": "redis", "redis.from_url": "redis", "redis.asyncio.Redis": "redis",
    "redis.asyncio.from_url": "redis", "redis.Redis.from_url": "redis", "redis.asyncio.Redis.from_url": "redis",
    "elasticsearch.Elasticsearch": "elasticsearch", "elasticsearch.AsyncElasticsearch": "elasticsearch",
    "pika.BlockingConnection": "pika", "kafka.KafkaProducer": "kafka",
}  # fmt: skip
FILES = frozenset(["sqlite3", "aiosqlite"])
WHOLE = frozenset(["sqlalchemy", "pymongo", "motor", "databases"])
"""What makes a pool of its own each time."""
ONCE = frozenset(
    ["create_app", "make_app", "lifespan", "startup", "init", "init_db", "main", "setup", "connect_db", "on_startup",
     "create_tables", "migrate", "seed"]
)  # fmt: skip
FIX = {
    "sqlalchemy": "make the engine once, at the level of a module or when the application starts; a request takes a "
    "session from it",
    "sqlite3": "keep one connection for each thread, or let SQLAlchemy's pool do that",
    "pymongo": "make the client once, at the level of a module: it holds a pool by itself",
}
POOL = (
    "make a pool once when the application starts (`psycopg_pool.ConnectionPool`, `asyncpg.create_pool`), and take "
    "from it"
)


def find(app: Application) -> Iterator[Seen]:
    """For each file and library the first place where a request connects, with the others."""
    runs = served(app)
    found: dict[tuple[str, str], list[tuple[Place, Function, s.Call | None]]] = {}
    for engine in app.engines:
        function = engine.function
        if function is None or function not in runs or _is_kept(function, engine.place, engine.library):
            continue
        if engine.pooled is True and engine.library not in WHOLE:
            continue
        found.setdefault((engine.place.path, engine.library), []).append((engine.place, function, None))
    for standing in app.nodes(s.Call):
        library = CLIENTS.get(standing.node.refers)
        function = standing.function
        if (
            library
            and function is not None
            and function in runs
            and not _is_kept(function, standing.place, library)
        ):
            found.setdefault((standing.place.path, library), []).append(
                (standing.place, function, standing.node)
            )
    for (path, library), places in found.items():
        module = app.project.paths.get(path)
        if module is not None and module.role is Role.CODE:
            yield _seen(app, library, places)


def _seen(app: Application, library: str, places: list[tuple[Place, Function, s.Call | None]]) -> Seen:
    (place, function, _), *others = sorted(places, key=lambda each: each[0])
    route = served(app)[function]
    is_handler = route.handler is function
    who = f"`{route}`" if is_handler else f"`{function.name}`, which runs for `{route}`,"
    what = (
        "makes a client with a pool of its own"
        if library in WHOLE or library in CLIENTS.values()
        else "connects"
    )
    return Seen(
        place,
        f"{who} {what} (`{library}`) for each request: the way to the server and the handshake cost more than most "
        "queries, and under load the server runs out of connections",
        Confidence.MEDIUM if library in FILES or library in CLIENTS.values() else Confidence.HIGH,
        Severity.LOW if library in FILES else None,
        fix=FIX.get(library, POOL),
        also=tuple(Step(each, f"`{inside.name}` connects, too") for each, inside, _ in others),
        about=f"{place.path}:{library}",
    )


def _is_kept(function: Function, place: Place, library: str) -> bool:
    """Whether it lives longer than the request: cached, global, made at the start. A file may be kept in `g`."""
    if is_cached(function) or function.name in ONCE or set(words(function.name)[:1]) & ONCE:
        return True
    short = () if library in FILES else ("g", "request")
    for node in function.walk():
        if isinstance(node, s.Other) and node.kind in ("global", "nonlocal"):
            return True
        if isinstance(node, s.Assign) and node.line <= place.line <= node.end:
            for target in node.targets:
                if isinstance(target, s.Attribute | s.Item) and s.written(s.root_of(target)) not in short:
                    return True
    return False
