"""Who calls a backend on its stand: nobody, or somebody with a role.

What lives here: credentials, and clients that carry them. What must not: what they are allowed.
"""

import threading
import time
from collections.abc import Callable, Generator, Mapping

import httpx2

FRESH = 240.0
"""Seconds after which a token is asked for anew: services give them for ten minutes by default."""

TIMEOUT = 30.0


class Token(httpx2.Auth):
    """Signs requests with a token that is fetched when it is needed, and again before it expires."""

    def __init__(self, fetch: Callable[[], str]) -> None:
        self._fetch = fetch
        self._token = ""
        self._since = 0.0
        self._lock = threading.Lock()

    @property
    def value(self) -> str:
        """A token that is good for some minutes."""
        with self._lock:
            if not self._token or time.monotonic() - self._since > FRESH:
                self._token = self._fetch()
                self._since = time.monotonic()
            return self._token

    def renew(self) -> None:
        """Ask for another one: this one has ended."""
        with self._lock:
            self._token = self._fetch()
            self._since = time.monotonic()

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Add the header."""
        if "Authorization" not in request.headers:
            request.headers["Authorization"] = f"Bearer {self.value}"
        yield request


class Caller:
    """Somebody with a role (`""`: none), who sends the same headers or a token with each request."""

    def __init__(
        self,
        role: str,
        base_url: str,
        *,
        token: Token | None = None,
        headers: Mapping[str, str] | None = None,
        account: tuple[str, str] | None = None,
    ) -> None:
        """`account` is the address and the password of a throw-away account, where there is one."""
        self.role = role
        self.account = account
        self.token = token
        self.headers = dict(headers or {})
        self._base_url = base_url

    def client(self) -> httpx2.Client:
        """A client for one thread. It does not follow redirects and never asks another host."""
        return httpx2.Client(
            base_url=self._base_url, headers=self.headers, auth=self.token, timeout=TIMEOUT, trust_env=False
        )

    def header(self) -> dict[str, str]:
        """The headers that say who it is, for clients of other kinds."""
        return {**self.headers, **({"Authorization": f"Bearer {self.token.value}"} if self.token else {})}
