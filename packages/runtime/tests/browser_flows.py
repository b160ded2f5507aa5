"""A browser with a cookie jar, by hand, for the tests of browser sessions: each header can be left out."""

import re
from typing import Any

import httpx2
from backwright.accounts import BoundAccounts
from backwright.browser_accounts import BrowserAccounts
from fastapi import FastAPI

EMAIL, PASSWORD, OTHER = "ada@example.org", "seven quiet lamps above", "eight louder lamps below"
HERE = "/auth/browser-session"
FRESH = {"current_password": PASSWORD, "new_password": OTHER}
"""What changes the password."""
OURS, THEIRS = "http://testserver", "https://evil.example"


def browser_of(accounts: BoundAccounts) -> BrowserAccounts:
    assert accounts.browser is not None
    return accounts.browser


class Page:
    """A page of ours in a browser: it keeps the cookie and sends it along; the token it keeps itself."""

    def __init__(self, app: FastAPI, origin: str | None = OURS) -> None:
        self.http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=OURS)
        self.origin = origin
        self.token: str | None = None

    @property
    def cookie(self) -> str | None:
        """The value in the jar."""
        return self.http.cookies.get("session")

    async def sign_in(self, email: str = EMAIL, password: str = PASSWORD) -> httpx2.Response:
        """Sign in, and keep what the answer says."""
        answer = await self.send("POST", HERE, json={"email": email, "password": password})
        self.token = answer.json().get("csrf_token")
        return answer

    async def send(self, method: str, path: str, **given: Any) -> httpx2.Response:
        """Send what a page sends: the browser adds cookie and origin, the page its token."""
        headers = {"Origin": self.origin, "X-CSRF-Token": self.token, **given.pop("headers", {})}
        sent = {name: value for name, value in headers.items() if value is not None}
        return await self.http.request(method, path, headers=sent, **given)

    async def me(self) -> int:
        """The status of asking who is signed in."""
        return (await self.http.get("/auth/me")).status_code


def assert_problem(answer: httpx2.Response, status: int, says: str) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert re.search(says, answer.json()["detail"]), answer.text
