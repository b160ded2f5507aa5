"""Proving who one is with a password: sign in, sign up, change it.

What lives here: the order of the steps, which is what makes them safe. What must not: statements, hashing,
HTTP.

An unknown address takes every step that a known one takes (delay, hash, audit entry), so that neither the
answer nor its time tells whether there is an account.
"""

from datetime import timedelta
from math import ceil
from typing import Final
from uuid import UUID

from backwright.actor import Actor, signed_in
from backwright.audit import Audit
from backwright.callers import acting_as
from backwright.context import current
from backwright.database import Database, Work
from backwright.errors import FieldError, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated
from backwright.hosts import limit_key
from backwright.limits import Limiter, Policy
from backwright.login_delays import (
    FREE_FROM_ANYWHERE,
    FREE_FROM_ONE_PLACE,
    LoginDelays,
    account_key,
    place_key,
)
from backwright.passwords import Hasher, weakness
from backwright.sessions import Opened, Sessions
from backwright.user_rows import UserRow, UserRows, normalised_email

LOGINS: Final = Policy("login", 60, 60, strict=True)
"""Logins from one network: an office behind one address is let in, a machine that guesses is not."""

REGISTRATIONS: Final = Policy("register", 20, 60, strict=True)
"""Registrations from one network."""


class Login:
    """The use cases around a password. `register_as` holds the roles of people who sign up."""

    def __init__(
        self,
        database: Database,
        audit: Audit,
        limiter: Limiter,
        *,
        users: UserRows,
        sessions: Sessions,
        hasher: Hasher,
        register_as: list[str],
    ) -> None:
        self._database = database
        self._audit = audit
        self._limiter = limiter
        self._users = users
        self._sessions = sessions
        self._hasher = hasher
        self._register_as = register_as
        self._delays = LoginDelays(database)

    async def sign_in(self, email: str, password: str, *, user_agent: str = "") -> Opened:
        """A session for whoever knows the password.

        Raises `Unauthenticated` for a wrong address or password or a closed account (one answer for all),
        `RateLimited` while a delay runs, and `Unavailable` when too many hashes wait.
        """
        await self._limiter.enforce(LOGINS, limit_key(current.get().client_ip))
        address = normalised_email(email)
        row = await self._users.by_email(address)
        await self._admit(address, row)
        matches = await self._hasher.verify(password, row.password_hash if row else None)
        opened = await self._open(row, password, user_agent) if row and matches and row.is_active else None
        if opened is None:
            async with self._database.work() as work:
                await self._audit.record(
                    work, action="login_failed", object_type="users", object_id=row.id if row else None
                )
            raise Unauthenticated("The email address or the password is wrong.")
        return opened

    async def register(self, email: str, password: str, name: str) -> None:
        """A new account, or nothing if the address has one: the caller cannot tell which.

        Raises `Invalid` for a weak password and `RateLimited`.
        """
        await self._limiter.enforce(REGISTRATIONS, limit_key(current.get().client_ip))
        address = normalised_email(email)
        password_hash = await self.accept(password, address, name)
        async with self._database.work() as work:
            added = await self._users.add(
                work, email=address, name=name, roles=self._register_as, password_hash=password_hash
            )
            action = "register" if added else "register_again"
            await self._audit.record(work, action=action, object_type="users", object_id=added)

    async def change_password(self, actor: Actor, known: str, new: str) -> None:
        """Another password for the caller, who proves that they know the old one; all their other sessions
        end.

        Raises `Invalid` for a wrong old or a weak new password, and `RateLimited` while a delay runs.
        """
        assert actor.id is not None
        row = await self._users.by_id(actor.id)
        if row is None:
            raise Unauthenticated()
        await self._admit(row.email, row)
        if not await self._hasher.verify(known, row.password_hash):
            await self._audit.denied("password_changed", "users", row.id)
            raise _wrong("/current_password", "is not the password of this account")
        fresh = await self.accept(new, row.email, row.name, pointer="/new_password")
        async with self._database.work() as work:
            if not await self._users.replace_hash(work, row, fresh):
                raise _wrong("/current_password", "is not the password of this account any more")
            await self._forgive(work, row.email)
            await self._sessions.end_all(work, row.id, except_for=actor.session_id)
            await self._audit.record(work, action="password_changed", object_type="users", object_id=row.id)

    async def set_password(self, actor: Actor, user_id: UUID, new: str) -> None:
        """Another password for somebody else, by an administrator; all sessions of the account end.

        Raises `NotFound`, `Invalid` for a weak password, and `Forbidden` for the caller's own account, whose
        password takes the old one to change.
        """
        if user_id == actor.id:
            raise Forbidden("Change your own password with /auth/password.")
        row = await self._users.by_id(user_id)
        if row is None:
            raise NotFound("There is no such account.")
        password_hash = await self.accept(new, row.email, row.name, pointer="/new_password")
        async with self._database.work() as work:
            await self._users.set_hash(work, user_id, password_hash)
            await self._delays.forgive(work, account_key(row.email))
            await self._sessions.end_all(work, user_id)
            await self._audit.record(work, action="password_set", object_type="users", object_id=user_id)

    async def accept(self, password: str, email: str, name: str, *, pointer: str = "/password") -> str:
        """The hash of a new password. Raises `Invalid` for a weak one."""
        reason = weakness(password, email=email, name=name)
        if reason is not None:
            raise _wrong(pointer, reason)
        return await self._hasher.hash(password)

    async def _admit(self, address: str, row: UserRow | None) -> None:
        """Let an attempt through and count it, or raise `RateLimited` with the time to wait."""
        ip = current.get().client_ip
        place, account = place_key(address, ip), account_key(address)
        async with self._database.work() as work:
            wait = await self._delays.waiting(work, place)
            if not wait and not (row and await self._sessions.is_known_place(work, row.id, ip)):
                wait = await self._delays.waiting(work, account)
            if not wait:
                await self._delays.count(work, place, FREE_FROM_ONE_PLACE)
                await self._delays.count(work, account, FREE_FROM_ANYWHERE)
        if wait > timedelta():
            seconds = ceil(wait.total_seconds())
            raise RateLimited(
                f"Too many failed attempts for this account. Wait {seconds} seconds.",
                headers={"Retry-After": str(seconds)},
            )

    async def _open(self, row: UserRow, password: str, user_agent: str) -> Opened | None:
        """A session, if the account is still as it was when its password was looked at."""
        stored = row.password_hash or ""
        if self._hasher.is_outdated(stored):
            stored = await self._hasher.hash(password)
        with acting_as(signed_in(row.id, row.roles)):
            async with self._database.work() as work:
                if not await self._users.sign_in(work, row, stored):
                    return None
                await self._forgive(work, row.email)
                opened = await self._sessions.open(work, row.id, user_agent=user_agent)
                await self._audit.record(
                    work,
                    action="login",
                    object_type="users",
                    object_id=row.id,
                    changes={"session_id": opened.session_id},
                )
        return opened

    async def _forgive(self, work: Work, address: str) -> None:
        await self._delays.forgive(work, place_key(address, current.get().client_ip))
        await self._delays.forgive(work, account_key(address))


def _wrong(pointer: str, detail: str) -> Invalid:
    return Invalid("The password is not accepted.", errors=[FieldError(detail, pointer=pointer)])
