"""The authorization endpoint: a client asks, a person signs in and allows it, the client gets a code.

What lives here: what a client may ask for and how each wrong request is answered (RFC 6749 §4.1, PKCE RFC
7636, RFC 9207). What must not: HTML (`oauth_pages.py`), the code itself (`oauth_grants.py`), passwords.

Until client and redirect address are known to belong together nobody is sent anywhere: the person sees a
page. From then on every refusal goes to the client. There is one page for signing in and allowing, so there
is no signed-in state of the browser that a third page could make use of; a client that wants no page
(`prompt=none`) is told that login is required.
"""

import base64
import binascii
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote_plus

import msgspec
from cryptography.exceptions import InvalidTag
from starlette.requests import Request
from starlette.responses import Response

from backwright.errors import Error, RateLimited, Unauthenticated
from backwright.oauth_clients import Client, Clients
from backwright.oauth_pages import plain_page, sign_in_page
from backwright.oauth_registration import CODE
from backwright.oauth_requests import OAuthError, fields, form
from backwright.oauth_scopes import LONGEST, in_order
from backwright.sealing import Sealer
from backwright.second_factor import SecondFactorNeeded

if TYPE_CHECKING:
    from backwright.oauth import Issuer

PAGE_SECONDS: Final = 600
"""How long the page can be submitted after it was shown; also the life of its cookie."""

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
"""A SHA-256 digest in base64url (RFC 7636 §4.2)."""

_FIELDS: Final = (
    "client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge",
    "code_challenge_method",
)  # fmt: skip
"""What is sealed into the page; each is bounded."""

