"""Another password for somebody who has forgotten theirs and can read their mail.

What lives here: the order of the steps. What must not: codes (`account_codes.py`), texts, HTTP.

Asking takes the same steps for every address: one look for the account, one code, one audit entry. Whether
somebody gets mail is seen in the mailbox alone. Only accounts that have a password can be recovered so: one
that signs in elsewhere must not get a second way in through a mailbox.
"""

from typing import Final

from backwright.account_codes import Purpose, not_good
from backwright.account_parts import AccountParts
from backwright.callers import acting_as
from backwright.context import current
from backwright.hosts import limit_key
from backwright.limits import Policy
from backwright.user_rows import normalised_email

RESETS: Final = Policy("password-reset", 20, 60, strict=True)
"""Resets that one network may ask for."""

CODES: Final = Policy("account-code", 30, 60, strict=True)
"""Codes from mails that one network may try. They cannot be guessed; this bounds the work."""


class Recovery:
    """Ask for a code, use it."""

    def __init__(self, parts: AccountParts) -> None:
        self._parts = parts

    async def ask(self, email: str) -> None:
        """Mail a code to the owner of the account, if there is one; the caller cannot tell.

        Raises `RateLimited`, and `Unavailable` where mail cannot be sent.
        """
        await self._parts.limiter.enforce(RESETS, limit_key(current.get().client_ip))
        self._parts.mail.require()
        address = normalised_email(email)
        row = await self._parts.users.by_email(address)
        owner = row if row is not None and row.is_active and row.password_hash is not None else None
        async with self._parts.database.work() as work:
            code = await self._parts.codes.issue(
                work, Purpose.RESET, address, user_id=owner.id if owner is not None else None
            )
            await self._parts.audit.record(
                work,
                action="password_reset_asked",
                object_type="users",
                object_id=row.id if row is not None else None,
            )
            if owner is not None and code is not None:
                self._parts.credentials.tell(work, self._parts.mails.reset(owner.email, code))

    async def reset(self, code: str, password: str) -> None:
        """Another password for the account that the code was made for; all its sessions end.

        Raises `Invalid` for a code that is not good or a weak password, and `RateLimited`.
        """
        await self._parts.limiter.enforce(CODES, limit_key(current.get().client_ip))
        found = await self._parts.codes.find(code, Purpose.RESET)
        row = await self._parts.users.by_id(found.user_id) if found is not None and found.user_id else None
        if row is None:
            await self._parts.audit.denied("password_reset", "users")
            raise not_good()
        password_hash = await self._parts.login.accept(password, row.email, row.name, pointer="/new_password")
        with acting_as(row.actor("code")):
            async with self._parts.database.work() as work:
                await self._parts.credentials.lock(work, row.id)
                taken = await self._parts.codes.take(work, code, Purpose.RESET)
                if taken is None or not await self._parts.users.recover(work, row.id, password_hash):
                    raise not_good()
                await self._parts.login.forgive(work, row.email)
                told = [self._parts.mails.password_changed(row.email)]
                await self._parts.credentials.changed(work, row.id, action="password_reset", tell=told)
