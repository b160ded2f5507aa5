"""What follows whenever a credential of an account changes, the same for each of them.

What lives here: that codes which are under way are void, sessions end, the change is on record and the owner
is told. What must not: the change itself. A password that is changed because it was stolen helps only if the
thief's sessions and codes go with it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

from backwright.account_codes import AccountCodes
from backwright.audit import Audit
from backwright.database import Work
from backwright.mail import Mail, Message
from backwright.sessions import Sessions


class Credentials:
    """`forget` is called after the commit: what is cached about the account does not count any more."""

    def __init__(
        self,
        audit: Audit,
        codes: AccountCodes,
        sessions: Sessions,
        mail: Mail,
        forget: Callable[[UUID], None],
    ) -> None:
        self._audit = audit
        self._codes = codes
        self._sessions = sessions
        self._mail = mail
        self._forget = forget
        self.renew: Callable[[Work, UUID], Awaitable[None]] | None = None
        """Called for the session that is spared: a cookie from before the change must not count after it."""

    async def lock(self, work: Work, user_id: UUID) -> None:
        """Let changes of one account's credentials come one after the other; first in the transaction."""
        await work.lock(f"credentials {user_id}")

    async def changed(
        self,
        work: Work,
        user_id: UUID,
        *,
        action: str,
        tell: Sequence[Message] = (),
        spare: UUID | None = None,
        changes: Mapping[str, object] | None = None,
    ) -> None:
        """In the transaction of the change: void codes, end all sessions (but `spare`), record `action`, and
        after the commit `tell` the owner."""
        await self._codes.void(work, user_id)
        await self._sessions.end_all(work, user_id, except_for=spare)
        if spare is not None and self.renew is not None:
            await self.renew(work, spare)
        await self._audit.record(work, action=action, object_type="users", object_id=user_id, changes=changes)
        work.after_commit(lambda: self._forget(user_id))
        for message in tell:
            self.tell(work, message)

    def tell(self, work: Work, message: Message) -> None:
        """Send a message once the transaction is durable."""
        work.after_commit(lambda: self._mail.send(message))
