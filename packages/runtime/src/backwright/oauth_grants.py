"""What people let clients do, and the tokens that clients get for themselves: from the first to the end.

What lives here: the order of the steps, which is what makes them safe. What must not: SQL (`oauth_rows.py`),
requests (`oauth_token.py`), the form of tokens.

A grant is a session of the person, opened by the login that allowed it, with the client and its scopes beside
it. A code is good for one use within `CODE_LIFETIME`; it is stored as a digest. Whoever presents a code that
was used before has a copy of it, and so may the one who used it: the session ends, and with it every token
that came of it (RFC 6749 §4.1.2). Of ten exchanges at the same moment one gets tokens, and the other nine end
them: there is no way to tell a hasty client from a thief, and the person can sign in again.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from backwright.audit import Audit
from backwright.context import now
from backwright.database import Database, Work
from backwright.entity import new_id
from backwright.oauth_clients import Client
from backwright.oauth_registration import REFRESH
from backwright.oauth_rows import GrantStatements
from backwright.sessions import Opened, Sessions, hashed
from backwright.tokens import LEEWAY

CODE_LIFETIME: Final = timedelta(seconds=60)
"""From the redirect to the exchange; RFC 6749 §4.1.2 recommends ten minutes at most."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person let a client do, with what the client now needs to make use of it."""

    user_id: UUID
    session_id: UUID
    scope: str
    nonce: str | None
    granted_at: datetime
    refresh_token: str | None = None

    def __repr__(self) -> str:
        return f"<Grant of session {self.session_id}>"


