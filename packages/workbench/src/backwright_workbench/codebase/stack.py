"""What a project is built with, in a few words: `FastAPI · SQLAlchemy 2 · Alembic · pytest`.

What lives here: names of frameworks and libraries as people write them. What must not: judging.
"""

import re
from dataclasses import dataclass

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Role

NAMES = (
    ("web", "fastapi", "FastAPI"),
    ("web", "litestar", "Litestar"),
    ("web", "flask", "Flask"),
    ("web", "django", "Django"),
    ("web", "djangorestframework", "Django REST framework"),
    ("web", "django-ninja", "Django Ninja"),
    ("web", "starlette", "Starlette"),
    ("web", "quart", "Quart"),
    ("web", "sanic", "Sanic"),
    ("web", "aiohttp", "aiohttp"),
    ("web", "tornado", "Tornado"),
    ("web", "bottle", "Bottle"),
    ("web", "strawberry-graphql", "Strawberry"),
    ("web", "graphene", "Graphene"),
    ("data", "sqlmodel", "SQLModel"),
    ("data", "sqlalchemy", "SQLAlchemy"),
    ("data", "flask-sqlalchemy", "Flask-SQLAlchemy"),
    ("data", "tortoise-orm", "Tortoise ORM"),
    ("data", "peewee", "Peewee"),
    ("data", "mongoengine", "MongoEngine"),
    ("data", "beanie", "Beanie"),
    ("data", "motor", "Motor"),
    ("data", "pymongo", "PyMongo"),
    ("data", "asyncpg", "asyncpg"),
    ("data", "psycopg", "psycopg"),
    ("data", "psycopg2", "psycopg2"),
    ("data", "pymysql", "PyMySQL"),
    ("data", "sqlite3", "sqlite3"),
    ("migrations", "alembic", "Alembic"),
    ("migrations", "flask-migrate", "Flask-Migrate"),
    ("migrations", "aerich", "Aerich"),
    ("work", "celery", "Celery"),
    ("work", "redis", "Redis"),
    ("tests", "pytest", "pytest"),
)
"""Kind, distribution, name. An import of a distribution is its name with `_` for `-`, or as in `IMPORTS`."""

IMPORTS = {
    "djangorestframework": "rest_framework",
    "django-ninja": "ninja",
    "strawberry-graphql": "strawberry",
    "tortoise-orm": "tortoise",
}
BELOW = {
    "starlette": ("fastapi",),
    "sqlalchemy": ("sqlmodel",),
    "aiohttp": ("fastapi", "flask", "django", "litestar", "sanic", "starlette"),
    "psycopg2": ("sqlalchemy", "django"),
    "psycopg": ("sqlalchemy", "django"),
    "asyncpg": ("sqlalchemy", "tortoise-orm"),
    "pymysql": ("sqlalchemy", "django"),
    "sqlite3": ("sqlalchemy", "django", "sqlmodel", "peewee", "psycopg2", "asyncpg"),
    "pymongo": ("motor", "mongoengine", "beanie"),
    "alembic": ("flask-migrate",),
}
"""What another one brings along is not named beside it."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that the project is built with."""

    kind: str
    name: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}".rstrip()


def stack(app: Application) -> tuple[Part, ...]:
    """The parts that matter, web framework first."""
    imported = _imported(app)
    used = [each for each in NAMES if _is_used(app, each[1], imported)]
    names = {each[1] for each in used}
    found = [
        Part(kind, name, _version(app, distribution))
        for kind, distribution, name in used
        if not names & set(BELOW.get(distribution, ()))
    ]
    if not any(each.kind == "tests" for each in found) and app.modules(Role.TEST):
        found.append(Part("tests", "unittest"))
    return tuple(found)


def _imported(app: Application) -> set[str]:
    return {
        target.partition(".")[0]
        for module in app.project.modules.values()
        for target in module.imports.values()
    }


def _is_used(app: Application, distribution: str, imported: set[str]) -> bool:
    """What is imported is used; pytest and migration tools are often only declared."""
    if IMPORTS.get(distribution, distribution.replace("-", "_")) in imported:
        return True
    if distribution == "flask-migrate":
        return False
    return distribution in app.dependencies and distribution in (
        "alembic",
        "pytest",
        "aerich",
        "redis",
        "celery",
    )


def _version(app: Application, distribution: str) -> str:
    """The first number of what is declared, if there is one."""
    found = re.search(r"(\d+)(?:\.(\d+))?", app.dependencies.get(distribution, ""))
    if found is None:
        return ""
    return f"{found[1]}.{found[2]}" if found[1] == "0" and found[2] else found[1]
