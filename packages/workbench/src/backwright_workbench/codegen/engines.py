"""The engines that a service was asked to run on, and the settings that turn them on.

What lives here: for each engine its setting, an address to begin with, and what runs in its place until then. What must
not: what is not built (`carried.py`), and the files that say it (templates, `environment.py`).
"""

from dataclasses import dataclass

from backwright_workbench.blueprint.model import Blueprint, Stores

DATABASE_ON_SQLITE = "SQLite in `var/`, in write-ahead mode"
LONGEST_BUCKET = 63


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine: its name, the extra of the runtime that speaks to it, and how it is turned on."""

    asked: str
    extra: str
    setting: str
    needs: str
    """Versions and kinds that will do."""
    embedded: str
    """What runs while the setting is empty."""


ENGINES = {
    "postgresql": Engine("PostgreSQL", "postgresql", "DATABASE_URL", "13 or newer", DATABASE_ON_SQLITE),
    "mariadb": Engine("MariaDB", "mariadb", "DATABASE_URL", "10.6 or newer, not MySQL", DATABASE_ON_SQLITE),
    "redis": Engine(
        "Redis", "redis", "REDIS_URL", "6 or newer, or Valkey", "a cache and counts in each process"
    ),
    "s3": Engine("S3", "s3", "FILES_URL", "AWS, or a server that speaks S3", "files in `var/files`"),
}
"""Value of a store → its engine. What is not here is embedded."""


def engines(stores: Stores) -> tuple[Engine, ...]:
    """The engines that are asked for and only have to be turned on: database, cache, files."""
    return tuple(ENGINES[name] for name in (stores.database, stores.cache, stores.files) if name in ENGINES)


def asked(stores: Stores) -> str:
    """Their names in a row: `PostgreSQL, Redis and S3`; empty if none was asked for."""
    *names, last = ["", *(engine.asked for engine in engines(stores))]
    return f"{', '.join(filter(None, names))} and {last}" if any(names) else last


def requirement(stores: Stores, *, oidc: bool = False) -> str:
    """The runtime with the drivers that its engines need, as a requirement in `pyproject.toml`; with `oidc` it talks
    to identity providers."""
    extras = ",".join([*(engine.extra for engine in engines(stores)), *(["oidc"] if oidc else [])])
    return f"backwright-runtime{f'[{extras}]' if extras else ''}>=0.1,<0.2"


def bucket(blueprint: Blueprint) -> str:
    """A name that every S3 takes: three letters at least, 63 at most."""
    ending = "-files"
    return blueprint.service[: LONGEST_BUCKET - len(ending)] + ending


def addresses(blueprint: Blueprint) -> dict[str, str]:
    """Setting → what it would be with servers on this machine, for the engines that were asked for."""
    name = blueprint.package
    port = {"postgresql": 5432, "mariadb": 3306}.get(blueprint.stores.database)
    known = {
        "DATABASE_URL": f"{blueprint.stores.database}://{name}:PASSWORD@localhost:{port}/{name}",
        "REDIS_URL": "redis://localhost:6379/0",
        "FILES_URL": f"s3://{bucket(blueprint)}?region=us-east-1&endpoint=http://localhost:9000&path_style=true",
    }
    found = {engine.setting: known[engine.setting] for engine in engines(blueprint.stores)}
    if "FILES_URL" in found:
        found |= {"AWS_ACCESS_KEY_ID": bucket(blueprint), "AWS_SECRET_ACCESS_KEY": "PASSWORD"}
    return found
