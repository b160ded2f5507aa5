"""The way of a browser to a provider and back, over HTTP, and what providers say by themselves.

What must not live here: what is bound to what (`oidc_flow.py`), any decision about people. A browser that cannot be
sent back to the page where it began sees a plain page; every other trouble goes to that page, in the fragment, in
one of a few words.
"""

import logging
import re
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from fastapi import Request, Response

from backwright.context import current
from backwright.errors import BadRequest, FieldError
from backwright.hosts import limit_key
from backwright.limits import Policy
from backwright.oauth_pages import plain_page
from backwright.oauth_requests import OAuthError, fields, form, invalid_request
from backwright.oidc_flow import CHALLENGE, MAX_FRONT_STATE, STATE_SECONDS, Begun, NotOurs
from backwright.oidc_provider import Provider
from backwright.oidc_tokens import BadToken
from backwright.outgoing import Unreachable

if TYPE_CHECKING:
    from backwright.oidc import RelyingParty

VISITS: Final = Policy("oidc", 180, 60, strict=True)
"""Steps of sign-ins from one network: as many sign-ins as with passwords, of three steps each."""

LOGOUTS: Final = Policy("oidc-logout", 1200, 60, strict=True)
"""Logout tokens from one network: a provider may end the sessions of a whole company at once."""

_BROWSER: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_STALE: Final = (
    "This sign-in is too old, was used already or belongs to another browser. Go back to where you came from and "
    "begin again."
)
_log = logging.getLogger("backwright.oidc")


class BrowserRoutes:
    """What browsers and providers visit. Not in the OpenAPI document: nobody calls it as an API."""

    def __init__(self, party: "RelyingParty") -> None:
        self._party = party
        self._secure = party.settings.public_url.startswith("https:")
        self._cookie = "__Host-oidc" if self._secure else "oidc"

    async def start(self, request: Request, provider: str) -> Response:
        """Send the browser to the provider."""
        found = self._party.provider(provider)
        await self._party.limiter.enforce(VISITS, limit_key(current.get().client_ip))
        given = _query(request)
        return_to = given.get("return_to") or self._party.settings.oidc_return_urls[0]
        challenge, state = given.get("code_challenge", ""), given.get("state", "")
        wrong = _faults(return_to, challenge, state, self._party.settings.oidc_return_urls)
        if wrong:
            raise BadRequest("The sign-in cannot begin.", errors=wrong)
        browser = self._browser(request) or secrets.token_urlsafe(32)
        try:
            url = await self._party.flow.begin(
                found, browser, return_to=return_to, challenge=challenge, front_state=state
            )
        except Unreachable as error:
            return self._back(found, return_to, state, error="provider_unavailable", why=error)
        answer = _sent(url)
        answer.set_cookie(
            self._cookie, browser, max_age=STATE_SECONDS, secure=self._secure, httponly=True, samesite="lax"
        )
        return answer

    async def callback(self, request: Request, provider: str) -> Response:
        """Take up what was begun, with what the provider says."""
        found = self._party.provider(provider)
        await self._party.limiter.enforce(VISITS, limit_key(current.get().client_ip))
        try:
            given = _query(request)
            begun = self._party.flow.read(given.get("state", ""), self._browser(request) or "")
            if begun.provider != found.name:
                raise NotOurs
            await self._party.flow.use_up(begun)
        except (NotOurs, BadRequest):
            _log.warning(
                "a sign-in came back that is not open in this browser", extra={"provider": found.name}
            )
            return plain_page("This does not work", _STALE, status=400)
        return await self._answered(found, begun, given)

    async def logout_by_provider(self, request: Request) -> Response:
        """End the sessions that the provider names (OpenID Connect Back-Channel Logout 1.0)."""
        found = self._party.provider(request.path_params["provider"])
        await self._party.limiter.enforce(LOGOUTS, limit_key(current.get().client_ip))
        try:
            await self._party.logout.told_by(found, (await form(request)).get("logout_token", ""))
        except (BadToken, Unreachable) as error:
            _log.warning("a logout was refused", extra={"provider": found.name, "reason": str(error)})
            raise invalid_request("The logout token is not good.") from None
        return Response(status_code=200, headers={"Cache-Control": "no-store"})

    async def _answered(self, provider: Provider, begun: Begun, given: dict[str, str]) -> Response:
        where, state = begun.return_to, begun.front_state
        try:
            if not await provider.answers_as_itself(given.get("iss")):
                raise BadToken("the answer is of another issuer")
            if "error" in given or "code" not in given:
                denied = given.get("error") == "access_denied"
                return self._back(
                    provider, where, state, error="access_denied" if denied else "provider_refused"
                )
            person = await provider.redeem(given["code"], verifier=begun.verifier, nonce=begun.nonce)
        except BadToken as error:
            await self._party.audit.denied("oidc_sign_in", "identities")
            return self._back(provider, where, state, error="provider_refused", why=error)
        except Unreachable as error:
            return self._back(provider, where, state, error="provider_unavailable", why=error)
        return _sent(_with_fragment(where, {"code": self._party.flow.code(begun, person), "state": state}))

    def _back(
        self, provider: Provider, where: str, state: str, *, error: str, why: Exception | None = None
    ) -> Response:
        """To the page where it began, with a word for what went wrong; the log says more."""
        reason = str(why) if why is not None else error
        _log.warning("a sign-in failed at a provider", extra={"provider": provider.name, "reason": reason})
        return _sent(_with_fragment(where, {"error": error, "state": state}))

    def _browser(self, request: Request) -> str | None:
        found = request.cookies.get(self._cookie, "")
        return found if _BROWSER.fullmatch(found) else None


def _query(request: Request) -> dict[str, str]:
    try:
        return fields(request.url.query)
    except OAuthError as error:
        raise BadRequest(error.detail) from None


def _faults(return_to: str, challenge: str, state: str, allowed: Sequence[str]) -> list[FieldError]:
    found = [] if return_to in allowed else [wrong_return("return_to")]
    if not CHALLENGE.fullmatch(challenge):
        detail = "is needed: the SHA-256 of a random text, in base64url (PKCE, S256)"
        found.append(FieldError(detail, parameter="code_challenge"))
    if len(state) > MAX_FRONT_STATE:
        found.append(FieldError(f"has at most {MAX_FRONT_STATE} characters", parameter="state"))
    return found


def wrong_return(name: str) -> FieldError:
    """What is said of an address that nobody may be sent to."""
    return FieldError(
        "is none of the addresses in OIDC_RETURN_URLS; they are compared exactly", parameter=name
    )


def _sent(url: str) -> Response:
    return Response(status_code=303, headers={"Location": url, "Cache-Control": "no-store"})


def _with_fragment(url: str, told: dict[str, str]) -> str:
    said = "&".join(f"{name}={quote(value, safe='')}" for name, value in told.items() if value)
    return f"{url}#{said}"
