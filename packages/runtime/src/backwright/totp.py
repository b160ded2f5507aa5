"""One-time passwords by time (RFC 6238), as every authenticator app makes them.

What lives here: the arithmetic, on values. What must not: where secrets are kept, or which codes were used
(`second_factor.py`).
"""

import base64
import hmac
import secrets
import struct
from typing import Final
from urllib.parse import quote, urlencode

DIGITS: Final = 6
STEP_SECONDS: Final = 30
DRIFT: Final = 1
"""Steps by which a telephone's clock may differ, back and ahead."""

SECRET_BYTES: Final = 20
"""160 bits, the length of the digest (RFC 4226 §4 R6). SHA-1 is what every app knows; HMAC-SHA-1 is sound."""


def new_secret() -> bytes:
    """A fresh secret."""
    return secrets.token_bytes(SECRET_BYTES)


def as_text(secret: bytes) -> str:
    """The secret as people type it into an app: base32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of one time step (RFC 4226 §5.3)."""
    digest = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def step_at(seconds: float) -> int:
    """The time step of a moment (seconds since 1970)."""
    return int(seconds) // STEP_SECONDS


def matching_step(secret: bytes, code: str, seconds: float) -> int | None:
    """The time step that `code` belongs to, if it is one of those that count now; each is compared in constant
    time, and all are."""
    today, found = step_at(seconds), None
    for step in range(today - DRIFT, today + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode("utf-8", "replace")):
            found = step
    return found


def uri(secret: bytes, *, issuer: str, account: str) -> str:
    """What an app reads from a QR code (Google's Key URI format)."""
    asked = urlencode({"secret": as_text(secret), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{asked}"
