"""Proving who one is with a password: sign in, in one step or two, and change it.

What lives here: the order of the steps, which is what makes them safe. What must not: statements, hashing,
HTTP, how somebody gets an account (`registration.py`) or back into one (`recovery.py`).

An unknown address takes every step that a known one takes (delay, hash, audit entry), so that neither the
answer nor its time tells whether there is an account.
"""

from datetime import timedelta
from math import ceil
from typing import Final
from uuid import UUID

from backwright.account_codes import AccountCodes, Purpose
from backwright.account_mails import AccountMails
from backwright.actor import Actor
from backwright.audit import Audit
from backwright.callers import acting_as
from backwright.context import current
from backwright.credentials import Credentials
from backwright.database import Database, Work
from backwright.errors import FieldError, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated
from backwright.hosts import limit_key
from backwright.limits import Limiter, Policy
from backwright.login_delays import LoginDelays, account_key, place_key
from backwright.passwords import Hasher, weakness
from backwright.second_factor import TOLD_AFTER, SecondFactor, SecondFactorNeeded
from backwright.service_accounts import is_service_account
from backwright.sessions import Opened, Opens, Sessions
from backwright.user_rows import UserRow, UserRows, normalised_email

LOGINS: Final = Policy("login", 60, 60, strict=True)
"""Logins from one network: an office behind one address is let in, a machine that guesses is not."""

NOBODY: Final = UUID(int=0)
"""Whose places are looked up for an address without an account, so that the steps are the same."""


