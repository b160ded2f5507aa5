"""The head of the blueprint: the package's name, roles, and how callers prove who they are."""

import keyword
import sys
from collections.abc import Iterator, Sequence

from backwright_workbench.blueprint.fault import Fault, Path, did_you_mean
from backwright_workbench.blueprint.model import Blueprint

ADMIN = "admin"
ANYBODY = ("public", "signed_in")
"""Who is not a role but may stand in `access`: callers without an account, callers with any."""

_LIBRARIES = """
aiosqlite alembic anyio argon2 asyncpg attr attrs backwright backwright_workbench boto3 certifi click
conftest cryptography fastapi greenlet h11 httptools httpx idna jinja2 joserfc migrations mypy orjson
psycopg pydantic pydantic_core pydantic_settings pytest redis ruff setup site sqlalchemy src starlette tests
uvicorn uvloop
"""
TAKEN_PACKAGES = sys.stdlib_module_names | frozenset(_LIBRARIES.split())


def check(blueprint: Blueprint) -> Iterator[Fault]:
    """Faults in what is said once for the whole service."""
    yield from _package(blueprint)
    yield from _roles(blueprint)
    yield from _auth(blueprint)
    yield from repeated(blueprint.wanted, ("wanted",))


def repeated(values: Sequence[str], path: Path) -> Iterator[Fault]:
    """A fault for each value that a list has said before."""
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Fault((*path, index), f"{value!r} is said twice", "keep one")


def _package(blueprint: Blueprint) -> Iterator[Fault]:
    package = blueprint.package
    if keyword.iskeyword(package):
        yield Fault(
            ("service",), f"{package!r} is a Python keyword", f"for example {blueprint.service}-service"
        )
    elif package in TAKEN_PACKAGES:
        yield Fault(
            ("service",),
            f"a Python package called {package!r} exists already and would be hidden",
            f"for example {blueprint.service}-service",
        )


def _roles(blueprint: Blueprint) -> Iterator[Fault]:
    if ADMIN not in blueprint.roles:
        yield Fault(("roles",), f"the role {ADMIN!r} is missing", "somebody must manage accounts: add it")
    for role in ANYBODY:
        if role in blueprint.roles:
            yield Fault(
                ("roles", role), f"{role!r} is not a role", f"in `access`, {role!r} stands without being one"
            )


def _auth(blueprint: Blueprint) -> Iterator[Fault]:
    auth = blueprint.auth
    path = ("auth", "methods")
    if not auth.methods:
        yield Fault(path, "no way to sign in", "for example [password]")
    elif set(auth.methods) == {"mfa"}:
        yield Fault(path, "a second factor needs a first", "for example [password, mfa]")
    yield from repeated(auth.methods, path)
    yield from repeated(auth.providers, ("auth", "providers"))
    if auth.providers and "oidc" not in auth.methods:
        yield Fault(("auth", "providers"), "nobody signs in with a provider", "add oidc to methods")
    role = auth.register_as
    if role is None:
        return
    if role not in blueprint.roles:
        yield Fault(
            ("auth", "register_as"),
            f"{role!r} is not a role",
            did_you_mean(role, [r for r in blueprint.roles if r != ADMIN]),
        )
    elif auth.registration != "open":
        yield Fault(("auth", "register_as"), "nobody signs up by themselves", "registration: open")
    elif role == ADMIN:
        yield Fault(
            ("auth", "register_as"), "whoever signs up would be an admin", "choose a role with fewer rights"
        )
