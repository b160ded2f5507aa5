"""API keys: made, replaced by a new one, revoked, listed.

What lives here: the life of a key. What must not: statements (`api_key_rows.py`), its form (`api_key_form.py`),
whether one that is shown to us is good (`api_key_checks.py`), HTTP, and who may ask for what (`api_key_routes.py`).

A key is shown once, when it is made; the database has a digest of its secret. Whoever replaces a key gets a second
one, and the old one goes on for a while, so that a machine can be given the new one without a pause.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from backwright.account_mails import AccountMails
from backwright.api_key_form import new_secret, start, write
from backwright.api_key_request import GRACE_HOURS, KeyRequest
from backwright.api_key_rows import MAX_KEYS, REMEMBERED, SHOWN, KeyStatements
from backwright.audit import Audit
from backwright.context import now
from backwright.credentials import Credentials
from backwright.database import Database, Work
from backwright.entity import new_id
from backwright.errors import Conflict, FieldError, Invalid, NotFound
from backwright.service_accounts import is_service_account
from backwright.sessions import hashed
from backwright.tenant_rows import administrator
from backwright.user_rows import UserRow, UserRows


@dataclass(frozen=True, slots=True)
class KeyLife:
    """For how many days a key is good: if nobody says, and at most."""

    usual_days: int
    max_days: int


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that has just been made, and its row. The text exists here and with its holder, nowhere else."""

    text: str = field(repr=False)
    row: dict[str, Any]


