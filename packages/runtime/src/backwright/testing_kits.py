"""Applications for test suites, each built once, with the migrated database that every test begins with a
copy of.

What lives here: building and lending. What must not: what a test does with one (`testing.py`).
"""

import atexit
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from sqlalchemy import create_engine

from backwright import migrations, search
from backwright.entity import Entity
from backwright.runtime import Runtime
from backwright.settings import Settings

if TYPE_CHECKING:
    from backwright.testing import TestService

Factory = Callable[..., FastAPI]

_SECRET: Final = secrets.token_urlsafe(48)
_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a directory of random name is made in it
"""Where syncing a file costs nothing, on systems that have it."""


@dataclass
class Kit:
    """An application and the migrated database that its tests begin with."""

    app: FastAPI
    settings: Settings
    template: Path
    is_used: bool = False


_kits: dict[tuple[Any, ...], list[Kit]] = {}


def take(service: "TestService") -> Kit:
    """An application that no other test of this process is using; built if there is none."""
    key = (service.create_app, service.settings_class, service.root, repr(sorted(service.overrides.items())))
    kits = _kits.setdefault(key, [])
    for kit in kits:
        if not kit.is_used:
            break
    else:
        kit = _build(service, kits[0].template if kits else None)
        kits.append(kit)
    kit.is_used = True
    return kit


def _build(service: "TestService", template: Path | None) -> Kit:
    folder = Path(tempfile.mkdtemp(dir=place()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    given: dict[str, Any] = {
        "_env_file": None,
        "environment": "test",
        "secret_key": _SECRET,
        "database_url": f"sqlite:///{folder / 'template.db'}",
        "files_url": f"file:{folder / 'files'}",
        "rate_limit": "1000000/minute",
        "password_memory_kib": 8,
        "password_time_cost": 1,
        **({"migrations": service.root / "migrations"} if service.root else {}),
        **service.overrides,
    }
    settings = service.settings_class(**given)
    app = service.create_app(settings)
    if template is None:
        template = folder / "template.db"
        if service.root:
            migrations.upgrade(settings)
        else:
            _create_tables(settings, app)
        _fold(template)
    return Kit(app, settings, template)


def _create_tables(settings: Settings, app: FastAPI) -> None:
    """The tables of the service's resources and of the runtime, from the models."""
    runtime: Runtime = app.state.runtime
    wanted = {bound.table for bound in runtime.resources.values()}
    mapped = {mapper.local_table for mapper in Entity.registry.mappers}
    tables = [
        t for t in Entity.metadata.tables.values() if t in wanted or t not in mapped or t.name == "users"
    ]
    engine = create_engine(settings.database_url)
    with engine.begin() as connection:
        Entity.metadata.create_all(connection, tables=tables)
        for bound in runtime.resources.values():
            if bound.resource.search:
                for statement in search.creation(bound.name, bound.resource.search):
                    connection.exec_driver_sql(statement)
    engine.dispose()


def _fold(database: Path) -> None:
    """Bring everything into the one file that is copied: the last writes may stand in the log beside it."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def place() -> str | None:
    """The parent of temporary directories; none: the system's own."""
    return str(_IN_MEMORY) if _IN_MEMORY.is_dir() else None
