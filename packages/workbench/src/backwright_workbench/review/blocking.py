"""Calls that hold the thread in which they run: waits, other servers, synchronous databases, slow hashes.

What lives here: which calls do so, over calls of the project too. What must not: which functions may not.
"""

from dataclasses import dataclass

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.data import Query
from backwright_workbench.review.finding import Step
from backwright_workbench.review.reach import Reach, is_cached, reach_of

NAMED = {
    "time.sleep": "sleeps", "os.system": "waits for a command", "os.popen": "waits for a command",
    "subprocess.run": "waits for a command", "subprocess.call": "waits for a command",
    "subprocess.check_call": "waits for a command", "subprocess.check_output": "waits for a command",
    "subprocess.getoutput": "waits for a command", "subprocess.getstatusoutput": "waits for a command",
    "shutil.copyfileobj": "copies a file", "shutil.copytree": "copies files", "shutil.make_archive": "packs files",
}  # fmt: skip
HASHES = frozenset(
    ["bcrypt.hashpw", "bcrypt.checkpw", "bcrypt.kdf", "werkzeug.security.generate_password_hash",
     "werkzeug.security.check_password_hash", "hashlib.pbkdf2_hmac", "hashlib.scrypt",
     "django.contrib.auth.hashers.make_password", "django.contrib.auth.hashers.check_password"]
)  # fmt: skip
HASHERS = ("passlib.", "argon2.", "pwdlib.", "flask_bcrypt.")
HASHING = frozenset(["hash", "verify", "verify_and_update", "using", "encrypt", "generate_password_hash",
                     "check_password_hash"])  # fmt: skip
CLIENTS = {"boto3.": "asks AWS", "botocore.": "asks AWS", "redis.": "asks Redis", "stripe.": "asks Stripe"}
MADE_ASYNC = ("redis.asyncio", "aioredis", "aioboto3")
QUIET = frozenset(
    ["add", "add_all", "delete", "expunge", "expire", "close", "rollback", "begin", "begin_nested", "client",
     "resource", "Session", "from_url", "Redis", "StrictRedis", "ConnectionPool", "pipeline", "exceptions", "Bucket",
     "Table", "expunge_all", "register_script", "pubsub", "lock"]
)  # fmt: skip
"""Calls of sessions and clients that ask nobody."""
ASYNC_STACKS = (
    "sqlalchemy.ext.asyncio", "sqlmodel.ext.asyncio", "asyncpg", "aiosqlite", "databases", "aiomysql", "tortoise",
    "psycopg.AsyncConnection", "gino", "ormar", "edgedb", "prisma", "piccolo", "aiopg",
    "psycopg_pool.AsyncConnectionPool",
)  # fmt: skip
SYNC_SESSIONS = (
    "sqlalchemy.orm.",
    "sqlmodel.Session",
    "sqlmodel.orm.",
    "flask_sqlalchemy.",
    "sqlite3.",
    "psycopg2.",
)
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Held:
    """What holds the thread: the call that a function makes, what it does, and the way there over other functions."""

    call: s.Call
    what: str
    is_sure: bool
    steps: tuple[Step, ...] = ()