class Grants:
    """`ended(session_id)` is called after the commit that ended a session; `absolute` is the longest life of
    one, `access` that of an access token."""

    def __init__(
        self,
        database: Database,
        audit: Audit,
        sessions: Sessions,
        *,
        absolute: timedelta,
        access: timedelta,
        ended: Callable[[UUID], None],
    ) -> None:
        self._database = database
        self._audit = audit
        self._sessions = sessions
        self._absolute = absolute
        self._access = access
        self._ended = ended
        self._sql = GrantStatements(database)

    async def add(
        self,
        opened: Opened,
        client: Client,
        *,
        scope: str,
        nonce: str | None,
        redirect_uri: str,
        challenge: str,
    ) -> str:
        """A code for a session that was opened to allow this. The session ends with the code, unless it is used."""
        code, moment = secrets.token_urlsafe(32), now()
        async with self._database.work() as work:
            await work.execute(
                self._sql.add,
                {
                    "session_id": opened.session_id,
                    "client_id": client.id,
                    "scope": scope,
                    "nonce": nonce,
                    "redirect_uri": redirect_uri,
                    "code_hash": hashed(code),
                    "code_challenge": challenge,
                    "granted_at": moment,
                    "code_expires_at": moment + CODE_LIFETIME,
                    "redeemed_at": None,
                },
            )
            await work.fetch(
                self._sql.set_end,
                {"session": opened.session_id, "at": moment, "ends": moment + CODE_LIFETIME},
            )
            await self._audit.record(
                work,
                action="oauth_granted",
                object_type="sessions",
                object_id=opened.session_id,
                changes={"client_id": client.id, "user_id": opened.user_id, "scope": scope},
            )
        return code

    async def redeem(self, client: Client, code: str, *, redirect_uri: str, verifier: str) -> Grant | None:
        """What a code stands for, used up by this; None if it is not good.

        A wrong verifier or redirect address uses it up, too: it is in wrong hands.
        """
        return await self._database.repeatable(
            lambda work: self._redeem(work, client, code, redirect_uri, verifier)
        )

    async def refresh(self, client: Client, refresh_token: str) -> Grant | None:
        """The grant behind a refresh token of this client, which is spent by it; None if the grant has ended.
        Raises as `Sessions.refresh`."""
        opened = await self._sessions.refresh(refresh_token, holder=client.holder)
        given = {"session": opened.session_id, "client": client.id, "at": now()}
        rows = await self._database.fetch(self._sql.of_session, given)
        if not rows:
            return None
        [(user_id, scope, _nonce, granted_at)] = rows
        return Grant(user_id, opened.session_id, scope, None, granted_at, opened.refresh_token)

    async def find(self, client: Client, session_id: UUID) -> Grant | None:
        """A grant of this client that is open."""
        given = {"session": session_id, "client": client.id, "at": now()}
        rows = await self._database.fetch(self._sql.of_session, given)
        return Grant(rows[0][0], session_id, *rows[0][1:]) if rows else None

    async def find_refresh_token(self, client: Client, token: str) -> tuple[Grant, datetime | None] | None:
        """The open grant of this client that a refresh token belongs to, and when the token expires; without
        a time it is spent, or has expired."""
        digest = hashed(client.holder + token)
        given = {"hash": digest, "client": client.id, "at": now()}
        rows = await self._database.fetch(self._sql.of_refresh_token, given)
        if not rows:
            return None
        [(session_id, user_id, scope, granted_at, spent_at, expires_at)] = rows
        is_good = spent_at is None and expires_at > given["at"]
        return Grant(user_id, session_id, scope, None, granted_at), expires_at if is_good else None

    async def end(self, client: Client, grant: Grant, action: str) -> None:
        """End a grant with all its tokens."""
        async with self._database.work() as work:
            await self._end(work, client, grant.user_id, grant.session_id, action)

    async def add_client_token(self, client: Client) -> UUID:
        """The id of a token that a client gets for itself."""
        token_id, moment = new_id(), now()
        async with self._database.work() as work:
            await work.execute(self._sql.prune_tokens, {"client": client.id, "at": moment})
            await work.execute(
                self._sql.add_token,
                {
                    "id": token_id,
                    "client_id": client.id,
                    "expires_at": moment + self._access + timedelta(seconds=LEEWAY),
                    "revoked_at": None,
                },
            )
            await self._audit.record(
                work, action="client_sign_in", object_type="oauth_clients", object_id=client.id
            )
        return token_id

    async def client_roles(self, client_id: UUID, token_id: UUID) -> frozenset[str] | None:
        """The scopes that an active client may have, by a token of its own that is not revoked; else None."""
        given = {"token": token_id, "client": client_id, "at": now()}
        rows = await self._database.fetch(self._sql.live_token, given)
        return frozenset(rows[0][0]) if rows else None

    async def revoke_client_token(self, client: Client, token_id: UUID) -> None:
        """Let a token of the client itself count no more."""
        async with self._database.work() as work:
            given = {"token": token_id, "client": client.id, "at": now()}
            if await work.execute(self._sql.revoke_token, given):
                await self._audit.record(
                    work, action="oauth_revoked", object_type="oauth_clients", object_id=client.id
                )
                work.after_commit(lambda: self._ended(token_id))

    async def _redeem(
        self, work: Work, client: Client, code: str, redirect_uri: str, verifier: str
    ) -> Grant | None:
        moment = now()
        given = {"hash": hashed(code), "client": client.id, "at": moment}
        rows = await work.fetch(self._sql.redeem, given)
        if not rows:
            await self._seen_before(work, client, given)
            return None
        [(session_id, granted_uri, challenge, scope, nonce, granted_at)] = rows
        lifetime = self._absolute if REFRESH in client.grants else self._access
        ends = {"session": session_id, "at": moment, "ends": moment + lifetime}
        users = await work.fetch(self._sql.set_end, ends)
        if not users:
            return None  # ended in the meantime
        [(user_id,)] = users
        if redirect_uri != granted_uri or not hmac.compare_digest(s256(verifier), challenge):
            await self._end(work, client, user_id, session_id, "oauth_code_misused")
            return None
        token = None
        if REFRESH in client.grants:
            token = await self._sessions.hand_over(work, session_id, client.holder)
        return Grant(user_id, session_id, scope, nonce, granted_at, token)

    async def _seen_before(self, work: Work, client: Client, given: dict[str, object]) -> None:
        """End what came of a code that is presented again."""
        for session_id, user_id, redeemed_at in await work.fetch(self._sql.by_code, given):
            if redeemed_at is not None:
                await self._end(work, client, user_id, session_id, "oauth_code_replayed")

    async def _end(self, work: Work, client: Client, user_id: UUID, session_id: UUID, action: str) -> None:
        await self._sessions.end(work, user_id, session_id)
        await self._audit.record(
            work,
            action=action,
            object_type="sessions",
            object_id=session_id,
            changes={"client_id": client.id, "user_id": user_id},
        )
        work.after_commit(lambda: self._ended(session_id))


def s256(verifier: str) -> str:
    """The challenge that belongs to a verifier (RFC 7636 §4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode("utf-8", "surrogatepass")).digest()).rstrip(b"=").decode()
