"""Switching the second factor on and off, by its owner, or by an administrator for somebody who lost it.

What lives here: the order of the steps. What must not: whether a code is good (`second_factor.py`), HTTP.

Each step takes the password again: a stolen session must neither add a factor that locks the owner out nor
take away the one that protects them. The secret counts only after a code has shown that the app has it.
"""

from dataclasses import dataclass, field
from uuid import UUID

from backwright import totp
from backwright.account_codes import not_good
from backwright.account_parts import AccountParts
from backwright.actor import Actor
from backwright.context import now
from backwright.database import Work
from backwright.errors import Conflict, Forbidden, NotFound, Unauthenticated
from backwright.second_factor import SecondFactor


@dataclass(frozen=True, slots=True)
class Offered:
    """What an app needs: the secret in base32, and the same as a URI for a QR code."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


class SecondFactorSetup:
    """The use cases. `issuer` is the name that apps show."""

    def __init__(self, parts: AccountParts, factor: SecondFactor, issuer: str) -> None:
        self._parts = parts
        self._factor = factor
        self._issuer = issuer

    async def status(self, actor: Actor) -> tuple[bool, int]:
        """Whether it is on, and how many recovery codes are left."""
        given = {"user": _user(actor)}
        left = await self._parts.database.fetch(self._factor.sql.count_recovery, given)
        return await self._factor.is_on(_user(actor)), int(left[0][0])

    async def begin(self, actor: Actor, password: str) -> Offered:
        """A secret for the app; it counts after `confirm`, and takes the place of one that was not confirmed.

        Raises `Invalid` for a wrong password, `RateLimited`, and `Conflict` if it is on already.
        """
        row = await self._parts.login.prove(actor, password, "second_factor_begun")
        secret = totp.new_secret()
        async with self._parts.database.work() as work:
            await self._parts.credentials.lock(work, row.id)
            if await work.fetch(self._factor.sql.is_on, {"user": row.id}):
                raise Conflict("The second factor is on already. Switch it off first.")
            await work.execute(self._factor.sql.drop_pending, {"user": row.id})
            await work.execute(
                self._factor.sql.add,
                {
                    "user_id": row.id,
                    "secret_sealed": self._factor.seal(row.id, secret),
                    "last_step": 0,
                    "created_at": now(),
                    "confirmed_at": None,
                },
            )
            await self._parts.audit.record(
                work, action="second_factor_begun", object_type="users", object_id=row.id
            )
        return Offered(totp.as_text(secret), totp.uri(secret, issuer=self._issuer, account=row.email))

    async def confirm(self, actor: Actor, code: str) -> list[str]:
        """Switch it on with a code of the app; the recovery codes, shown this once. Every other session ends.

        Raises `Invalid` for a wrong code, and `RateLimited`.
        """
        user_id = _user(actor)
        await self._factor.admit(user_id)
        row = await self._parts.users.by_id(user_id)
        found = await self._parts.database.fetch(self._factor.sql.pending, {"user": user_id})
        step = self._factor.matching_step(user_id, found[0][0], code) if found else None
        if row is None or step is None:
            await self._parts.audit.denied("second_factor_on", "users", user_id)
            raise not_good()
        given = {"user": user_id, "seen": found[0][0], "at": now(), "step": step}
        async with self._parts.database.work() as work:
            await self._parts.credentials.lock(work, user_id)
            if await work.execute(self._factor.sql.confirm, given) != 1:
                raise not_good()
            made = await self._factor.new_recovery_codes(work, user_id)
            told = [self._parts.mails.second_factor_changed(row.email, "It is on now.")]
            await self._parts.credentials.changed(
                work, user_id, action="second_factor_on", spare=actor.session_id, tell=told
            )
        return made

    async def switch_off(self, actor: Actor, password: str, code: str) -> None:
        """Raises `Invalid` for a wrong password or code, and `RateLimited`."""
        row = await self._parts.login.prove(actor, password, "second_factor_off")
        await self._factor.admit(row.id)
        async with self._parts.database.work() as work:
            await self._parts.credentials.lock(work, row.id)
            good = await self._factor.spend(work, row.id, code)
            if good:
                await self._remove(work, row.id, row.email, spare=actor.session_id)
        if not good:
            await self._parts.audit.denied("second_factor_off", "users", row.id)
            raise not_good()

    async def renew_recovery_codes(self, actor: Actor, password: str, code: str) -> list[str]:
        """A fresh sheet of recovery codes. Raises as `switch_off`."""
        row = await self._parts.login.prove(actor, password, "recovery_codes_renewed")
        await self._factor.admit(row.id)
        made: list[str] = []
        async with self._parts.database.work() as work:
            await self._parts.credentials.lock(work, row.id)
            if await self._factor.spend(work, row.id, code):
                made = await self._factor.new_recovery_codes(work, row.id)
                await self._parts.audit.record(
                    work, action="recovery_codes_renewed", object_type="users", object_id=row.id
                )
                told = self._parts.mails.second_factor_changed(row.email, "It has new recovery codes.")
                self._parts.credentials.tell(work, told)
        if not made:
            await self._parts.audit.denied("recovery_codes_renewed", "users", row.id)
            raise not_good()
        return made

    async def remove(self, actor: Actor, user_id: UUID) -> None:
        """Take it from somebody who has lost it, by an administrator; all sessions of the account end.

        Raises `NotFound`, and `Forbidden` for the caller's own account.
        """
        if user_id == actor.id:
            raise Forbidden("Switch off your own second factor with /auth/second-factor/off.")
        row = await self._parts.users.managed(actor, user_id)
        if row is None or not await self._factor.is_on(user_id):
            raise NotFound("There is no such second factor.")
        async with self._parts.database.work() as work:
            await self._parts.credentials.lock(work, user_id)
            await self._remove(work, user_id, row.email, spare=None)

    async def _remove(self, work: Work, user_id: UUID, email: str, *, spare: UUID | None) -> None:
        await work.execute(self._factor.sql.drop, {"user": user_id})
        await work.execute(self._factor.sql.drop_recovery, {"user": user_id})
        told = [self._parts.mails.second_factor_changed(email, "It is off now.")]
        await self._parts.credentials.changed(
            work, user_id, action="second_factor_off", spare=spare, tell=told
        )


def _user(actor: Actor) -> UUID:
    if actor.id is None:
        raise Unauthenticated()
    return actor.id
