"""The signing keys: made, published, used, retired, dropped, each at its time.

What lives here: the table of keys and the ring that a process holds in memory. What must not: tokens.

A key's life is written down when it is made, and every process reads the same plan off the clock: it is
published for `AHEAD` before it signs, so that everybody who caches the JWKS knows it in time; it is kept for `KEEP`
after its last signature, so that no token that is still good loses its key. Private keys are stored encrypted
(AES-256-GCM) under a key derived from the service's secret, so a copy of the database signs nothing.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from sqlalchemy import Column, LargeBinary, String, Table, bindparam, delete, insert, select, update

from backwright.columns import Json, Timestamp
from backwright.context import now
from backwright.database import Database, Work
from backwright.entity import Entity
from backwright.errors import Conflict, NotFound
from backwright.sealing import Sealer

ALGORITHM: Final = "ES256"

ROTATE_EVERY: Final = timedelta(days=30)
"""How long a key signs."""

AHEAD: Final = timedelta(hours=24)
"""How long a key is published before it signs."""

JWKS_SECONDS: Final = 3600
"""How long others may cache the JWKS; far below `AHEAD`."""

KEEP: Final = timedelta(hours=2)
"""How long a key stays published after its last signature: the longest access token (15 minutes), the cache
time of the JWKS and the tolerated clock skew, rounded up."""

RELOAD_EVERY: Final = timedelta(minutes=1)
"""Unknown key ids cause at most one look into the database in this time, however many there are."""

CHECK_EVERY: Final = timedelta(minutes=10)
"""How old the ring in memory may become before signing or publishing looks again; far below `AHEAD`."""

PURPOSE: Final = "backwright signing keys v1"
"""What private keys are sealed for."""

signing_keys: Final = Table(
    "signing_keys",
    Entity.metadata,
    Column("kid", String(43), primary_key=True),
    Column("private_sealed", LargeBinary(), nullable=False),
    Column("public_jwk", Json(), nullable=False),
    Column("created_at", Timestamp(), nullable=False),
    # backwright: ignore[missing-index] a handful of rows, read whole at the start
    Column("activated_at", Timestamp(), nullable=False),
    # backwright: ignore[missing-index] a handful of rows, read whole at the start
    Column("retired_at", Timestamp()),
)
"""`kid` is the RFC 7638 thumbprint. A key signs from `activated_at` until `retired_at` (open: it is the last)."""

_log = logging.getLogger("backwright.keyring")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key with its plan. `private` is None when it was sealed under another secret: it only verifies then."""

    kid: str
    public: ECKey
    private: ECKey | None
    activated_at: datetime
    retired_at: datetime | None


