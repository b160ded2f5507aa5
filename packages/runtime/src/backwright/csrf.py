"""Requests that another site makes a browser send (cross-site request forgery).

What lives here: what a request must show before the cookie that came with it counts for a write. What must not:
the cookie itself (`browser_cookie.py`), whose session it is (`browser_callers.py`).

A browser sends a cookie along whoever has written the page, so a cookie alone proves who is there and not what
they want. Three things no other site can do, and a write needs all of them: name one of our origins, know the
token of the session, and send a body of a kind that no form can send. Whoever sends an `Authorization` header
has shown what they want by that; nothing of this is asked of them.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backwright.errors import Error, Kind, UnsupportedMediaType
from backwright.replies import Pair

HEADER: Final = "X-CSRF-Token"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110 §9.2.1), so that it does not matter who has made the browser send them."""

FORMS: Final = frozenset({b"", b"text/plain", b"application/x-www-form-urlencoded"})
"""Media types that a form of any site can send without being asked about it first, and none. Uploads come as
`multipart/form-data`, which a form can send, too; there the token stands alone."""


class Csrf:
    """The checks for one service: `public_url` is its own address, `origins` are those of its front ends."""

    def __init__(self, secret: bytes, *, public_url: str, origins: Sequence[str]) -> None:
        self._key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"backwright csrf v1").derive(
            secret
        )
        own = urlsplit(public_url)
        self._scheme = own.scheme.encode()
        self._own = f"{own.scheme}://{own.netloc}".lower().encode()
        self._front_ends = frozenset(origin.encode() for origin in origins)

    def token(self, session_id: UUID) -> str:
        """The token of a session. It follows from the session, so nothing has to be stored, and it is of no use
        in another one."""
        digest = hmac.digest(self._key, session_id.bytes, hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def check(self, headers: Sequence[Pair], session_id: UUID) -> None:
        """Raise `Error` (403) unless a page of ours has sent this write, and `UnsupportedMediaType` for a body that a
        form can send."""
        given = first_of_each(headers)
        self.check_origin(given)
        if not hmac.compare_digest(given.get(b"x-csrf-token", b""), self.token(session_id).encode()):
            raise _refused(
                f"Send the token of this session in {HEADER}: GET /auth/browser-session answers with it."
            )
        if given.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in given:
            check_media_type(given)

    def check_origin(self, given: Mapping[bytes, bytes]) -> None:
        """Raise `Error` (403) unless the browser says that a page of ours has sent this.

        `Origin` names the page (RFC 6454), `Sec-Fetch-Site` (Fetch Metadata) how it stands to us; scripts can
        set neither. Every browser of today sends one of them with a write, so nobody is let through without.
        """
        origin, site = given.get(b"origin"), given.get(b"sec-fetch-site")
        if origin in self._front_ends:
            return
        if site not in (None, b"same-origin", b"none"):
            raise _refused("This request was made by a page of another site.")
        if origin is None and site != b"same-origin":
            raise _refused("Send Origin: with a cookie, only pages of this service may change something.")
        if origin is not None and origin != self._own and origin != self._host(given):
            raise _refused(
                "This request was made by a page of another origin. Front ends are listed in BROWSER_ORIGINS."
            )

    def _host(self, given: Mapping[bytes, bytes]) -> bytes:
        """The origin of the address that the browser has called; other names than ours were refused before."""
        return self._scheme + b"://" + given.get(b"host", b"").lower()


def check_media_type(given: Mapping[bytes, bytes]) -> None:
    """Raise `UnsupportedMediaType` for a body that a form of another site can send."""
    if given.get(b"content-type", b"").partition(b";")[0].strip().lower() in FORMS:
        raise UnsupportedMediaType("With a session cookie, send application/json.")


def first_of_each(headers: Sequence[Pair]) -> dict[bytes, bytes]:
    """The headers by name. Of several the first counts, as it does for whoever reads the body."""
    return dict(reversed(headers))


def _refused(detail: str) -> Error:
    # Not a Forbidden: to somebody who is not signed in that would be told as a 401.
    return Error(detail, kind=Kind.FORBIDDEN)
