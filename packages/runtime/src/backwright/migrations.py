"""Migrations with Alembic: run up and down, told apart from the models, never two at a time.

What lives here: the whole of a service's dealings with Alembic; its `migrations/env.py` is one call of `run`.
What must not: deciding what a migration contains (that is written into the service by the workbench or by
hand).

On SQLite each migration is one transaction, DDL included, which the driver does not do by itself. Foreign
keys are off while tables are rebuilt (a rebuilt table is dropped, which would delete what refers to it) and
checked as a whole before the commit.
"""

import fcntl
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from backwright.revisions import MigrationError, head
from backwright.search import is_search_object
from backwright.settings import Settings

LOCK_SECONDS: Final = 60.0
"""How long a second runner waits for the first."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where a database stands: its revision, the newest one, and what lies between, oldest first."""

    current: str | None
    head: str | None
    pending: tuple[str, ...]

    @property
    def is_current(self) -> bool:
        """Whether nothing is pending."""
        return self.current == self.head


def upgrade(settings: Settings, revision: str = "head") -> Status:
    """Run migrations up to `revision`. Raises `MigrationError`."""
    with _prepared(settings) as (config, connection):
        _call(lambda: command.upgrade(config, revision), connection)
        return _status(config, connection)


def downgrade(settings: Settings, revision: str = "-1") -> Status:
    """Run migrations down to `revision`; `-1` is one step, `base` all of them. Raises `MigrationError`."""
    with _prepared(settings) as (config, connection):
        _call(lambda: command.downgrade(config, revision), connection)
        return _status(config, connection)


def status(settings: Settings) -> Status:
    """Where the database stands. Looks only. Raises `MigrationError`."""
    config = _config(settings)
    head(Path(str(config.get_main_option("script_location"))))
    if not database_path(settings.database_url).exists():
        return Status(None, head(settings.migrations), _between(config, None))
    with _engine(settings.database_url).connect() as connection:
        return _status(config, connection)


def differences(database_url: str, metadata: MetaData) -> list[str]:
    """What stands between the database and the models, one sentence each; empty when migrations and models
    agree.
    """
    engine = _engine(database_url)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_object": include_object}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    engine.dispose()
    return [_sentence(each) for each in _flat(found)]


def run(metadata: MetaData) -> None:
    """Run what the Alembic command asks for: the one line of a service's `migrations/env.py`."""
    given: Connection | None = context.config.attributes.get("connection")
    if given is not None:
        _migrate(given, metadata)
        return
    with _engine(_declared_settings()().database_url).connect() as connection:
        _migrate(connection, metadata)


def include_object(_: Any, name: str | None, kind: str, reflected: bool, __: Any) -> bool:
    """Leave out what models cannot describe: the tables behind full-text search."""
    return not (kind == "table" and reflected and name is not None and is_search_object(name))


def database_path(url: str) -> Path:
    """The file of a SQLite address."""
    return Path(str(make_url(url).database))


def _declared_settings() -> type[Settings]:
    """The settings of the service, whose modules `env.py` has imported; else the runtime's own."""
    found = Settings
    while subclasses := found.__subclasses__():
        found = subclasses[-1]
    return found


def _migrate(connection: Connection, metadata: MetaData) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transaction_per_migration=True,
        include_object=include_object,
        compare_type=True,
        compare_server_default=True,
        on_version_apply=_check_references,
    )
    with context.begin_transaction():
        context.run_migrations()


def _check_references(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    """Refuse to commit a migration that leaves a reference to a row that is not there."""
    assert ctx.connection is not None
    broken = ctx.connection.execute(text("PRAGMA foreign_key_check")).fetchall()
    if broken:
        table, _, parent, _ = broken[0]
        raise MigrationError(
            f"{len(broken)} rows would refer to rows that do not exist (first: {table} → {parent}). "
            "Nothing was changed. Let the migration settle these rows before it changes the table."
        )


@contextmanager
def _prepared(settings: Settings) -> Iterator[tuple[Config, Connection]]:
    """A configuration and a connection, with every other runner shut out."""
    config = _config(settings)
    head(Path(str(config.get_main_option("script_location"))))
    path = database_path(settings.database_url)
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = _engine(settings.database_url)
    with _alone(path.with_name(path.name + ".migrating")), engine.connect() as connection:
        config.attributes["connection"] = connection
        yield config, connection
    engine.dispose()


@contextmanager
def _alone(path: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the lock file. Raises `MigrationError` when another process holds it for longer than `seconds`."""
    with path.open("w") as file:
        until = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise MigrationError(
                        f"Another process has been migrating this database for {seconds:g} seconds. "
                        f"Wait for it, or end it if it hangs; it holds {path}."
                    ) from None
                time.sleep(0.05)
        yield


def _engine(url: str) -> Engine:
    """An engine whose transactions include DDL."""
    engine = create_engine(url, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def connect(raw: sqlite3.Connection, _: Any) -> None:
        raw.isolation_level = None
        raw.execute("PRAGMA busy_timeout = 30000")
        raw.execute("PRAGMA foreign_keys = OFF")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _config(settings: Settings) -> Config:
    return _config_for(settings.migrations)


def _config_for(folder: Path) -> Config:
    head(folder)  # says so if this is not a folder of migrations, or if they do not end in one place
    config = Config()
    config.set_main_option("script_location", str(folder.absolute()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _status(config: Config, connection: Connection) -> Status:
    found = MigrationContext.configure(connection).get_current_revision()
    return Status(found, head(Path(str(config.get_main_option("script_location")))), _between(config, found))


def _between(config: Config, found: str | None) -> tuple[str, ...]:
    """The revisions after `found`, oldest first."""
    try:
        steps = ScriptDirectory.from_config(config).iterate_revisions("head", found or "base")
        return tuple(reversed([step.revision for step in steps if step.revision != found]))
    except CommandError as error:
        raise _unknown(error) from error


def _call(run_command: Any, connection: Connection) -> None:
    try:
        run_command()
    except CommandError as error:
        raise _unknown(error) from error
    finally:
        connection.rollback()


def _unknown(error: CommandError) -> MigrationError:
    return MigrationError(f"{error}. Compare the database's revision with the files: migrate status.")


def _flat(found: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Alembic nests the changes of one column in a list of their own."""
    for each in found:
        if isinstance(each, list):
            yield from _flat(each)
        else:
            yield each


def _sentence(change: tuple[Any, ...]) -> str:
    """A change as Alembic describes it, in words."""
    kind, *rest = change
    what = str(kind).replace("_", " ")
    named = [
        str(getattr(each, "name", each)) for each in rest if each is not None and not isinstance(each, dict)
    ]
    if str(kind).endswith(("index", "constraint", "fk")) and getattr(rest[0], "table", None) is not None:
        named.append(f"on {rest[0].table.name}")
    return f"{what}: {' '.join(named)}"