class KeyRing:
    """All keys that count now. Safe with any number of processes: the plan is in the database.

    Raises nothing of its own; a database that is down shows as `Unavailable`.
    """

    def __init__(self, database: Database, secret: bytes | tuple[bytes, ...]) -> None:
        self._database = database
        self._sealer = Sealer(secret, PURPOSE)
        self._keys: dict[str, SigningKey] = {}
        self._loaded_at: datetime | None = None
        self._all = database.prepare(select(*signing_keys.c).order_by(signing_keys.c.activated_at))
        self._insert = database.prepare(insert(signing_keys))
        self._retire = database.prepare(
            update(signing_keys)
            .where(signing_keys.c.kid == bindparam("at_kid"))
            .values(retired_at=bindparam("at", type_=Timestamp()))
        )
        self._forget = database.prepare(delete(signing_keys).where(signing_keys.c.kid == bindparam("at_kid")))
        self._drop = database.prepare(
            delete(signing_keys).where(signing_keys.c.retired_at < bindparam("before", type_=Timestamp()))
        )

    async def signing(self) -> SigningKey:
        """The key that signs now; made if there is none yet."""
        await self._keep_fresh()
        found = self._signing_at(now())
        if found is None:
            await self.rotate()
            found = self._signing_at(now())
        assert found is not None, "rotate() leaves a key that signs"
        return found

    async def verifying(self, kid: str) -> ECKey | None:
        """The public key named `kid`, or None. An unknown one is looked up at most once a minute."""
        if kid not in self._keys and self._older_than(RELOAD_EVERY):
            await self.load()
        found = self._keys.get(kid)
        return found.public if found is not None and self._is_kept(found, now()) else None

    async def jwks(self) -> Mapping[str, object]:
        """The JSON Web Key Set (RFC 7517 §5) to publish: the next key, the one that signs, and those still kept."""
        await self.signing()
        moment = now()
        return {
            "keys": [
                {**key.public.as_dict(private=False), "kid": key.kid, "use": "sig", "alg": ALGORITHM}
                for key in self._keys.values()
                if self._is_kept(key, moment)
            ]
        }

    async def load(self) -> None:
        """Read the ring from the database."""
        self._hold(await self._database.fetch(self._all))

    async def rotate(self) -> None:
        """Take the step of the plan that is due, if one is: plan the next key, drop those past their time.

        One write transaction, so that two processes at the same moment plan one key, not two.
        """
        async with self._database.work() as work:
            await work.lock("signing_keys")
            moment = now()
            self._hold(await work.fetch(self._all))
            usable = [key for key in self._keys.values() if key.private is not None]
            last = usable[-1] if usable else None
            if last is None:
                for unusable in self._keys.values():
                    await work.execute(
                        self._retire, {"at_kid": unusable.kid, "at": unusable.retired_at or moment}
                    )
                await self._add(work, moment)
            elif last.activated_at + ROTATE_EVERY - AHEAD <= moment:
                start = max(moment + AHEAD, last.activated_at + ROTATE_EVERY)
                await self._add(work, start)
                await work.execute(self._retire, {"at_kid": last.kid, "at": start})
            await work.execute(self._drop, {"before": moment - KEEP})
            self._hold(await work.fetch(self._all))

    async def succeed(self, *, at_once: bool = False) -> str:
        """Make a key that takes over before its time, after `AHEAD` or at once: its id.

        At once is for a key that somebody else may have: who caches the JWKS does not know the new one yet.
        """
        async with self._database.work() as work:
            await work.lock("signing_keys")
            start = now() if at_once else now() + AHEAD
            self._hold(await work.fetch(self._all))
            for key in self._keys.values():
                if key.activated_at <= start and (key.retired_at is None or key.retired_at > start):
                    await work.execute(self._retire, {"at_kid": key.kid, "at": start})
            later = (key.activated_at for key in self._keys.values() if key.activated_at > start)
            made = await self._add(work, start, min(later, default=None))
            self._hold(await work.fetch(self._all))
        return made

    async def retire(self, kid: str) -> None:
        """Forget a key that does not sign any more: its tokens end. Raises `NotFound`, or `Conflict` if it signs."""
        async with self._database.work() as work:
            await work.lock("signing_keys")
            self._hold(await work.fetch(self._all))
            found = self._keys.get(kid)
            if found is None:
                raise NotFound(f"There is no signing key {kid}; see: keys list")
            if found.retired_at is None or found.retired_at > now():
                raise Conflict("This key signs, or will. First: keys rotate --signing")
            await work.execute(self._forget, {"at_kid": kid})
            self._hold(await work.fetch(self._all))

    def states(self) -> list[tuple[SigningKey, str]]:
        """Every key that was read, and what it does now, in a word."""
        moment, signs = now(), self._signing_at(now())
        kept = [key for key in self._keys.values() if self._is_kept(key, moment)]
        words = (
            "waits" if key.activated_at > moment else "signs" if key is signs else "verifies" for key in kept
        )
        return list(zip(kept, words, strict=True))

    async def _add(self, work: Work, activated_at: datetime, retired_at: datetime | None = None) -> str:
        key = ECKey.generate_key("P-256", private=True)
        kid = key.thumbprint()
        await work.execute(
            self._insert,
            {
                "kid": kid,
                "private_sealed": self._sealer.seal(key.as_pem(private=True), kid.encode()),
                "public_jwk": dict(key.as_dict(private=False)),
                "created_at": now(),
                "activated_at": activated_at,
                "retired_at": retired_at,
            },
        )
        _log.info("signing key planned", extra={"kid": kid, "activated_at": activated_at.isoformat()})
        return kid

    async def _keep_fresh(self) -> None:
        """Look at the plan now and then; most calls return at once."""
        if self._older_than(CHECK_EVERY):
            await self.load()
            last = max((key.activated_at for key in self._keys.values()), default=None)
            if last is None or last + ROTATE_EVERY - AHEAD <= now():
                await self.rotate()

    def _older_than(self, age: timedelta) -> bool:
        return self._loaded_at is None or not timedelta() <= now() - self._loaded_at < age

    def _signing_at(self, moment: datetime) -> SigningKey | None:
        started = [
            key for key in self._keys.values() if key.private is not None and key.activated_at <= moment
        ]
        return started[-1] if started else None

    @staticmethod
    def _is_kept(key: SigningKey, moment: datetime) -> bool:
        return key.retired_at is None or moment < key.retired_at + KEEP

    def _hold(self, rows: list[tuple[Any, ...]]) -> None:
        known = self._keys
        self._keys = {}
        for kid, sealed, public_jwk, _created_at, activated_at, retired_at in rows:
            held = known.get(kid)
            public = held.public if held else ECKey.import_key(public_jwk)
            private = held.private if held else self._open(kid, sealed)
            self._keys[kid] = SigningKey(kid, public, private, activated_at, retired_at)
        self._loaded_at = now()

    def _open(self, kid: str, sealed: bytes) -> ECKey | None:
        try:
            return ECKey.import_key(self._sealer.open(sealed, kid.encode()))
        except (InvalidTag, JoseError, ValueError, json.JSONDecodeError):
            _log.warning("signing key was sealed under another secret and only verifies", extra={"kid": kid})
            return None
