"""Links that open one file for a few minutes without signing in.

What lives here: signing and checking. What must not: who may have a link made; that was decided before.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backwright.context import now
from backwright.errors import Unauthenticated

SECONDS: Final = 300
"""How long a link is good for."""

PARAMETERS: Final = ("expires", "signature")


class Links:
    """Signs with a key that follows from the service's secret and is used for nothing else (RFC 5869)."""

    def __init__(self, secret: bytes) -> None:
        self._key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"attachment links").derive(
            secret
        )

    def sign(self, attachment_id: UUID, until: datetime) -> str:
        """The query string of a link to an attachment's content."""
        expires = str(int(until.timestamp()))
        return urlencode({"expires": expires, "signature": self._signature(attachment_id, expires)})

    def check(self, attachment_id: UUID, expires: str, signature: str) -> None:
        """Raise `Unauthenticated` unless the link is ours and still good."""
        wanted = self._signature(attachment_id, expires)
        is_ours = hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace"))
        if not is_ours or not now().timestamp() < int(expires):
            raise Unauthenticated("This link was changed or has expired. Ask for a new one.")

    def _signature(self, attachment_id: UUID, expires: str) -> str:
        text = f"{attachment_id}\n{expires}".encode("utf-8", "replace")
        return base64.urlsafe_b64encode(hmac.digest(self._key, text, hashlib.sha256)).decode().rstrip("=")