class ApiKeys:
    """The use cases. `forget` is called after the commit: what is cached about a key does not count any more."""

    def __init__(
        self,
        database: Database,
        audit: Audit,
        users: UserRows,
        table: Table,
        credentials: Credentials,
        mails: AccountMails,
        *,
        prefix: str,
        life: KeyLife,
        forget: Callable[[UUID], None],
    ) -> None:
        self._database = database
        self._audit = audit
        self._users = users
        self._sql = KeyStatements(database, table)
        self._credentials = credentials
        self._mails = mails
        self._prefix = prefix
        self._life = life
        self._forget = forget

    async def create(self, owner_id: UUID, wanted: KeyRequest) -> NewKey:
        """A key of this account. Raises `NotFound`, `Invalid` with all that is wrong, `Conflict` for one too many."""
        async with self._database.work() as work:
            owner = await self._owner(work, owner_id)
            if errors := wanted.errors(owner.roles, self._life.max_days):
                raise Invalid("The key is not accepted.", errors=errors)
            lasting = timedelta(days=wanted.days or min(self._life.usual_days, self._life.max_days))
            return await self._add(work, owner, wanted, lasting, action="create")

    async def rotate(self, owner_id: UUID, key_id: UUID, grace_hours: int = GRACE_HOURS) -> NewKey:
        """A second key that says the same as the first, which goes on for `grace_hours` and no longer.

        There are never more than two: what the first one has replaced, if it goes on still, ends now. Raises
        `NotFound`, and `Conflict` for a key that has been replaced already.
        """
        async with self._database.work() as work:
            owner = await self._owner(work, owner_id)
            old = await self._one(work, owner_id, key_id)
            moment = now()
            if old["replaced_by"] is not None or old["revoked_at"] is not None or old["expires_at"] <= moment:
                raise Conflict("This key has been replaced, has been revoked or has ended. Make a new one.")
            scopes = tuple(scope for scope in old["scopes"] if scope in owner.roles or scope == "signed_in")
            if not scopes:
                raise _lost_scopes()
            wanted = KeyRequest(old["name"], scopes, None, tuple(old["networks"]), old["rate"])
            lasting = min(old["expires_at"] - old["created_at"], timedelta(days=self._life.max_days))
            made = await self._add(work, owner, wanted, lasting, action="rotate", instead_of=key_id)
            ends = min(old["expires_at"], moment + timedelta(hours=grace_hours))
            given = {"key": key_id, "at": moment, "successor": made.row["id"], "ends": ends}
            if await work.execute(self._sql.replace, given) != 1:
                raise Conflict("This key has changed meanwhile. Look at it again.")
            for [before] in await work.fetch(self._sql.predecessor, {"key": key_id, "at": moment}):
                await work.execute(self._sql.revoke, {"key": before, "at": moment})
                work.after_commit(partial(self._forget, before))
            work.after_commit(partial(self._forget, key_id))
        return made

    async def revoke(self, key_id: UUID, owner_id: UUID | None = None) -> None:
        """End a key. Raises `NotFound` for one that is not there, has ended, or is not `owner_id`'s."""
        async with self._database.work() as work:
            await self._one(work, owner_id, key_id)
            if await work.execute(self._sql.revoke, {"key": key_id, "at": now()}) != 1:
                raise _no_such_key()
            await self._audit.record(work, action="revoke", object_type="api_keys", object_id=key_id)
            work.after_commit(partial(self._forget, key_id))

    async def revoke_all(self, work: Work, owner_id: UUID) -> None:
        """End every key of an account that is being closed, in the same transaction. The caller forgets the account."""
        if await work.execute(self._sql.revoke_all, {"owner": owner_id, "at": now()}):
            await self._audit.record(work, action="api_keys_revoked", object_type="users", object_id=owner_id)

    async def owner_of(self, key_id: UUID) -> UUID:
        """Whose key it is. Raises `NotFound`."""
        rows = await self._database.fetch(self._sql.one, {"key": key_id})
        if not rows:
            raise _no_such_key()
        owner: UUID = self._shown(rows[0])["user_id"]
        return owner

    async def list(self, owner_id: UUID | None = None) -> list[dict[str, Any]]:
        """The keys of an account, or of all, the newest first; those that ended long ago are left out."""
        rows = (
            await self._database.fetch(self._sql.all, administrator())
            if owner_id is None
            else await self._database.fetch(self._sql.of_owner, {"owner": owner_id})
        )
        since = now() - REMEMBERED
        found = [self._shown(row) for row in rows]
        return [each for each in found if (each["revoked_at"] or each["expires_at"]) > since]

    async def _owner(self, work: Work, owner_id: UUID) -> UserRow:
        """The account, with its keys locked: two at once cannot both be the last that fits, and the account stays
        open until the key is there to be revoked."""
        await work.lock(f"api_keys of {owner_id}")
        held = await work.fetch(self._sql.hold_owner, {"owner": owner_id})
        owner = await self._users.by_id_within(work, owner_id) if held else None
        if owner is None:
            raise NotFound("There is no such account, or it is closed.")
        return owner

    async def _one(self, work: Work, owner_id: UUID | None, key_id: UUID) -> dict[str, Any]:
        rows = await work.fetch(self._sql.one, {"key": key_id})
        found = self._shown(rows[0]) if rows else None
        if found is None or owner_id not in (None, found["user_id"]):
            raise _no_such_key()
        return found

    async def _add(
        self,
        work: Work,
        owner: UserRow,
        wanted: KeyRequest,
        lasting: timedelta,
        *,
        action: str,
        instead_of: UUID | None = None,
    ) -> NewKey:
        moment, key_id, secret = now(), new_id(), new_secret()
        await work.execute(self._sql.prune, {"owner": owner.id, "before": moment - REMEMBERED})
        [(live,)] = await work.fetch(self._sql.count, {"owner": owner.id, "at": moment})
        if instead_of is None and live >= MAX_KEYS:
            raise Conflict(f"This account has {MAX_KEYS} keys. Revoke those that nobody uses.")
        row = {
            "id": key_id,
            "user_id": owner.id,
            "name": wanted.name.strip(),
            "secret_hash": hashed(secret),
            "scopes": sorted(set(wanted.scopes)),
            "networks": wanted.plain_networks,
            "rate": wanted.rate,
            "created_at": moment,
            "expires_at": moment + lasting,
            "last_used_at": None,
            "revoked_at": None,
            "replaced_by": None,
        }
        await work.execute(self._sql.add, row)
        told = {name: row[name] for name in ("user_id", "name", "scopes", "networks", "rate", "expires_at")}
        if instead_of is not None:
            told["instead_of"] = instead_of
        await self._audit.record(work, action=action, object_type="api_keys", object_id=key_id, changes=told)
        if not is_service_account(owner.email):
            self._credentials.tell(work, self._mails.api_key_made(owner.email))
        return NewKey(write(self._prefix, key_id, secret), self._shown([row[name] for name in SHOWN]))

    def _shown(self, row: Sequence[Any]) -> dict[str, Any]:
        found = dict(zip(SHOWN, row, strict=True))
        return {**found, "start": start(self._prefix, found["id"])}


def _no_such_key() -> NotFound:
    return NotFound("There is no such key, or it has been revoked already.")


def _lost_scopes() -> Invalid:
    wrong = [FieldError("the owner has none of the roles any more", pointer="/scopes")]
    return Invalid("The key would be good for nothing.", errors=wrong)
