"""Async functions that hold the event loop while they wait."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.blocking import Held, blocking_of
from backwright_workbench.review.finding import Confidence, Seen, Severity, Step
from backwright_workbench.review.rule import About
from backwright_workbench.review.wiring import handlers

ABOUT = About("The event loop is held", Severity.MEDIUM, cwe=(400, 833), owasp=("API4:2023",))

LOOPS = frozenset(
    ["fastapi", "starlette", "litestar", "sanic", "quart", "aiohttp", "tornado", "blacksheep", "ninja"]
)
"""Frameworks that answer all requests in one event loop."""
ONCE = frozenset(
    ["lifespan", "startup", "shutdown", "init", "initialize", "bootstrap", "setup", "teardown", "seed", "create_all",
     "main", "migrate", "connect", "disconnect", "open", "close", "start", "stop", "prepare", "aopen", "aclose"]
)  # fmt: skip
MARKS = frozenset(
    ["on_event", "asynccontextmanager", "on_startup", "before_serving", "listener", "command", "task"]
)


def find(app: Application) -> Iterator[Seen]:
    """Each async function that sleeps, waits for another server or the database, or hashes, without giving way."""
    if not LOOPS & set(app.frameworks):
        return
    blocking = app.once(blocking_of)
    for function in app.functions():
        if function.is_async and not _runs_once(function):
            held = blocking.within(function)
            if held:
                yield _seen(app, function, held)


def _runs_once(function: Function) -> bool:
    """Whether it runs when the application starts or ends, when nobody waits."""
    if any(s.last_name(each) in MARKS for each in function.decorators):
        return True
    return bool(ONCE & set(words(function.name)[:1]) or ONCE & {function.name})


def _seen(app: Application, function: Function, held: list[Held]) -> Seen:
    first = next((each for each in held if each.is_sure), held[0])
    route = handlers(app).get(function)
    who = f"`{route}`" if route is not None else f"`{function.name}`"
    way = f" in `{first.steps[-2].what[7:-1]}`" if len(first.steps) > 1 else ""
    return Seen(
        function.at(first.call),
        f"{who} is async and {first.what}{way}: until that is done, no other request is answered",
        Confidence.HIGH if first.is_sure else Confidence.MEDIUM,
        fix=_fix(first),
        steps=first.steps,
        also=tuple(Step(function.at(each.call), each.what) for each in held if each is not first)[:5],
        cause=f"{function.module.path}:{first.what}",
        about=function.qualified,
    )


def _fix(held: Held) -> str:
    name = s.written(held.call.callee)
    if "database" in held.what:
        return "declare the handler with `def`, so that it runs in a thread, or use an `AsyncSession` and await it"
    if "sleeps" in held.what:
        return "`await asyncio.sleep(…)`"
    if "another server" in held.what:
        return (
            "use an async client (`httpx.AsyncClient`) and await it, or "
            + f"`await asyncio.to_thread({name}, …)`"
        )
    return f"`await asyncio.to_thread({name}, …)`"
