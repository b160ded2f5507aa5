"""From the session cookie to an actor, for every request that has one and no `Authorization` header.

What lives here: whether the cookie counts for this request. What must not: where sessions are stored
(`browser_sessions.py`), what a write has to show (`csrf.py`).

It is asked once, before any route, so no route can forget it. Nothing is refused here: what stands against the
cookie is left in the context, and counts when a route asks who is calling. A route that asks nobody, such as the
page of an OAuth login, does not care for the cookie.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence

from backwright.actor import Actor
from backwright.authentication import Authenticator
from backwright.browser_cookie import SessionCookie
from backwright.context import Context
from backwright.csrf import SAFE, Csrf
from backwright.errors import Error
from backwright.replies import Pair
from backwright.sessions import hashed

ByCookie = Callable[[bytes, Sequence[Pair], Context], Awaitable[None]]

_log = logging.getLogger("backwright.browser")


class BrowserCallers:
    """Who is calling from a browser."""

    def __init__(self, authenticator: Authenticator, cookie: SessionCookie, csrf: Csrf) -> None:
        self._authenticator = authenticator
        self._cookie = cookie
        self._csrf = csrf

    async def holder(self, cookies: bytes) -> Actor | None:
        """Whose session a `Cookie` header holds, whoever has made the browser send it. Raises `Unavailable`."""
        value = self._cookie.given(cookies)
        return await self._authenticator.of_browser(hashed(value)) if value is not None else None

    async def identify(self, cookies: bytes, headers: Sequence[Pair], context: Context) -> None:
        """Set `context.verified`, or `context.refused` to what stands against it, or neither: nobody is signed in."""
        try:
            actor = await self.holder(cookies)
            if actor is None or actor.session_id is None:
                return
            if context.method not in SAFE:
                self._csrf.check(headers, actor.session_id)
        except Error as error:
            _log.info("a session cookie does not count", extra={"reason": error.detail})
            context.refused = error
            return
        context.verified = actor
