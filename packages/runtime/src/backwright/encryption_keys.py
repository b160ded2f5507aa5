"""The keys of encrypted fields at rest: a table of data keys, each sealed under a master key.

What lives here: the table, and making, sealing and reading its keys. What must not: values and envelopes
(`encryption.py`), rows that are encrypted anew (`reencryption.py`).

Two steps, so that each can be changed alone. A value is encrypted under a data key, which stands in the database,
sealed under a master key, which never does: it comes from `ENCRYPTION_KEYS`. A copy of the database opens nothing, and
a new master key means sealing a few data keys anew and not every row.
"""

import hmac
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, LargeBinary, String, Table, bindparam, delete, insert, select, update

from backwright.columns import Timestamp
from backwright.context import now
from backwright.database import Database, Work
from backwright.encryption import KEY_BYTES, DataKey, FieldKeys
from backwright.entity import Entity
from backwright.sealing import Sealer

DATA: Final = "data"
INDEX: Final = "index"
"""The two kinds of keys: those that encrypt values, and the one that blind indexes are made with."""

AHEAD: Final = timedelta(seconds=60)
"""How long a new key is there before it encrypts: every process has read it by then."""

RELOAD_SECONDS: Final = 15.0
"""How often a process reads the keys; well below `AHEAD`."""

encryption_keys: Final = Table(
    "encryption_keys",
    Entity.metadata,
    Column("id", String(8), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("master", String(8), nullable=False),
    Column("sealed", LargeBinary(), nullable=False),
    Column("created_at", Timestamp(), nullable=False),
    Column("active_from", Timestamp(), nullable=False),
)
"""`master` is the fingerprint of the master key that `sealed` was made under."""

_log = logging.getLogger("backwright.encryption")


class KeysUnusable(ValueError):
    """The keys of encrypted fields cannot be had: the service must not start. The message says what to do."""


class MasterKeys:
    """The secrets of `ENCRYPTION_KEYS`, newest first. The first one seals, all of them open."""

    def __init__(self, given: Sequence[str]) -> None:
        self._sealers = {
            fingerprint(each): Sealer(each.encode(), "backwright field keys v1") for each in given
        }

    def __bool__(self) -> bool:
        return bool(self._sealers)

    @property
    def newest(self) -> str:
        """The fingerprint of the key that seals. Raises `KeysUnusable` if there is none."""
        if not self._sealers:
            raise KeysUnusable("ENCRYPTION_KEYS is not set, and fields are encrypted with it.")
        return next(iter(self._sealers))

    def seal(self, key: str, content: bytes) -> bytes:
        """A data key as it is stored."""
        return self._sealers[self.newest].seal(content, key.encode())

    def open(self, key: str, master: str, sealed: bytes) -> bytes:
        """A data key again. Raises `KeysUnusable`, naming the master key that is missing."""
        sealer = self._sealers.get(master)
        if sealer is None:
            raise KeysUnusable(
                f"The key {key} of encrypted fields was sealed under the master key {master}, which is not in "
                f"ENCRYPTION_KEYS (there: {', '.join(self._sealers) or 'none'}). Put it back, after the newest one."
            )
        try:
            return sealer.open(sealed, key.encode())
        except InvalidTag:
            raise KeysUnusable(
                f"The key {key} of encrypted fields does not open: its row in encryption_keys was changed. Restore it "
                "from a backup."
            ) from None


def fingerprint(master: str) -> str:
    """What a master key is called: says nothing about it."""
    return hmac.digest(master.encode(), b"backwright master key fingerprint v1", sha256).hex()[:8]


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A row of the table, opened."""

    id: str
    kind: str
    master: str
    created_at: datetime
    active_from: datetime
    secret: bytes = field(repr=False)


class KeyStore:
    """The table of one database, and the keys that this process holds of it (`Database.field_keys`)."""

    def __init__(self, database: Database, masters: MasterKeys) -> None:
        self._database = database
        self.masters = masters
        table = encryption_keys
        order = (table.c.active_from, table.c.id)
        columns = [table.c[name] for name in ("id", "kind", "master", "created_at", "active_from", "sealed")]
        self._all = database.prepare(select(*columns).order_by(*order))
        self._insert = database.prepare(insert(table))
        self._rewrap = database.prepare(
            update(table)
            .where(table.c.id == bindparam("key"))
            .values(master=bindparam("new_master"), sealed=bindparam("new_sealed", type_=LargeBinary()))
        )
        self._delete = database.prepare(delete(table).where(table.c.id == bindparam("key")))

    @property
    def held(self) -> FieldKeys:
        """The keys as column types use them."""
        return self._database.field_keys

    async def load(self) -> list[StoredKey]:
        """Read and open all keys, and hold them. Raises `KeysUnusable` if one does not open."""
        return self._hold(await self._database.fetch(self._all))

    async def open(self) -> list[StoredKey]:
        """The same; the first keys of a new service are made. One process makes them, the others wait for it."""
        self.masters.newest  # noqa: B018 - raises where there is none, also if no key is there yet
        found = await self.load()
        if {each.kind for each in found} == {DATA, INDEX}:
            return found
        async with self._database.work() as work:
            await work.lock("encryption_keys")
            there = {each.kind for each in self._hold(await work.fetch(self._all))}
            for kind in {DATA, INDEX} - there:
                await self._add(work, kind, now())
        return await self.load()

    async def create(self, work: Work, *, ahead: timedelta = AHEAD) -> str:
        """A new data key, which encrypts from `ahead` on: its id."""
        await work.lock("encryption_keys")
        return await self._add(work, DATA, now() + ahead)

    async def rewrap(self, work: Work) -> int:
        """Seal all keys under the newest master key that are sealed under an older one: how many."""
        await work.lock("encryption_keys")
        newest = self.masters.newest
        old = [each for each in self._opened(await work.fetch(self._all)) if each.master != newest]
        for each in old:
            sealed = self.masters.seal(each.id, each.secret)
            await work.execute(self._rewrap, {"key": each.id, "new_master": newest, "new_sealed": sealed})
        return len(old)

    async def remove(self, work: Work, key: str) -> None:
        """Forget a key for good: what is still encrypted under it can never be read again."""
        await work.execute(self._delete, {"key": key})

    async def _add(self, work: Work, kind: str, active_from: datetime) -> str:
        key = secrets.token_hex(4)
        row = {
            "id": key,
            "kind": kind,
            "master": self.masters.newest,
            "sealed": self.masters.seal(key, secrets.token_bytes(KEY_BYTES)),
            "created_at": now(),
            "active_from": active_from,
        }
        await work.execute(self._insert, row)
        _log.info("a key of encrypted fields was made", extra={"key": key, "kind": kind})
        return key

    def _hold(self, rows: Sequence[Sequence[Any]]) -> list[StoredKey]:
        found = self._opened(rows)
        data = [DataKey(each.id, each.active_from, each.secret) for each in found if each.kind == DATA]
        index = [each.secret for each in found if each.kind == INDEX]
        self.held.hold(data, index[0] if index else b"")
        return found

    def _opened(self, rows: Sequence[Sequence[Any]]) -> list[StoredKey]:
        return [
            StoredKey(
                id_, kind, master, created_at, active_from, self.masters.open(id_, master, bytes(sealed))
            )
            for id_, kind, master, created_at, active_from, sealed in rows
        ]
