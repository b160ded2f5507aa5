"""One identity provider at work: where a person is sent, and who they are when they come back.

What lives here: the authorization request, the exchange of the code and what is made of the claims (OpenID
Connect Core §3.1, PKCE RFC 7636). What must not: the browser's part (`oidc_flow.py`), accounts
(`oidc_people.py`). The provider's tokens are read here and kept nowhere.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

import msgspec

from backwright.oidc_discovery import Discovery
from backwright.oidc_settings import ProviderSettings
from backwright.oidc_tokens import MAX_TOKEN, BadToken, Claims, ProviderTokens
from backwright.outgoing import Outgoing, Unreachable
from backwright.scalars import EMAIL
from backwright.sessions import printable
from backwright.user_rows import normalised_email

MAX_NAME: Final = 200
MAX_EMAIL: Final = 254
EMAIL_FORM: Final = re.compile(EMAIL)
MAX_GROUPS: Final = 1000
"""Values of the claim with groups that are looked at."""

_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is, as a provider says it.

    `email` is empty unless the provider is trusted with addresses and says that this one is the person's own.
    `roles` are those that the claims give here; None: the provider has no say in roles.
    """

    provider: str
    issuer: str
    subject: str
    email: str = ""
    name: str = ""
    roles: tuple[str, ...] | None = None
    sid: str = ""

    def __repr__(self) -> str:
        return f"<Person from {self.provider}>"


class _Tokens(msgspec.Struct):
    id_token: str
    access_token: str
    token_type: str


class Provider:
    """A provider by its settings. `redirect_uri` is where it sends people back to."""

    def __init__(self, name: str, settings: ProviderSettings, outgoing: Outgoing, redirect_uri: str) -> None:
        self.name = name
        self.settings = settings
        self.redirect_uri = redirect_uri
        self.discovery = Discovery(settings, outgoing)
        self.tokens = ProviderTokens(settings, self.discovery)
        self._outgoing = outgoing

    async def authorization_url(self, *, state: str, nonce: str, challenge: str) -> str:
        """Where a person is sent to sign in. Raises `Unreachable`."""
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.settings.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return with_fields((await self.discovery.metadata()).authorization_endpoint, asked)

    async def answers_as_itself(self, iss: str | None) -> bool:
        """Whether an answer that names this issuer, or none, can be this provider's (RFC 9207)."""
        if iss is None:
            return not (await self.discovery.metadata()).names_itself
        return iss == self.settings.issuer

    async def redeem(self, code: str, *, verifier: str, nonce: str) -> Person:
        """Who it is that came back with this code. Raises `BadToken` and `Unreachable`."""
        told = await self._exchange(code, verifier)
        claims = await self.tokens.id_token(told.id_token, nonce=nonce, access_token=told.access_token)
        return self.person({**await self._more(claims, told.access_token), **claims})

    def person(self, claims: Claims) -> Person:
        """What counts of verified claims."""
        settings = self.settings
        name, sid = claims.get("name"), claims.get("sid")
        return Person(
            self.name,
            settings.issuer,
            claims["sub"],
            self._address(claims),
            printable(name)[:MAX_NAME] if isinstance(name, str) else "",
            self._roles(claims),
            sid if isinstance(sid, str) and len(sid) <= MAX_NAME else "",
        )

    async def logout_url(self, return_to: str | None) -> str | None:
        """Where a person ends their session at the provider too; None if it has no such place, or is down.

        No `id_token_hint`: the provider's tokens are not kept, so it may ask the person whether they mean it.
        """
        try:
            endpoint = (await self.discovery.metadata()).end_session_endpoint
        except Unreachable:
            return None
        asked = {"client_id": self.settings.client_id}
        if return_to is not None:
            asked["post_logout_redirect_uri"] = return_to
        return with_fields(endpoint, asked) if endpoint else None

    async def _exchange(self, code: str, verifier: str) -> _Tokens:
        metadata, settings = await self.discovery.metadata(), self.settings
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        headers = dict(_FORM)
        if settings.secret and metadata.with_basic:
            headers["Authorization"] = _basic(settings.client_id, settings.secret)
        else:
            fields["client_id"] = settings.client_id
            fields |= {"client_secret": settings.secret} if settings.secret else {}
        answer = await self._outgoing.post(metadata.token_endpoint, headers, urlencode(fields).encode())
        if answer.status != 200:
            raise BadToken(f"the provider does not take the code ({answer.status})")
        try:
            found = msgspec.json.decode(answer.body, type=_Tokens)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise BadToken("the provider's answer holds no tokens") from None
        if found.token_type.lower() != "bearer" or len(found.access_token) > MAX_TOKEN:
            raise BadToken("the provider's tokens are of an unknown type")
        return found

    async def _more(self, claims: Claims, access_token: str) -> Mapping[str, Any]:
        """The userinfo, where the ID token leaves out what is needed. What the ID token says goes before it."""
        wanted = {
            "email",
            *([self.settings.roles_claim.partition(".")[0]] if self.settings.roles_claim else []),
        }
        endpoint = (await self.discovery.metadata()).userinfo_endpoint
        if not endpoint or wanted <= claims.keys():
            return {}
        answer = await self._outgoing.get(endpoint, {"Authorization": f"Bearer {access_token}"})
        try:
            found: dict[str, Any] = msgspec.json.decode(answer.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise BadToken("the provider's userinfo cannot be read") from None
        if answer.status != 200 or found.get("sub") != claims["sub"]:
            raise BadToken("the provider's userinfo is of somebody else")
        return found

    def _address(self, claims: Claims) -> str:
        """The address, if it may be believed; those that no mail reaches are of machines here (RFC 2606).

        Its form is looked at before its letters are folded: other letters than ours may fold into them, and would
        be another mailbox.
        """
        email, verified = claims.get("email"), claims.get(self.settings.email_verified_claim)
        believed = self.settings.email_trusted and verified in (True, "true", "1")
        if not believed or not isinstance(email, str) or len(email) > MAX_EMAIL:
            return ""
        address = normalised_email(email) if EMAIL_FORM.fullmatch(email) else ""
        return "" if address.endswith(".invalid") else address

    def _roles(self, claims: Claims) -> tuple[str, ...] | None:
        if not self.settings.roles:
            return None
        found: Any = claims
        for step in self.settings.roles_claim.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        groups = found if isinstance(found, list) else [found]
        given = {self.settings.roles.get(group) for group in groups[:MAX_GROUPS] if isinstance(group, str)}
        return tuple(sorted(role for role in given if role is not None))


def with_fields(url: str, fields: Mapping[str, str]) -> str:
    """The address with fields added to its query."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(fields)}"


def _basic(client_id: str, secret: str) -> str:
    """The client's proof, each part encoded as in a form first (RFC 6749 §2.3.1)."""
    return f"Basic {b64encode(f'{quote_plus(client_id)}:{quote_plus(secret)}'.encode()).decode()}"