class Login:
    """The use cases around a password."""

    def __init__(
        self,
        database: Database,
        audit: Audit,
        limiter: Limiter,
        *,
        users: UserRows,
        sessions: Sessions,
        hasher: Hasher,
        codes: AccountCodes,
        factor: SecondFactor,
        credentials: Credentials,
        mails: AccountMails,
    ) -> None:
        self._database = database
        self._audit = audit
        self._limiter = limiter
        self._users = users
        self._sessions = sessions
        self._hasher = hasher
        self._codes = codes
        self._factor = factor
        self._credentials = credentials
        self._mails = mails
        self._delays = LoginDelays(database)

    async def sign_in(
        self, email: str, password: str, *, user_agent: str = "", into: Opens | None = None
    ) -> Opened:
        """A session for whoever knows the password: one with tokens, unless `into` opens it.

        Raises `Unauthenticated` for a wrong address or password or a closed account (one answer for all),
        `SecondFactorNeeded` for an account that has one, `RateLimited` while a delay runs, and `Unavailable`
        when too many hashes wait.
        """
        await self._limiter.enforce(LOGINS, limit_key(current.get().client_ip))
        address = normalised_email(email)
        row = await self._users.by_email(address)
        await self._admit(address, row)
        matches = await self._hasher.verify(password, row.password_hash if row else None)
        good = row if matches and row and row.is_active else None
        opened = await self._let_in(good, password, user_agent, into) if good else None
        if opened is None:
            async with self._database.work() as work:
                await self._audit.record(
                    work, action="login_failed", object_type="users", object_id=row.id if row else None
                )
            raise Unauthenticated("The email address or the password is wrong.")
        return opened

    async def second_step(
        self, challenge: str, code: str, *, user_agent: str = "", into: Opens | None = None
    ) -> Opened:
        """A session for whoever knew the password a moment ago and has a code of the second factor.

        Raises `Unauthenticated` for a challenge or a code that is not good, and `RateLimited`. The challenge is
        good for another attempt after a wrong code.
        """
        await self._limiter.enforce(LOGINS, limit_key(current.get().client_ip))
        found = await self._codes.find(challenge, Purpose.SIGN_IN)
        row = await self._users.by_id(found.user_id) if found is not None and found.user_id else None
        if row is None:
            await self._audit.denied("second_factor", "users")
            raise Unauthenticated("This login took too long, or has ended already. Sign in again.")
        verdict = await self._factor.admit(row.id)
        with acting_as(row.actor()):
            async with self._database.work() as work:
                await self._credentials.lock(work, row.id)
                good = await self._factor.spend(work, row.id, code)
                good = good and await self._codes.take(work, challenge, Purpose.SIGN_IN) is not None
                seen = row.password_hash or ""
                opened = await self._open(work, row, seen, user_agent, into) if good else None
        if opened is None:
            async with self._database.work() as work:
                await self._audit.record(
                    work, action="second_factor.denied", object_type="users", object_id=row.id
                )
                if verdict.limit - verdict.remaining == TOLD_AFTER:
                    self._credentials.tell(work, self._mails.second_factor_guessed(row.email))
            raise Unauthenticated("The code is wrong, or was used already.")
        return opened

    async def prove(self, actor: Actor, password: str, action: str) -> UserRow:
        """The account of the caller, who shows once more that they know its password: before `action`.

        Raises `Invalid` for a wrong password, which is recorded, and `RateLimited` while a delay runs.
        """
        row = await self._users.by_id(actor.id) if actor.id is not None else None
        if row is None:
            raise Unauthenticated()
        await self._admit(row.email, row)
        if not await self._hasher.verify(password, row.password_hash):
            await self._audit.denied(action, "users", row.id)
            raise _wrong("/current_password", "is not the password of this account")
        async with self._database.work() as work:
            await self.forgive(work, row.email)
        return row

    async def change_password(self, actor: Actor, known: str, new: str) -> None:
        """Another password for the caller, who proves that they know the old one; all their other sessions
        end.

        Raises `Invalid` for a wrong old or a weak new password, and `RateLimited` while a delay runs.
        """
        row = await self.prove(actor, known, "password_changed")
        fresh = await self.accept(new, row.email, row.name, pointer="/new_password")
        async with self._database.work() as work:
            await self._credentials.lock(work, row.id)
            if not await self._users.replace_hash(work, row, fresh):
                raise _wrong("/current_password", "is not the password of this account any more")
            told = [self._mails.password_changed(row.email)]
            await self._credentials.changed(
                work, row.id, action="password_changed", spare=actor.session_id, tell=told
            )

    async def set_password(self, actor: Actor, user_id: UUID, new: str) -> None:
        """Another password for somebody else, by an administrator; all sessions of the account end.

        Raises `NotFound`, `Invalid` for a weak password, and `Forbidden` for the caller's own account, whose
        password takes the old one to change.
        """
        if user_id == actor.id:
            raise Forbidden("Change your own password with /auth/password.")
        row = await self._users.managed(actor, user_id)
        if row is None or is_service_account(row.email):
            raise NotFound("There is no such account of a person.")
        password_hash = await self.accept(new, row.email, row.name, pointer="/new_password")
        async with self._database.work() as work:
            await self._credentials.lock(work, user_id)
            await self._users.set_hash(work, user_id, password_hash)
            await self._delays.forgive(work, account_key(row.email))
            told = [self._mails.password_changed(row.email)]
            await self._credentials.changed(work, user_id, action="password_set", tell=told)

    async def accept(self, password: str, email: str, name: str, *, pointer: str = "/password") -> str:
        """The hash of a new password. Raises `Invalid` for a weak one."""
        reason = weakness(password, email=email, name=name)
        if reason is not None:
            raise _wrong(pointer, reason)
        return await self._hasher.hash(password)

    async def forgive(self, work: Work, address: str) -> None:
        """Forget failed attempts: this caller has shown who they are."""
        await self._delays.forgive(work, place_key(address, current.get().client_ip))
        await self._delays.forgive(work, account_key(address))

    async def _admit(self, address: str, row: UserRow | None) -> None:
        """Let an attempt through and count it, or raise `RateLimited` with the time to wait."""
        ip = current.get().client_ip
        async with self._database.work() as work:
            owner = row.id if row else NOBODY
            wait = await self._delays.begin(
                work, address, ip, lambda: self._sessions.is_known_place(work, owner, ip)
            )
        if wait > timedelta():
            seconds = ceil(wait.total_seconds())
            raise RateLimited(
                f"Too many failed attempts for this account. Wait {seconds} seconds.",
                headers={"Retry-After": str(seconds)},
            )

    async def _let_in(self, row: UserRow, password: str, agent: str, into: Opens | None) -> Opened | None:
        """A session, or the second step; None if the account is not as it was when its password was looked
        at."""
        stored = row.password_hash or ""
        if self._hasher.is_outdated(stored):
            stored = await self._hasher.hash(password)
        needs_more = await self._factor.is_on(row.id)
        with acting_as(row.actor()):
            async with self._database.work() as work:
                if not needs_more:
                    return await self._open(work, row, stored, agent, into)
                challenge = await self._challenge(work, row, stored)
        if challenge is None:
            return None
        raise SecondFactorNeeded(challenge)

    async def _challenge(self, work: Work, row: UserRow, stored: str) -> str | None:
        if not await self._users.rehash(work, row, stored):
            return None
        await self.forgive(work, row.email)
        await self._audit.record(work, action="second_factor_asked", object_type="users", object_id=row.id)
        return await self._codes.issue(work, Purpose.SIGN_IN, row.email, user_id=row.id, at_most=None)

    async def _open(
        self, work: Work, row: UserRow, stored: str, agent: str, into: Opens | None
    ) -> Opened | None:
        """A session; None if the account has changed meanwhile."""
        if not await self._users.sign_in(work, row, stored):
            return None
        await self.forgive(work, row.email)
        if await self._sessions.is_new_device(work, row.id, agent):
            self._credentials.tell(work, self._mails.new_device(row.email))
        opened = await (into or self._sessions).open(work, row.id, user_agent=agent)
        await self._audit.record(
            work,
            action="login",
            object_type="users",
            object_id=row.id,
            changes={"session_id": opened.session_id},
        )
        return opened


def _wrong(pointer: str, detail: str) -> Invalid:
    return Invalid("The password is not accepted.", errors=[FieldError(detail, pointer=pointer)])
