"""Signing in from a browser: a session that a cookie stands for.

What lives here: the parts put together, and what signing in, signing out and a change of rights do to the cookie.
What must not: the steps of a login (`login.py`), HTTP (`browser_routes.py`).
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import Table

from backwright.actor import Actor
from backwright.authentication import Authenticator
from backwright.browser_callers import BrowserCallers
from backwright.browser_cookie import SessionCookie
from backwright.browser_sessions import BrowserSessions
from backwright.context import current
from backwright.credentials import Credentials
from backwright.csrf import Csrf
from backwright.database import Work
from backwright.errors import Unauthenticated
from backwright.login import Login
from backwright.sessions import Opened, Sessions

if TYPE_CHECKING:
    from backwright.runtime import Runtime

METHOD: Final = "session"
"""What `Actor.method` is for whoever is signed in by a cookie."""


class BrowserAccounts:
    """Made by `BoundAccounts` where `Accounts(…, browser_sessions=True)` is declared."""

    def __init__(
        self,
        runtime: "Runtime",
        users: Table,
        *,
        login: Login,
        sessions: Sessions,
        credentials: Credentials,
        authenticator: Authenticator,
    ) -> None:
        settings = runtime.settings
        self._database, self._login, self._authenticator = runtime.database, login, authenticator
        self.sessions = BrowserSessions(
            runtime.database,
            sessions,
            users,
            idle=timedelta(minutes=settings.browser_idle_minutes),
            absolute=timedelta(hours=settings.browser_absolute_hours),
        )
        secret = settings.secret_key.get_secret_value().encode()
        self.cookie = SessionCookie(secure=settings.public_url.startswith("https:"))
        self.csrf = Csrf(secret, public_url=settings.public_url, origins=settings.browser_origins)
        self.callers = BrowserCallers(authenticator, self.cookie, self.csrf)
        authenticator.load_browser = self.sessions.find
        credentials.renew = self._renew

    async def sign_in(self, email: str, password: str, *, user_agent: str) -> Opened:
        """A session for whoever knows the password; its cookie goes with the answer. Raises as `Login.sign_in`."""
        return self.begun(
            await self._login.sign_in(email, password, user_agent=user_agent, into=self.sessions)
        )

    async def second_step(self, challenge: str, code: str, *, user_agent: str) -> Opened:
        """The same for whoever has a code of the second factor as well; raises as `Login.second_step`."""
        return self.begun(
            await self._login.second_step(challenge, code, user_agent=user_agent, into=self.sessions)
        )

    async def open_session(self, user_id: UUID, *, user_agent: str = "") -> Opened:
        """A session without a password, for a caller that has proved identity by other means; its cookie goes with
        the answer."""
        async with self._database.work() as work:
            opened = await self.sessions.open(work, user_id, user_agent=user_agent)
        return self.begun(opened)

    async def seconds_left(self, actor: Actor) -> int:
        """The time until the caller's session ends in any case. Raises `Unauthenticated` if it is not a browser's."""
        return await self.sessions.seconds_left(session_of(actor))

    def drop_cookie(self, actor: Actor) -> None:
        """Let the answer end the cookie in the caller's browser, if that is how they are signed in."""
        if actor.method == METHOD:
            current.get().set_cookie = self.cookie.dropped

    def begun(self, opened: Opened) -> Opened:
        """Let the answer put the cookie of a session into the browser."""
        current.get().set_cookie = self.cookie.set(opened.cookie)
        return opened

    async def _renew(self, work: Work, session_id: UUID) -> None:
        """Another cookie for a session whose holder has changed their credentials: the old one may be known."""
        value = await self.sessions.renew(work, session_id)
        if value is not None:
            context, cookie = current.get(), self.cookie.set(value)
            work.after_commit(lambda: setattr(context, "set_cookie", cookie))
            work.after_commit(lambda: self._authenticator.forget_session(session_id))


def session_of(actor: Actor) -> UUID:
    """The session of a caller who is signed in by a cookie. Raises `Unauthenticated` for any other."""
    if actor.method != METHOD or actor.session_id is None:
        raise Unauthenticated("This is for browsers that have signed in at /auth/browser-session.")
    return actor.session_id
