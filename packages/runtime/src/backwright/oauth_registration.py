"""What may be registered as an OAuth client.

What lives here: the grants, and the rules for what an administrator says about a client, as values. What must
not: storing it (`oauth_clients.py`).

A client acts for people or for itself, never both. Were it both, the scopes that it may ask of an
administrator would be its own at all times.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from backwright.errors import FieldError
from backwright.oauth_scopes import IDENTITY, LONGEST

CODE, REFRESH, CREDENTIALS = "authorization_code", "refresh_token", "client_credentials"
GRANTS: Final = (CODE, REFRESH, CREDENTIALS)

MAX_URIS: Final = 20

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1"})
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_URI: Final = re.compile(r"[\x21\x23-\x3B\x3D\x3F-\x5B\x5D\x5F\x61-\x7A\x7E]{1,2000}")
"""Visible ASCII without what no address holds: quotes, angle brackets, braces, backslashes."""


@dataclass(frozen=True, slots=True)
class ClientRegistration:
    """What an administrator says about a client."""

    name: str
    public: bool
    grants: tuple[str, ...]
    scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...] = ()
    logout_uris: tuple[str, ...] = ()

    def errors(self, known: frozenset[str]) -> list[FieldError]:
        """Everything that is wrong with it; `known` are the scopes of the service."""
        found = []

        def wrong(name: str, detail: str) -> None:
            found.append(FieldError(detail, pointer=f"/{name}"))

        grants, scopes = set(self.grants), set(self.scopes)
        if not self.name.strip() or len(self.name) > 100 or not self.name.isprintable():
            wrong("name", "must be 1 to 100 printable characters")
        if not grants or not grants <= set(GRANTS):
            wrong("grants", f"must be some of: {', '.join(GRANTS)}")
        elif CREDENTIALS in grants and len(grants) > 1:
            wrong("grants", "client_credentials goes with no other grant: register a second client for it")
        elif REFRESH in grants and CODE not in grants:
            wrong("grants", "refresh_token needs authorization_code, which gives the first one")
        if not scopes or not scopes <= known:
            wrong("scopes", f"must be some of: {', '.join(sorted(known))}")
        elif len(" ".join(scopes)) > LONGEST:
            wrong("scopes", f"must have at most {LONGEST} characters together")
        if CREDENTIALS in grants:
            if self.public:
                wrong("public", "must be false: only a client with a secret can act for itself")
            if scopes & IDENTITY.keys():
                wrong("scopes", "must be scopes of the API: a client that acts for itself is no person")
            if self.redirect_uris or self.logout_uris:
                wrong("redirect_uris", "must be empty: nobody is sent anywhere")
        elif not self.redirect_uris:
            wrong("redirect_uris", "must name where people are sent back to")
        for name, uris in (("redirect_uris", self.redirect_uris), ("logout_uris", self.logout_uris)):
            if len(uris) > MAX_URIS:
                wrong(name, f"must be at most {MAX_URIS}")
            for place, uri in enumerate(uris[:MAX_URIS]):
                if (reason := fault(uri, public=self.public)) is not None:
                    wrong(f"{name}/{place}", reason)
        return found


def fault(uri: str, *, public: bool) -> str | None:
    """Why people cannot be sent to `uri`; None if they can (RFC 9700 §4.1, RFC 8252 §7)."""
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "must be an absolute address"
    if not _URI.fullmatch(uri) or "#" in uri or "@" in parts.netloc or "*" in parts.netloc:
        return "must be one exact address, without fragment, user name or wildcard"
    if parts.scheme == "https":
        return None if host and _HOST.fullmatch(host) else "must name a host"
    if parts.scheme == "http":
        return None if host in LOOPBACK else "must be https, except for localhost and 127.0.0.1"
    if public and "." in parts.scheme and parts.path and not parts.netloc:
        return None
    return "must be https; an app may have a scheme of its own that is a domain turned round, com.example.app:/done"