class Blocking:
    """Answers for one application; remembers what it found."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._reach: Reach = app.once(reach_of)
        self._found: dict[Function, Held | None] = {}
        self._is_async_stack = any(
            target.startswith(ASYNC_STACKS) for module in app.modules() for target in module.imports.values()
        )
        self._has_async_documents = any(each.is_async for each in app.engines)
        self._outgoing = {each.call: each for each in app.outgoing if not each.is_async}
        self._queries = {each.call: each for each in app.queries if each.function is not None}

    def within(self, function: Function) -> list[Held]:
        """What holds the thread in a function, by itself or over functions that it calls and that are not async."""
        awaited = _awaited(function)
        found = []
        for node in _running(function):
            if not isinstance(node, s.Call) or node in awaited:
                continue
            held = self._direct(node, function) or self._through(node, function, 0)
            if held is not None:
                found.append(held)
        return found

    def _through(self, call: s.Call, function: Function, depth: int) -> Held | None:
        for callee in self._reach.called(call, function):
            if callee.is_async or is_cached(callee) or callee is function or _yields(callee):
                continue
            held = self._first(callee, depth + 1)
            if held is not None:
                step = Step(function.at(call), f"calls `{callee.name}`")
                return Held(call, held.what, held.is_sure, (step, *held.steps))
        return None

    def _first(self, function: Function, depth: int) -> Held | None:
        """The first thing in a function that holds the thread."""
        if function in self._found:
            return self._found[function]
        if depth > DEEPEST:
            return None
        self._found[function] = None
        calls = [each for each in _running(function) if isinstance(each, s.Call)]
        found = None
        for call in calls:
            found = self._direct(call, function)
            if found is not None:
                found = Held(call, found.what, found.is_sure, (Step(function.at(call), found.what),))
                break
        for call in calls if found is None else ():
            found = self._through(call, function, depth)
            if found is not None:
                break
        self._found[function] = found
        return found

    def _direct(self, call: s.Call, function: Function) -> Held | None:
        known = call.refers
        if known in NAMED:
            return Held(call, NAMED[known], True)
        if known in HASHES:
            return Held(call, "hashes a password", False)
        outgoing = self._outgoing.get(call)
        if outgoing is not None:
            return Held(call, f"asks another server through `{outgoing.library}`", True)
        query = self._queries.get(call)
        if query is not None and self._is_sync(query, function):
            return Held(call, "asks the database through a synchronous session", True)
        return self._client(call, function)

    def _client(self, call: s.Call, function: Function) -> Held | None:
        """A method of an object whose class holds the thread: `CryptContext`, `PasswordHasher`, a client of AWS."""
        if not isinstance(call.callee, s.Attribute) or call.name in QUIET:
            return None
        owner = call.refers
        if call.name in HASHING or not owner:
            kind = self._app.types.of(call.callee.base, function)
            owner = kind.name if kind is not None else owner
        if call.name in HASHING and owner.startswith(HASHERS):
            return Held(call, "hashes a password", False)
        if owner.startswith(MADE_ASYNC):
            return None
        for start, what in CLIENTS.items():
            if owner.startswith(start) and not call.refers.startswith(start):
                return Held(call, what, False)
        return None

    def _is_sync(self, query: Query, function: Function) -> bool:
        if query.is_async or query.call.name in QUIET or query.kind == "ddl":
            return False
        if query.via == "document":
            return not self._has_async_documents and self._app.imports("pymongo", "mongoengine")
        if any(
            name in self._app.models and self._app.models[name].orm in ("django", "tortoise")
            for name in query.models
        ):
            return False
        if not self._is_async_stack:
            return True
        kind = self._app.types.of(s.root_of(query.call), function)
        base = query.call.callee.base if isinstance(query.call.callee, s.Attribute) else None
        inner = self._app.types.of(base, function) if base is not None else None
        names = [each.name for each in (kind, inner) if each is not None]
        return any(name.startswith(SYNC_SESSIONS) for name in names)


def blocking_of(app: Application) -> Blocking:
    """For `app.once`."""
    return Blocking(app)


def _running(function: Function) -> list[s.Node]:
    """The nodes of a function that run in it: not what a lambda holds, which often goes to a thread."""
    found: list[s.Node] = []
    waiting: list[s.Node] = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, s.Lambda):
            continue
        found.append(node)
        below = list(s.children(node))
        below.reverse()
        waiting += below
    return found


def _awaited(function: Function) -> set[s.Node]:
    """Calls that are awaited, gathered, or gone through with `async for` and `async with`."""
    found: set[s.Node] = set()
    for node in function.walk():
        match node:
            case s.Awaited(value=s.Call() as call):
                found.add(call)
                found |= {each for each in call.args if isinstance(each, s.Call)}
            case s.Loop(subject=subject, is_async=True) | s.Clause(iterable=subject, is_async=True):
                found |= set(s.calls_in(subject))
            case s.Using(items=items, is_async=True):
                found |= {each.value for each in items if isinstance(each.value, s.Call)}
    return found


def _yields(function: Function) -> bool:
    return any(isinstance(each, s.Yielded) for each in function.walk())
