"""Migrations with Alembic: run up and down, told apart from the models, never two at a time.

What lives here: the whole of a service's dealings with Alembic; its `migrations/env.py` is one call of `run`.
What must not: deciding what a migration contains (that is written into the service by the workbench or by
hand).

Each migration is one transaction, DDL included, on SQLite and PostgreSQL. On SQLite foreign keys are off while tables
are rebuilt (a rebuilt table is dropped, which would delete what refers to it) and checked as a whole before
the commit. On PostgreSQL a migration that does not get its lock on a table soon gives up, so that nobody has
to wait behind it, and is tried again. MariaDB commits each statement that changes a table by itself: what a
migration has done before it fails stays done, and the error says so.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import DBAPIError

from backwright import migration_connections
from backwright.engine import parse
from backwright.migration_connections import database_path
from backwright.revisions import MigrationError, head
from backwright.search import is_search_object
from backwright.settings import Settings

ATTEMPTS: Final = 6
"""How often a migration is tried that does not get its lock on a table."""

_LOCK_TIMEOUT: Final = "55P03"
_MARIADB_LOCK_TIMEOUT: Final = 1205


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
    return _migrated(settings, lambda config: command.upgrade(config, revision))


def downgrade(settings: Settings, revision: str = "-1") -> Status:
    """Run migrations down to `revision`; `-1` is one step, `base` all of them. Raises `MigrationError`."""
    return _migrated(settings, lambda config: command.downgrade(config, revision))


def status(settings: Settings) -> Status:
    """Where the database stands. Looks only. Raises `MigrationError`."""
    config = _config(settings)
    is_file = parse(settings.database_url).get_backend_name() == "sqlite"
    if is_file and not database_path(settings.database_url).exists():
        return Status(None, head(settings.migrations), _between(config, None))
    return migration_connections.run(settings.database_url, lambda connection: _status(config, connection))


def differences(database_url: str, metadata: MetaData) -> list[str]:
    """What stands between the database and the models, one sentence each; empty when migrations and models
    agree.
    """

    def compare(connection: Connection) -> list[Any]:
        options = {"compare_type": True, "compare_server_default": True, "include_object": include_object}
        found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
        return found

    found = list(_flat(migration_connections.run(database_url, compare)))
    return [_sentence(each) for each in found if not _is_told_otherwise(each, found)]


def run(metadata: MetaData) -> None:
    """Run what the Alembic command asks for: the one line of a service's `migrations/env.py`."""
    given: Connection | None = context.config.attributes.get("connection")
    if given is not None:
        _migrate(given, metadata)
        return
    url = _declared_settings()().database_url
    migration_connections.run_alone(url, lambda connection: _migrate(connection, metadata))


def include_object(_: Any, name: str | None, kind: str, reflected: bool, __: Any) -> bool:
    """Leave out what models cannot describe: the tables, columns and indexes behind full-text search."""
    return not (reflected and name is not None and is_search_object(name))


def _declared_settings() -> type[Settings]:
    """The settings of the service, whose modules `env.py` has imported; else the runtime's own."""
    found = Settings
    while subclasses := found.__subclasses__():
        found = subclasses[-1]
    return found


def _migrate(connection: Connection, metadata: MetaData) -> None:
    if connection.dialect.name != "mariadb":
        _steps(connection, metadata, _check_references if connection.dialect.name == "sqlite" else None)
        return
    from backwright.mariadb_migrating import saying_what_stays  # here, because its driver is an extra

    with saying_what_stays(connection) as is_complete:
        _steps(connection, metadata, is_complete)


def _steps(connection: Connection, metadata: MetaData, after_each: Callable[..., None] | None) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        include_object=include_object,
        compare_type=True,
        compare_server_default=True,
        on_version_apply=after_each,
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


def _migrated(settings: Settings, step: Callable[[Config], None]) -> Status:
    """Take a step with every other runner shut out."""
    config = _config(settings)

    def run_step(connection: Connection) -> Status:
        config.attributes["connection"] = connection
        _patiently(lambda: _call(lambda: step(config), connection))
        return _status(config, connection)

    return migration_connections.run_alone(settings.database_url, run_step)


def _patiently(call: Callable[[], None]) -> None:
    """Call again what could not lock a table; what was done by then stays done, migration by migration."""
    for attempt in range(1, ATTEMPTS):
        try:
            return call()
        except DBAPIError as error:
            if not _waited_for_a_lock(error):
                raise
            time.sleep(attempt)
    return call()


def _waited_for_a_lock(error: DBAPIError) -> bool:
    """Whether a table stayed locked, and nothing of the statement has happened."""
    state = getattr(error.orig, "sqlstate", None)
    return state == _LOCK_TIMEOUT or getattr(error.orig, "args", ())[:1] == (_MARIADB_LOCK_TIMEOUT,)


def _config(settings: Settings) -> Config:
    folder = settings.migrations
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


def _is_told_otherwise(change: tuple[Any, ...], among: Sequence[tuple[Any, ...]]) -> bool:
    """Whether the change is about a `TenantKey` that empties its column, which each engine says in its own way: the
    same key with another `ondelete` is to go and to come."""
    kind, key = change[:2]
    if kind not in ("add_fk", "remove_fk") or not str(key.name).startswith("fkt_"):
        return False
    pair = {each[0]: each[1] for each in among if each[0].endswith("_fk") and each[1].name == key.name}
    if len(pair) != 2 or pair["add_fk"].ondelete != "SET NULL":
        return False
    here, there = pair["add_fk"], pair["remove_fk"]
    ends = [[each.target_fullname for each in side.elements] for side in (here, there)]
    same = ends[0] == ends[1] and list(here.column_keys) == list(there.column_keys)
    return same and there.ondelete in (None, f"SET NULL ({here.column_keys[1]})")


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
