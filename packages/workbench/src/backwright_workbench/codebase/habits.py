"""What a project usually does, what surrounds its code, and what is not there, as sentences.

What lives here: counting over the application model. What must not: judging; a gap is an absence, not a fault.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function, Role
from backwright_workbench.codebase.facts.web import Purpose, Route

CI = re.compile(
    r"^(\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.yml|\.circleci/config\.yml|azure-pipelines\.yml|Jenkinsfile|"
    r"bitbucket-pipelines\.yml|\.travis\.yml|\.woodpecker\.ya?ml|\.drone\.yml|cloudbuild\.ya?ml|\.ci/[^/]+)$"
)
SHIPPED = re.compile(
    r"(^|/)(Dockerfile[^/]*|Containerfile|(docker-)?compose[^/]*\.ya?ml|Procfile|fly\.toml|render\.ya?ml|app\.ya?ml|"
    r"serverless\.ya?ml|Chart\.yaml)$",
    re.I,
)
LOCKS = re.compile(r"(^|/)(poetry|uv|pdm|pipfile)\.lock$", re.I)
TOOLS = (
    "ruff", "flake8", "pylint", "black", "isort", "mypy", "pyright", "bandit", "pre-commit", "import-linter",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Tests and what a project is checked and shipped with."""

    test_modules: int
    tests: int
    ci: tuple[str, ...]
    shipped: tuple[str, ...]
    locks: tuple[str, ...]
    tools: tuple[str, ...]


def surroundings(app: Application) -> Surroundings:
    """What surrounds the code."""
    modules = app.modules(Role.TEST)
    tests = sum(_is_test(function) for module in modules for function in module.everything)
    settings = "\n".join(app.files.get(name, "") for name in ("pyproject.toml", "setup.cfg", "tox.ini"))
    tools = tuple(
        name
        for name in TOOLS
        if name in app.dependencies
        or f"[tool.{name}" in settings
        or f"[{name}" in settings
        or (name == "pre-commit" and ".pre-commit-config.yaml" in app.files)
    )
    files = sorted(app.files)
    return Surroundings(
        sum(any(map(_is_test, module.everything)) for module in modules),
        tests,
        tuple(path for path in files if CI.search(path)),
        tuple(path for path in files if SHIPPED.search(path)),
        tuple(path for path in files if LOCKS.search(path)),
        tools,
    )


def _is_test(function: Function) -> bool:
    return function.inside is None and function.name.startswith("test")


def conventions(app: Application) -> Iterator[str]:
    """What is usual in this project, in sentences that count."""
    yield from _handlers(app.routes)
    yield from _data(app)
    if app.settings:
        by = Counter(each.source for each in app.settings)
        said = ", ".join(
            f"{number} from {_SOURCES.get(source, source)}" for source, number in by.most_common()
        )
        yield f"{len(app.settings)} settings: {said}"
    if app.error_handlers:
        named = [
            name
            for each in app.error_handlers
            for name in (("everything",) if each.is_general else each.errors)
        ]
        yield f"errors are answered centrally: {', '.join(dict.fromkeys(_short(name) for name in named[:8]))}"
    if app.middleware:
        yield f"every request passes {', '.join(dict.fromkeys(_short(each.name) for each in app.middleware))}"
    if app.outgoing:
        by = Counter(each.library for each in app.outgoing)
        said = ", ".join(f"{name} ({number})" for name, number in by.most_common())
        yield f"calls to other servers: {said}"
    if app.logs:
        printed = sum(each.level == "print" for each in app.logs)
        yield f"{len(app.logs) - printed} lines are logged, {printed} printed"


_SOURCES = {
    "env": "the environment",
    "config": "app.config",
    "class": "settings classes",
    "module": "modules",
}


def _handlers(routes: list[Route]) -> Iterator[str]:
    handlers = [each.handler for each in routes if each.handler is not None]
    if handlers:
        waiting = sum(each.is_async for each in handlers)
        yield (
            f"{waiting} of {len(handlers)} handlers are async" if waiting else "handlers are plain functions"
        )
    for purpose, said in _ASKED:
        guarded = [each for each in routes if each.guarded(purpose)]
        if guarded:
            names = Counter(guard.name for each in guarded for guard in each.guarded(purpose))
            usual = ", ".join(f"`{name}` ({number})" for name, number in names.most_common(3))
            yield f"{len(guarded)} of {len(routes)} routes {said}: {usual}"
    answered = [each for each in routes if each.answers]
    if answered:
        yield f"{len(answered)} of {len(routes)} routes answer through a schema"


_ASKED = (
    (Purpose.AUTHENTICATION, "ask who is calling"),
    (Purpose.AUTHORIZATION, "ask what the caller may do"),
    (Purpose.RATE_LIMIT, "are limited in rate"),
    (Purpose.DATABASE, "get their database session injected"),
)


def _data(app: Application) -> Iterator[str]:
    code = {module.path for module in app.modules(Role.CODE)}
    asked = [each for each in app.queries if each.place.path in code]
    if not asked:
        return
    by_via = Counter(
        {"sql": "SQL texts", "orm": "the ORM", "core": "SQL expressions"}.get(each.via, each.via)
        for each in asked
    )
    usual = ", ".join(f"{number} by {name}" for name, number in by_via.most_common())
    handlers = {id(each.handler) for each in app.routes if each.handler is not None}
    inside = sum(each.function is not None and id(each.function) in handlers for each in asked)
    yield f"{len(asked)} queries: {usual}; {inside} of them stand in handlers"
    by_file = Counter(each.place.path for each in asked)
    yield "most queries are in " + ", ".join(f"{path} ({number})" for path, number in by_file.most_common(4))


def gaps(app: Application) -> Iterator[str]:
    """What is not there, of what most backends have."""
    around = surroundings(app)
    open_ = [each for each in app.routes if not each.guarded(Purpose.AUTHENTICATION)]
    purposes = {purpose for each in app.middleware for purpose in each.purposes}
    purposes |= {purpose for route in app.routes for guard in route.guards for purpose in guard.purposes}
    if not around.tests:
        yield "no tests"
    if not around.ci:
        yield "no continuous integration"
    if app.models and not app.migrations:
        yield "no migrations"
    if app.dependencies and not around.locks:
        yield "no lock file"
    if not around.shipped:
        yield "nothing that says how it is shipped (Dockerfile, Compose, Procfile)"
    if not {"ruff", "flake8", "pylint"} & set(around.tools):
        yield "no linter"
    if not {"mypy", "pyright"} & set(around.tools):
        yield "no type checker"
    if not app.routes:
        return
    if open_:
        yield f"{len(open_)} of {len(app.routes)} routes do not ask who is calling"
    if not app.error_handlers:
        yield "no central error handler"
    if Purpose.RATE_LIMIT not in purposes:
        yield "no rate limit"
    if not any(re.search(r"health|ready|live|ping|status", each.path, re.I) for each in app.routes):
        yield "no health endpoint"
    if not any(each.level != "print" for each in app.logs):
        yield "nothing is logged"


def _short(name: str) -> str:
    return name.rpartition(".")[2]
