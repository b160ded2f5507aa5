"""Whether an API key is good, now and from here; and what its use leaves behind.

What lives here: every reason to refuse a key, and the traces of its use. What must not: the cache in front
(`authentication.py`), making and ending keys (`api_keys.py`).

The roles of a key are those of its owner that its scopes name, both looked up now: a role that the owner has lost
is lost to the key, and an owner who is closed has no keys.
"""

import hmac
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_network
from typing import Final
from uuid import UUID

from sqlalchemy import Table

from backwright.actor import Actor, signed_in
from backwright.api_key_form import read
from backwright.api_key_guesses import WrongKeys
from backwright.api_key_header import refused
from backwright.api_key_rows import SAMPLED, KeyStatements
from backwright.audit import Audit
from backwright.callers import acting_as
from backwright.context import current, now
from backwright.database import Database
from backwright.errors import Unavailable
from backwright.hosts import limit_key, parse
from backwright.limits import Limiter, Policy
from backwright.sessions import hashed
from backwright.tokens import Claims

REFUSALS: Final = Policy("api-key-refused", 1, 60)
"""Entries in the audit log for a good key that comes from where it may not, for each key and place."""

RATE: Final = "api-key"
"""The name of the policy of a key that has one of its own."""

_log = logging.getLogger("backwright.api_keys")


@dataclass(frozen=True, slots=True)
class Proven:
    """A key that is good: what it stands for, and who it makes the caller."""

    claims: Claims
    actor: Actor


class KeyChecks:
    """Verifies keys. `users` is the table of the accounts."""

    def __init__(self, database: Database, audit: Audit, limiter: Limiter, users: Table) -> None:
        self._database = database
        self._audit = audit
        self._limiter = limiter
        self._sql = KeyStatements(database, users)
        self._wrong = WrongKeys()

    async def prove(self, text: str, *, was_good: bool = False) -> Proven:
        """The caller whom a key stands for, at the address of the request under way.

        `was_good`: it was, a moment ago, in this process. Raises `Unauthenticated` for a key that is not good,
        whatever the reason, and `RateLimited` where too many of them come from.
        """
        said, digest = read(text), hashed(text)
        if said is None or self._wrong.is_known(digest):
            raise refused()
        ip, moment = current.get().client_ip, now()
        place = limit_key(ip)
        if not was_good:
            self._wrong.check(place)
        rows = await self._database.fetch(self._sql.find, {"key": said.id, "place": place, "at": moment})
        stored = rows[0][1] if rows else hashed("nobody's")
        if not hmac.compare_digest(hashed(said.secret), stored) or not rows:
            self._wrong.note(digest, place)
            raise refused()
        [(owner, _, scopes, networks, rate, expires_at, last_used_at, roles, been, tenant)] = rows
        actor = key_actor(owner, said.id, roles, scopes, rate, tenant)
        with acting_as(actor):
            if not within(ip, tuple(networks)):
                await self._note_refusal(said.id, place)
                raise refused()
            await self._note_use(said.id, place, last_used_at, moment, been=bool(been))
        return Proven(Claims(owner, said.id, expires_at.timestamp()), actor)

    async def _note_refusal(self, key_id: UUID, place: str) -> None:
        """A good key where it may not be is a key in the wrong hands, or a wrong list: say so, but not a thousand
        times."""
        verdict = await self._limiter.hit(REFUSALS, f"{key_id} {place}")
        if verdict.allowed:
            await self._audit.denied("use", "api_keys", key_id)

    async def _note_use(
        self, key_id: UUID, place: str, last: datetime | None, moment: datetime, *, been: bool
    ) -> None:
        """Keep the time of the use, once a minute, and an audit entry for a new place."""
        if not been:
            await self._note_place(key_id, place, moment)
        elif last is None or moment - last >= SAMPLED:
            try:
                await self._sample(key_id, moment)
            except Unavailable:  # the key is good: that nobody can write just now is no reason to refuse it
                _log.warning("the use of a key is not noted", extra={"credential_id": str(key_id)})

    async def _sample(self, key_id: UUID, moment: datetime) -> None:
        async with self._database.work() as work:
            await work.execute(self._sql.used, {"key": key_id, "at": moment, "before": moment - SAMPLED})

    async def _note_place(self, key_id: UUID, place: str, moment: datetime) -> None:
        async with self._database.work() as work:
            await work.lock(f"api_keys {key_id}")
            if not await work.fetch(self._sql.been, {"key": key_id, "place": place}):
                for [before] in await work.fetch(self._sql.crowded, {"key": key_id}):
                    await work.execute(self._sql.forget_places, {"key": key_id, "before": before})
                await work.execute(
                    self._sql.add_place, {"key_id": key_id, "place": place, "first_used_at": moment}
                )
                await self._audit.record(
                    work,
                    action="new_address",
                    object_type="api_keys",
                    object_id=key_id,
                    changes={"from": place},
                )
            await work.execute(self._sql.used, {"key": key_id, "at": moment, "before": moment - SAMPLED})


def key_actor(
    owner: UUID,
    key_id: UUID,
    roles: Sequence[str],
    scopes: Sequence[str],
    rate: str | None = None,
    tenant: UUID | None = None,
) -> Actor:
    """The caller: the owner, with the roles that the scopes name and the owner has."""
    narrowed = frozenset(roles) & frozenset(scopes)
    caller = signed_in(owner, narrowed, method="key", session_id=key_id, tenant=tenant)
    return caller if rate is None else replace(caller, quota=policy_of(rate))


@lru_cache(1024)
def policy_of(rate: str) -> Policy:
    """The policy of a key with a rate of its own."""
    return Policy.parse(rate, RATE)


@lru_cache(4096)
def within(ip: str, networks: tuple[str, ...]) -> bool:
    """Whether an address lies in one of the networks; without any, everywhere is good."""
    if not networks:
        return True
    address = parse(ip)
    return address is not None and any(address in ip_network(each) for each in networks)
