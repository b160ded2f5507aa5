"""The rows of the accounts table, as signing in needs them.

What lives here: every statement on `users` that deals with credentials, and the normal form of an address.
What must not: hashing, sessions, rules about who may do it.
"""

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    String,
    Table,
    bindparam,
    case,
    false,
    func,
    literal,
    null,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from backwright.actor import SYSTEM, Actor, signed_in
from backwright.callers import acting_as
from backwright.columns import Id, Timestamp
from backwright.context import current, now
from backwright.database import Database, Work
from backwright.entity import new_id
from backwright.session_rows import sessions
from backwright.tenancy import column_of, tenant_of
from backwright.tenant_rows import is_at_work

if TYPE_CHECKING:
    from backwright.accounts import Account


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account as it is stored. `repr` leaves the hash out, so that it cannot end up in a log."""

    id: UUID
    email: str
    name: str
    roles: frozenset[str]
    is_active: bool
    password_hash: str | None
    tenant: UUID | None = None

    def actor(self, method: str = "token") -> Actor:
        """The person whose account it is, once they have proved that."""
        return signed_in(self.id, self.roles, method=method, tenant=self.tenant)

    def __repr__(self) -> str:
        return f"<UserRow {self.id}>"


def normalised_email(text: str) -> str:
    """The one form of an address: NFC, case folded, no spaces around."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