_BROWSER: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_OPTIONS: Final = frozenset({"none", "login", "consent", "select_account"})
_UNKNOWN: Final = (
    "This link does not come from a known application, or it names a wrong address to go back to."
)
_STALE: Final = (
    "This page is too old or belongs to another browser. Go back to the application and begin again."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a client that may be put before a person."""

    client: Client
    redirect_uri: str
    scope: str
    state: str
    nonce: str | None
    code_challenge: str
    email: str


class Unknown(Exception):
    """Client and redirect address do not belong together: there is nobody to send an answer to."""


class Refused(Exception):
    """A refusal that the client gets to see."""

    def __init__(self, redirect_uri: str, state: str, error: OAuthError) -> None:
        super().__init__(str(error))
        self.redirect_uri = redirect_uri
        self.state = state
        self.error = error


class Authorize:
    """The endpoint and its form."""

    def __init__(self, issuer: "Issuer", secret: bytes, *, secure: bool) -> None:
        self._issuer = issuer
        self._sealer = Sealer(secret, "backwright authorization page v1")
        self._secure = secure
        self._cookie = "__Host-oauth" if secure else "oauth"

    async def ask(self, request: Request) -> Response:
        """The page, or the answer to a request that must not be put before anybody."""
        try:
            given = await form(request) if request.method == "POST" else fields(request.url.query)
            asked = await read(given, self._issuer.clients)
        except (OAuthError, Unknown):
            return plain_page("This does not work", _UNKNOWN, status=400)
        except Refused as refused:
            return self._send_back(refused.redirect_uri, refused.state, _told(refused.error))
        browser = self._browser(request) or secrets.token_urlsafe(32)
        known: dict[str, str] = {name: given[name] for name in _FIELDS if name in given}
        return self._page(asked, self._seal(known, browser), browser)

    async def decide(self, request: Request) -> Response:
        """What the person says on the page: allow, with a proof of who they are, or deny."""
        try:
            said = await form(request)
            browser = self._browser(request)
            asked = await read(self._open(said.get("page", ""), browser), self._issuer.clients)
        except (OAuthError, Unknown, Refused):
            return plain_page("This does not work", _STALE, status=400)
        assert browser is not None, "nothing opens without it"
        action = said.get("action", "")
        if action == "again":
            return self._page(asked, said["page"], browser)
        if action != "allow":
            await self._issuer.record_denial(asked.client)
            denied = OAuthError("access_denied", "The user does not allow it.")
            return self._send_back(asked.redirect_uri, asked.state, _told(denied))
        try:
            code = await self._issuer.sign_in(said, asked, user_agent=request.headers.get("user-agent", ""))
        except SecondFactorNeeded as needed:
            return self._page(asked, said["page"], browser, challenge=needed.challenge)
        except (Unauthenticated, RateLimited) as error:
            email, challenge = said.get("email", ""), said.get("challenge", "")
            return self._page(asked, said["page"], browser, email=email, challenge=challenge, error=error)
        return self._send_back(asked.redirect_uri, asked.state, {"code": code})

    def _page(
        self,
        asked: Asked,
        page: str,
        browser: str,
        *,
        email: str = "",
        challenge: str = "",
        error: Error | None = None,
    ) -> Response:
        waits = error.headers.get("Retry-After") if error is not None else None
        found = sign_in_page(
            service=self._issuer.service,
            client=asked.client.name,
            scopes=[self._issuer.scopes[scope] for scope in asked.scope.split()],
            page=page,
            redirect_uri=asked.redirect_uri,
            email=(email or asked.email)[:254],
            challenge=challenge[:200],
            wrong="" if error is None else error.detail,
            status=200 if error is None else error.status,
            headers={"Retry-After": waits} if waits is not None else {},
        )
        found.set_cookie(
            self._cookie, browser, max_age=PAGE_SECONDS, secure=self._secure, httponly=True, samesite="lax"
        )
        return found

    def _send_back(self, redirect_uri: str, state: str, told: Mapping[str, str]) -> Response:
        """To the client, with the name of the one who answers (RFC 9207)."""
        answer = {**told, **({"state": state} if state else {}), "iss": self._issuer.url}
        return Response(
            status_code=303,
            headers={"Location": with_query(redirect_uri, answer), "Cache-Control": "no-store"},
        )

    def _browser(self, request: Request) -> str | None:
        found = request.cookies.get(self._cookie, "")
        return found if _BROWSER.fullmatch(found) else None

    def _seal(self, given: Mapping[str, str], browser: str) -> str:
        """The request, for the form: nobody can change it, and only this browser can send it."""
        content = msgspec.json.encode((int(time.time()) + PAGE_SECONDS, given))
        return base64.urlsafe_b64encode(self._sealer.seal(content, browser.encode())).decode()

    def _open(self, page: str, browser: str | None) -> dict[str, str]:
        """The request out of the form. Raises `Unknown`."""
        try:
            if browser is None:
                raise Unknown
            sealed = base64.b64decode(page.encode("ascii"), altchars=b"-_", validate=True)
            content = self._sealer.open(sealed, browser.encode())
            until, given = msgspec.json.decode(content, type=tuple[int, dict[str, str]])
        except (InvalidTag, ValueError, binascii.Error):
            raise Unknown from None
        if until < time.time():
            raise Unknown
        return given


async def read(given: Mapping[str, str], clients: Clients) -> Asked:
    """The request, checked. Raises `Unknown` and `Refused`."""
    client, redirect_uri = await clients.find(given.get("client_id", "")), given.get("redirect_uri", "")
    if client is None or redirect_uri not in client.redirect_uris:
        raise Unknown
    state = given.get("state", "")
    error = _fault(given, client)
    if error is not None:
        raise Refused(redirect_uri, state if len(state) <= 1000 else "", error)
    return Asked(
        client=client,
        redirect_uri=redirect_uri,
        scope=in_order(given["scope"].split()),
        state=state,
        nonce=given.get("nonce"),
        code_challenge=given["code_challenge"],
        email=given.get("login_hint", ""),
    )


def _fault(given: Mapping[str, str], client: Client) -> OAuthError | None:
    """What is wrong with a request of a known client."""
    prompt = set(given.get("prompt", "").split())
    if "request" in given:
        return OAuthError("request_not_supported", "Send the fields themselves.")
    if "request_uri" in given:
        return OAuthError("request_uri_not_supported", "Send the fields themselves.")
    if "response_type" not in given:
        return OAuthError("invalid_request", "response_type is missing.")
    if given["response_type"] != "code":
        return OAuthError("unsupported_response_type", "Only response_type=code is offered.")
    if given.get("response_mode", "query") != "query":
        return OAuthError("invalid_request", "Only response_mode=query is offered.")
    if CODE not in client.grants:
        return OAuthError("unauthorized_client", "This client is not registered for this grant.")
    if given.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(
        given.get("code_challenge", "")
    ):
        return OAuthError(
            "invalid_request", "PKCE is required: code_challenge with code_challenge_method=S256."
        )
    if any(len(given.get(name, "")) > longest for name, longest in (("state", 1000), ("nonce", 500))):
        return OAuthError("invalid_request", "state or nonce is too long.")
    if not prompt <= _OPTIONS or ("none" in prompt and len(prompt) > 1):
        return OAuthError("invalid_request", "This prompt is not known.")
    scope = given.get("scope", "")
    if not scope.strip() or len(scope) > LONGEST or not client.scopes.issuperset(scope.split()):
        return OAuthError("invalid_scope", "Ask for scopes that this client is registered for.")
    if "none" in prompt:
        return OAuthError("login_required", "The user has to sign in each time.")
    return None


def with_query(uri: str, more: Mapping[str, str]) -> str:
    """The address with more fields in its query; those that it has stay as they are."""
    added = "&".join(f"{name}={quote_plus(value)}" for name, value in more.items())
    return f"{uri}{'&' if '?' in uri else '?'}{added}"


def _told(error: OAuthError) -> dict[str, str]:
    return {"error": error.code, "error_description": error.detail}
