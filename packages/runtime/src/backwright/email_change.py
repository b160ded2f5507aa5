"""Another address for an account: proved with the password and with the new mailbox, told to both.

What lives here: the order of the steps. What must not: codes, texts, HTTP.

The address is the name to sign in with and the way to a new password: whoever changes it owns the account.
So it takes the password again, a code that the new mailbox got, and the same account signed in; and the old
mailbox hears of it twice, when it is asked for and when it is done.
"""

from typing import Final

from backwright.account_codes import Purpose, not_good
from backwright.account_parts import AccountParts
from backwright.actor import Actor
from backwright.context import current
from backwright.errors import FieldError, Invalid
from backwright.hosts import limit_key
from backwright.limits import Policy
from backwright.recovery import CODES
from backwright.user_rows import normalised_email

EMAIL_CHANGES: Final = Policy("email-change", 5, 3600, strict=True)
"""Changes that one account may ask for: each sends mail to an address that the caller chooses."""


class EmailChange:
    """Ask for a change, confirm it."""

    def __init__(self, parts: AccountParts) -> None:
        self._parts = parts

    async def ask(self, actor: Actor, password: str, email: str) -> None:
        """Mail a code to the new address, or that it has an account: the caller cannot tell which.

        Raises `Invalid` for a wrong password or one's own address, `RateLimited`, and `Unavailable` where mail
        cannot be sent.
        """
        row = await self._parts.login.prove(actor, password, "email_change_asked")
        await self._parts.limiter.enforce(EMAIL_CHANGES, str(row.id))
        self._parts.mail.require()
        address = normalised_email(email)
        if address == row.email:
            raise Invalid(
                "The address is the same.",
                errors=[FieldError("is the address of this account already", pointer="/email")],
            )
        other = await self._parts.users.by_email(address)
        async with self._parts.database.work() as work:
            code = await self._parts.codes.issue(work, Purpose.EMAIL, address, user_id=row.id)
            await self._parts.audit.record(
                work, action="email_change_asked", object_type="users", object_id=row.id
            )
            if code is not None:
                mails = self._parts.mails
                sent = mails.confirm_email(address, code) if other is None else mails.has_account(address)
                self._parts.credentials.tell(work, sent)
            self._parts.credentials.tell(work, self._parts.mails.email_change_asked(row.email))

    async def confirm(self, actor: Actor, code: str) -> None:
        """Use the new address from now on; every other session of the account ends.

        Raises `Invalid` for a code that is not good, or of somebody else, and `RateLimited`.
        """
        await self._parts.limiter.enforce(CODES, limit_key(current.get().client_ip))
        found = await self._parts.codes.find(code, Purpose.EMAIL)
        row = await self._parts.users.by_id(actor.id) if actor.id is not None else None
        if found is None or row is None or found.user_id != row.id:
            await self._parts.audit.denied("email_changed", "users", actor.id)
            raise not_good()
        async with self._parts.database.work() as work:
            await work.lock(f"users {found.address}")
            await self._parts.credentials.lock(work, row.id)
            taken = await self._parts.codes.take(work, code, Purpose.EMAIL)
            if taken is None or not await self._parts.users.move(work, row, found.address):
                raise not_good()
            await self._parts.credentials.changed(
                work,
                row.id,
                action="email_changed",
                changes={"email": {"from": row.email, "to": found.address}},
                spare=actor.session_id,
                tell=[
                    self._parts.mails.email_changed(row.email),
                    self._parts.mails.email_changed(found.address),
                ],
            )
