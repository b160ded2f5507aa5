"""Encrypted fields in the life of a service: their keys are there before the first request, and stay up to date.

What lives here: what is checked at the start, and the reading of new keys. What must not: the keys themselves
(`encryption_keys.py`).
"""

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from sqlalchemy import Column, select

from backwright import revisions, secret_key
from backwright.encrypted import Encrypted
from backwright.encryption import Unreadable
from backwright.encryption_keys import RELOAD_SECONDS, KeyStore, KeysUnusable, MasterKeys
from backwright.errors import Error
from backwright.settings import Environment, Settings

if TYPE_CHECKING:
    from backwright.runtime import Runtime

CANARIES: Final = 1_000
"""Rows that are looked through for a value; the start of a service must not read whole tables."""

_log = logging.getLogger("backwright.encryption")


def columns_of(runtime: "Runtime") -> list[Column[object]]:
    """The encrypted columns of a service, in the order of its resources."""
    return [
        column
        for bound in runtime.resources.values()
        for column in bound.table.columns
        if isinstance(column.type, Encrypted)
    ]


def store_of(runtime: "Runtime") -> KeyStore:
    """Where the keys of a service are kept."""
    return KeyStore(runtime.database, MasterKeys(master_keys(runtime.settings)))


def master_keys(settings: Settings) -> list[str]:
    """The master keys, newest first. In development one is made and kept; a test's is its secret."""
    given = [each.strip() for each in settings.encryption_keys.get_secret_value().split(",") if each.strip()]
    if given or settings.in_production:
        return given
    if settings.environment is Environment.TEST:
        return [settings.secret_key.get_secret_value()]
    return [secret_key.stored(secret_key.ENCRYPTION_FILE)]


async def start(runtime: "Runtime") -> None:
    """Have the keys, and see that what stands in each encrypted column opens with them.

    Raises `KeysUnusable` if a key is missing. A database that is not migrated yet has no keys; the service starts, is
    not ready, and looks again.
    """
    columns = columns_of(runtime)
    if not columns:
        return
    store = store_of(runtime)
    if not store.masters:
        raise KeysUnusable(
            f"ENCRYPTION_KEYS is not set, and {columns[0].table.name}.{columns[0].name} is encrypted with it; make one "
            f"with: {secret_key.RECIPE}"
        )
    try:
        await store.load()
        for column in columns:
            await _try(runtime, column)
        await store.open()  # new keys only where nothing is encrypted yet
    except Error:
        if not await _is_behind(runtime):
            raise
        _log.warning("encrypted fields wait for the migration of the database")


async def _try(runtime: "Runtime", column: Column[object]) -> None:
    """Open the newest value that a few rows hold: the canary. Raises `KeysUnusable` if its key is not there."""
    table = column.table
    newest = select(table.c.id, column).order_by(table.c.id.desc()).limit(CANARIES).subquery()
    value = newest.c[column.key]
    statement = select(value).where(value.is_not(None)).order_by(newest.c.id.desc()).limit(1)
    try:
        await runtime.database.fetch(runtime.database.prepare(statement))
    except Unreadable:
        return  # somebody changed this one value; the log says which, and all others can be read
    except Error:
        if not runtime.database.field_keys.missed:
            raise
        raise KeysUnusable(
            f"The newest value of {table.name}.{column.name} was encrypted under a key that is not in encryption_keys. "
            "Restore that table from the backup that this one came from."
        ) from None


async def keep_fresh(runtime: "Runtime", every: float = RELOAD_SECONDS) -> None:
    """Read the keys again and again, so that one that is made elsewhere is here before it is used."""
    if not columns_of(runtime):
        return
    store = store_of(runtime)
    while True:
        await asyncio.sleep(every)
        try:
            await store.open()
        except (Error, KeysUnusable) as error:
            _log.warning("the keys of encrypted fields cannot be read", extra={"reason": str(error)})


async def _is_behind(runtime: "Runtime") -> bool:
    folder = runtime.settings.migrations
    return (folder / "env.py").exists() and revisions.head(folder) != await runtime.database.revision()