class UserRows:
    """Reads and writes accounts. Callers hand in normalised addresses."""

    def __init__(self, database: Database, user: "type[Account]") -> None:
        self._database = database
        self._user = user
        users = user.__table__
        assert isinstance(users, Table)
        u, s = users.c, sessions.c
        who, at = bindparam("user", type_=Id()), bindparam("at", type_=Timestamp())
        seen, new_hash = bindparam("seen", type_=String()), bindparam("hash", type_=String())
        self.owner, at_work = column_of(users), is_at_work(users)
        """The column that says to which tenant an account belongs, where they belong to one."""
        active = u.is_active if at_work is None else case((at_work, u.is_active), else_=false())
        tenant = null() if self.owner is None else u[self.owner]
        row = select(u.id, u.email, u.name, u.roles, active, u.password_hash, tenant)
        untouched = {"updated_at": u.updated_at}  # what administrators see of the row does not change
        self._by_email = database.prepare(row.where(u.email == bindparam("address")))
        self._by_id = database.prepare(row.where(u.id == who))
        self._live_roles = database.prepare(
            select(u.roles)
            .join_from(users, sessions, s.user_id == u.id)
            .where(u.id == who, s.id == bindparam("session", type_=Id()), u.is_active)
            .where(s.revoked_at.is_(None), s.expires_at > at, *(() if at_work is None else (at_work,)))
        )
        self._replace_hash = database.prepare(
            update(users)
            .where(u.id == who, u.is_active, u.password_hash.is_not_distinct_from(seen))
            .values(password_hash=new_hash, password_changed_at=at, **untouched)
        )
        self._signed_in = database.prepare(
            update(users)
            .where(u.id == who, u.is_active, u.password_hash == seen)
            .values(password_hash=new_hash, last_login_at=at, **untouched)
        )
        self._note_login = database.prepare(
            update(users).where(u.id == who, u.is_active).values(last_login_at=at, **untouched)
        )
        self._rehash = database.prepare(
            update(users)
            .where(u.id == who, u.is_active, u.password_hash == seen)
            .values(password_hash=new_hash, **untouched)
        )
        self._recover = database.prepare(
            update(users)
            .where(u.id == who, u.is_active, u.password_hash.is_not(None))
            .values(
                password_hash=new_hash,
                password_changed_at=at,
                email_verified_at=func.coalesce(u.email_verified_at, at),
                **untouched,
            )
        )
        self._move = database.prepare(
            update(users)
            .where(u.id == who, u.is_active, u.email == bindparam("old", type_=String()))
            .values(
                email=bindparam("new", type_=String()),
                email_verified_at=at,
                version=u.version + 1,
                updated_at=at,
            )
        )
        self._set_hash = database.prepare(
            update(users)
            .where(u.id == who)
            .values(password_hash=new_hash, password_changed_at=at, **untouched)
        )
        self._set_roles = database.prepare(
            update(users)
            .where(u.id == who)
            .values(roles=bindparam("new_roles", type_=u.roles.type), version=u.version + 1, updated_at=at)
        )
        others = select(literal(1)).where(u.is_active, u.id != who).limit(1)
        if self.owner is not None:  # each tenant keeps an administrator of its own
            of = users.alias("of")
            theirs = select(of.c[self.owner]).where(of.c.id == who).scalar_subquery()
            others = others.where(u[self.owner] == theirs)
        role = bindparam("role", type_=String())
        if database.dialect.name == "postgresql":
            having = others.where(type_coerce(u.roles, JSONB).has_key(role))
        elif database.dialect.name == "mariadb":
            having = others.where(func.json_contains(u.roles, func.json_quote(role)) == 1)
        else:
            listed = func.json_each(u.roles).table_valued("value", name="listed")
            having = others.select_from(users, listed).where(listed.c.value == role)
        self._others_with_role = database.prepare(having)

    async def by_email(self, email: str) -> UserRow | None:
        """The account with this address."""
        return _one(await self._database.fetch(self._by_email, {"address": email}))

    async def by_email_within(self, work: Work, email: str) -> UserRow | None:
        """The account with this address, as the transaction sees it."""
        return _one(await work.fetch(self._by_email, {"address": email}))

    async def by_id(self, user_id: UUID) -> UserRow | None:
        """The account with this id."""
        return _one(await self._database.fetch(self._by_id, {"user": user_id}))

    async def by_id_within(self, work: Work, user_id: UUID) -> UserRow | None:
        """The account with this id, as the transaction sees it."""
        return _one(await work.fetch(self._by_id, {"user": user_id}))

    async def managed(self, actor: Actor, user_id: UUID) -> UserRow | None:
        """The account with this id, if it is one of the administrator's tenant."""
        row = await self.by_id(user_id)
        return row if row is not None and row.tenant == actor.tenant else None

    async def live_roles(self, user_id: UUID, session_id: UUID) -> frozenset[str] | None:
        """The roles of an active account in an open session; None if either is closed."""
        rows = await self._database.fetch(
            self._live_roles, {"user": user_id, "session": session_id, "at": now()}
        )
        return frozenset(rows[0][0]) if rows else None

    async def add(
        self,
        work: Work,
        *,
        email: str,
        name: str,
        roles: list[str],
        password_hash: str | None,
        verified: bool = False,
        tenant: UUID | None = None,
    ) -> UUID | None:
        """A new active account; None if the address is taken. `verified`: its owner has read mail there.

        Without `tenant`, it belongs to that of whoever acts; raises `Forbidden` if they have none. Goes through
        the service's class, so that columns which the service has added get their defaults.
        """
        await work.lock(f"users {email}")
        if await work.fetch(self._by_email, {"address": email}):
            return None
        owner = {}
        if self.owner is not None:
            owner[self.owner] = tenant or tenant_of(current.get().actor, "accounts")
        row = self._user(
            **owner,
            id=new_id(),
            email=email,
            name=name,
            roles=sorted(set(roles)),
            is_active=True,
            password_hash=password_hash,
            password_changed_at=now() if password_hash else None,
            email_verified_at=now() if verified else None,
        )
        with acting_as(SYSTEM):  # whoever signs up has no tenant yet
            work.session.add(row)
            await work.flush()
        return row.id

    async def sign_in(self, work: Work, row: UserRow, password_hash: str) -> bool:
        """Note a login, with a fresh hash perhaps; False if the account has changed since it was read."""
        given = {"user": row.id, "seen": row.password_hash, "hash": password_hash, "at": now()}
        return await work.execute(self._signed_in, given) == 1

    async def note_login(self, work: Work, user_id: UUID) -> bool:
        """Note a login by other means than a password; False if the account is closed."""
        return await work.execute(self._note_login, {"user": user_id, "at": now()}) == 1

    async def rehash(self, work: Work, row: UserRow, password_hash: str) -> bool:
        """Keep the same password under a fresh hash, or the same; False if the account has changed since."""
        given = {"user": row.id, "seen": row.password_hash, "hash": password_hash}
        return await work.execute(self._rehash, given) == 1

    async def recover(self, work: Work, user_id: UUID, password_hash: str) -> bool:
        """Set another password for whoever has read the account's mail; False if the account is closed or
        has none."""
        return await work.execute(self._recover, {"user": user_id, "hash": password_hash, "at": now()}) == 1

    async def move(self, work: Work, row: UserRow, email: str) -> bool:
        """Set another address, which its owner has shown to be theirs; False if it is taken or the account has
        changed. The caller holds the lock of the new address, as `add` does."""
        if await work.fetch(self._by_email, {"address": email}):
            return False
        given = {"user": row.id, "old": row.email, "new": email, "at": now()}
        return await work.execute(self._move, given) == 1

    async def replace_hash(self, work: Work, row: UserRow, password_hash: str) -> bool:
        """Set another password; False if the account has changed since it was read."""
        given = {"user": row.id, "seen": row.password_hash, "hash": password_hash, "at": now()}
        return await work.execute(self._replace_hash, given) == 1

    async def set_hash(self, work: Work, user_id: UUID, password_hash: str) -> None:
        """Set a password whatever the old one was: for an administrator."""
        await work.execute(self._set_hash, {"user": user_id, "hash": password_hash, "at": now()})

    async def set_roles(self, work: Work, user_id: UUID, roles: list[str]) -> None:
        """Set the roles."""
        await work.execute(self._set_roles, {"user": user_id, "new_roles": sorted(set(roles)), "at": now()})

    async def has_other(self, work: Work, role: str, user_id: UUID) -> bool:
        """Whether an active account other than this one has the role. Nobody else asks at the same time, so two
        cannot both be told that the other one stays."""
        await work.lock(f"role {role}")
        return bool(await work.fetch(self._others_with_role, {"user": user_id, "role": role}))


def _one(rows: list[tuple[Any, ...]]) -> UserRow | None:
    if not rows:
        return None
    [(user_id, email, name, roles, is_active, password_hash, tenant)] = rows
    return UserRow(user_id, email, name, frozenset(roles), bool(is_active), password_hash, tenant)
