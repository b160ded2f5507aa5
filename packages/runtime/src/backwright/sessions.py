"""Sessions, and the refresh tokens that keep them alive.

What lives here: what happens to them. What must not: SQL (`session_rows.py`), access tokens, passwords, HTTP.

A session is one login on one device; its refresh tokens are its family. A token is random, stored as a
digest, and good for one use: using it makes its successor (RFC 9700 §4.14.2). Whoever uses a spent token has
a copy that somebody else used, and we cannot know who of the two is the thief: the session ends. The one
exception is a client that lost the answer: within `GRACE` the immediate predecessor gets the same successor
again, as long as that is unused.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import Table

from backwright.audit import Audit
from backwright.context import current, now
from backwright.database import Database, Work
from backwright.entity import new_id
from backwright.errors import Unauthenticated
from backwright.sealing import Sealer
from backwright.session_rows import MAX_SESSIONS, SessionStatements, refresh_tokens, sessions

__all__ = ["GRACE", "MAX_SESSIONS", "Opened", "Sessions", "refresh_tokens", "sessions"]

GRACE: Final = timedelta(seconds=10)
"""How long the answer to a refresh can be had again."""

REMEMBERED: Final = timedelta(days=30)
"""How long an ended session is kept, so that its place still counts as known."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session with what keeps it alive: a refresh token, or in a browser the value of its cookie. That exists here
    and at the client, nowhere else."""

    session_id: UUID
    user_id: UUID
    refresh_token: str = field(repr=False)
    cookie: str = field(default="", repr=False)


class Opens(Protocol):
    """Whatever opens a session for somebody who has proved who they are."""

    async def open(self, work: Work, user_id: UUID, *, user_agent: str = "") -> Opened:
        """A new session."""
        ...


class Sessions:
    """Opens, refreshes, lists and ends sessions.

    `users` is the table of the accounts, `idle` and `absolute` the lifetimes, `most` the open sessions that one
    account may have; `ended(session_id)` is called after the commit that ended a session because of a replay.
    """

    def __init__(
        self,
        database: Database,
        audit: Audit,
        users: Table,
        *,
        idle: timedelta,
        absolute: timedelta,
        ended: Callable[[UUID], None],
        most: int = MAX_SESSIONS,
    ) -> None:
        self._database = database
        self._audit = audit
        self._idle = idle
        self._absolute = absolute
        self._ended = ended
        self._sql = SessionStatements(database, users, most)

    async def open(self, work: Work, user_id: UUID, *, user_agent: str = "") -> Opened:
        """A new session for a user who has just proved who they are, with its first refresh token."""
        session_id = await self.begin(work, user_id, user_agent=user_agent, lasts=self._absolute)
        token = secrets.token_urlsafe(32)
        await self._add_token(work, session_id, token, predecessor=None)
        return Opened(session_id, user_id, token)

    async def begin(self, work: Work, user_id: UUID, *, user_agent: str, lasts: timedelta) -> UUID:
        """A new session that nothing keeps alive yet; the place is that of the request."""
        await work.lock(f"sessions {user_id}")  # so that logins at the same moment make room for each other
        moment, session_id = now(), new_id()
        await work.execute(self._sql.prune, {"user": user_id, "before": moment - REMEMBERED})
        await work.execute(self._sql.make_room, {"user": user_id, "at": moment})
        await work.execute(
            self._sql.add_session,
            {
                "id": session_id,
                "user_id": user_id,
                "ip": current.get().client_ip[:45],
                "user_agent": printable(user_agent)[:200],
                "created_at": moment,
                "last_used_at": moment,
                "expires_at": moment + lasts,
                "revoked_at": None,
            },
        )
        return session_id

    async def hand_over(self, work: Work, session_id: UUID, holder: str) -> str:
        """A refresh token for a program that takes part in a session: good in the hands of `holder` alone."""
        token = secrets.token_urlsafe(32)
        await self._add_token(work, session_id, token, predecessor=None, holder=holder)
        return token

    async def refresh(self, presented: str, *, holder: str = "") -> Opened:
        """Spend a refresh token and get its successor. Raises `Unauthenticated` for one that is not good, or
        not `holder`'s.

        The spending is one conditional UPDATE: of ten uses at the same moment one makes the successor, and
        the others get that same one.
        """
        digest = hashed(holder + presented)
        if not _TOKEN.fullmatch(presented) or not await self._database.fetch(
            self._sql.find, {"hash": digest}
        ):
            raise _not_good()
        async with self._database.work() as work:
            opened = await self._spend(work, presented, digest, holder) or await self._spent_before(
                work, presented, digest
            )
        if opened is None:
            raise _not_good()
        return opened

    async def end(self, work: Work, user_id: UUID, session_id: UUID) -> bool:
        """End one session of this user; False if there is none such, or it has ended already."""
        found = {"user": user_id, "session": session_id, "at": now()}
        return await work.execute(self._sql.end_one, found) > 0

    async def end_all(self, work: Work, user_id: UUID, *, except_for: UUID | None = None) -> int:
        """End every session of this user, perhaps except for one; the number of those that ended."""
        return await work.execute(self._sql.end_all, {"user": user_id, "spared": except_for, "at": now()})

    async def list(self, user_id: UUID) -> list[dict[str, Any]]:
        """The open sessions of this user, the one used last first; at most `MAX_SESSIONS`."""
        moment = now()
        rows = await self._database.fetch(
            self._sql.list, {"user": user_id, "at": moment, "idle_since": moment - self._idle}
        )
        return [dict(zip(self._sql.list.columns, row, strict=True)) for row in rows]

    async def is_known_place(self, work: Work, user_id: UUID, ip: str) -> bool:
        """Whether this user has signed in from this address before."""
        return bool(await work.fetch(self._sql.known_place, {"user": user_id, "from_ip": ip[:45]}))

    async def is_new_device(self, work: Work, user_id: UUID, user_agent: str) -> bool:
        """Whether this user has signed in before, and never from this address with this program."""
        place = {"from_ip": current.get().client_ip[:45], "from_agent": printable(user_agent)[:200]}
        [(all_, same)] = await work.fetch(self._sql.devices, {"user": user_id, **place})
        return bool(all_) and not same

    async def _spend(self, work: Work, presented: str, digest: str, holder: str) -> Opened | None:
        moment, successor = now(), secrets.token_urlsafe(32)
        rows = await work.fetch(
            self._sql.spend,
            {
                "hash": digest,
                "at": moment,
                "sealed": _sealer(presented).seal(successor.encode(), digest.encode()),
            },
        )
        if not rows:
            return None
        [(token_id, session_id, predecessor_id)] = rows
        await work.execute(self._sql.unseal, {"token": predecessor_id})
        await work.execute(self._sql.prune_spent, {"session": session_id, "before": moment - self._idle})
        await self._add_token(work, session_id, successor, predecessor=token_id, holder=holder)
        [(user_id,)] = await work.fetch(self._sql.touch, {"session": session_id, "at": moment})
        return Opened(session_id, user_id, successor)

    async def _spent_before(self, work: Work, presented: str, digest: str) -> Opened | None:
        """What a token gets that could not be spent: the same answer within the grace, or the end of its
        session."""
        rows = await work.fetch(self._sql.inspect, {"hash": digest, "at": now()})
        if not rows or rows[0][2] is None:
            return None  # session or account closed, or the token expired unused
        [(session_id, user_id, spent_at, sealed, successor_spent_at)] = rows
        if sealed is not None and successor_spent_at is None and now() - spent_at <= GRACE:
            return Opened(session_id, user_id, _sealer(presented).open(sealed, digest.encode()).decode())
        await self.end(work, user_id, session_id)
        await self._audit.record(
            work,
            action="refresh_replayed",
            object_type="sessions",
            object_id=session_id,
            changes={"user_id": user_id},
        )
        work.after_commit(lambda: self._ended(session_id))
        return None

    async def _add_token(
        self, work: Work, session_id: UUID, token: str, *, predecessor: UUID | None, holder: str = ""
    ) -> None:
        await work.execute(
            self._sql.add_token,
            {
                "id": new_id(),
                "session_id": session_id,
                "token_hash": hashed(holder + token),
                "predecessor_id": predecessor,
                "expires_at": now() + self._idle,
                "spent_at": None,
                "successor_sealed": None,
            },
        )


def hashed(token: str) -> str:
    """The digest under which a token is stored. The token is random: no salt, no slow hash is needed."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def printable(text: str) -> str:
    """The text without control characters: it will be shown to people."""
    return "".join(character for character in text if character.isprintable())


def _sealer(token: str) -> Sealer:
    return Sealer(token.encode(), "backwright refresh successor v1")


def _not_good() -> Unauthenticated:
    return Unauthenticated("This refresh token is not valid any more. Sign in again.", error="invalid_token")
