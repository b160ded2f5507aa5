"""Applications for test suites, each built once, with the migrated database that every test begins with a
copy of.

What lives here: building and lending. What must not: what a test does with one (`testing.py`), where
databases come from (`testing_databases.py`).
"""

import atexit
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from sqlalchemy import Connection, Table

from backwright import migration_connections, migrations, search
from backwright.entity import Entity
from backwright.runtime import Runtime
from backwright.settings import Settings
from backwright.testing_databases import Template, place

if TYPE_CHECKING:
    from backwright.testing import TestService

Factory = Callable[..., FastAPI]

_SECRET: Final = secrets.token_urlsafe(48)

# The client imports it on every request, and what is not there is searched for in every folder each time.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # known not to be there: said at once


@dataclass
class Kit:
    """An application and the migrated database that its tests begin with."""

    app: FastAPI
    settings: Settings
    template: Template
    is_used: bool = False


_kits: dict[tuple[Any, ...], list[Kit]] = {}


def take(service: "TestService", engine: str) -> Kit:
    """An application that no other test of this process is using; built if there is none."""
    overrides = repr(sorted(service.overrides.items()))
    key = (service.create_app, service.settings_class, service.root, overrides, engine)
    kits = _kits.setdefault(key, [])
    for kit in kits:
        if not kit.is_used:
            break
    else:
        kit = _build(service, engine, kits[0].template if kits else None)
        kits.append(kit)
    kit.is_used = True
    return kit


def _build(service: "TestService", engine: str, template: Template | None) -> Kit:
    folder = Path(tempfile.mkdtemp(dir=place()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made: list[tuple[Settings, FastAPI]] = []

    def build(url: str) -> None:
        settings = _settings(service, folder, url)
        made.append((settings, service.create_app(settings)))

    def fill(url: str) -> None:
        build(url)
        settings, app = made[0]
        if service.root:
            migrations.upgrade(settings)
        else:
            create_tables(url, *_tables(app.state.runtime))

    if template is None:
        template = Template(engine, fill)
    else:
        build(template.url)
    settings, app = made[0]
    return Kit(app, settings, template)


def _settings(service: "TestService", folder: Path, url: str) -> Settings:
    given: dict[str, Any] = {
        "_env_file": None,
        "environment": "test",
        "secret_key": _SECRET,
        "database_url": url,
        "files_url": f"file:{folder / 'files'}",
        "rate_limit": "1000000/minute",
        "password_memory_kib": 8,
        "password_time_cost": 1,
        **({"migrations": service.root / "migrations"} if service.root else {}),
        **service.overrides,
    }
    return service.settings_class(**given)


def _tables(runtime: Runtime) -> tuple[list[Table], dict[str, tuple[str, ...]]]:
    """The tables of the service's resources and of the runtime, and what is searched in which."""
    wanted = {bound.table for bound in runtime.resources.values()}
    mapped = {mapper.local_table for mapper in Entity.registry.mappers}
    tables = [
        t for t in Entity.metadata.tables.values() if t in wanted or t not in mapped or t.name == "users"
    ]
    searched = {each.name: tuple(each.resource.search) for each in runtime.resources.values()}
    return tables, {name: columns for name, columns in searched.items() if columns}


def create_tables(
    url: str, tables: Iterable[Table] | None = None, searched: dict[str, tuple[str, ...]] | None = None
) -> None:
    """Make tables from the models (`None`: all of them), and the search indexes over them."""

    def create(connection: Connection) -> None:
        Entity.metadata.create_all(connection, tables=None if tables is None else list(tables))
        for name, columns in (searched or {}).items():
            for statement in search.creation(name, columns, connection.dialect.name):
                connection.exec_driver_sql(statement)
        connection.commit()

    migration_connections.run(url, create)
