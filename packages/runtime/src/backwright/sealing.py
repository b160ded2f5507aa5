"""Encrypting small values that are stored: AES-256-GCM under a key derived for one purpose.

What lives here: the cipher and the derivation. What must not: knowing what is sealed.
"""

import os
from contextlib import suppress
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE: Final = 12
"""Bytes of a random nonce (NIST SP 800-38D §8.2); few values are sealed under one key, so random ones never
meet."""


class Sealer:
    """Seals and opens under a key that follows from `secret` and `purpose` (HKDF-SHA256, RFC 5869).

    Two purposes never share a key, so a value sealed for one cannot be passed off as the other. Of several secrets
    the first seals, and all of them open: the others are those that it has replaced.
    """

    def __init__(self, secret: bytes | tuple[bytes, ...], purpose: str) -> None:
        secrets = (secret,) if isinstance(secret, bytes) else secret
        self._ciphers = [AESGCM(_derived(each, purpose)) for each in secrets]

    def seal(self, value: bytes, bound_to: bytes) -> bytes:
        """Encrypt; `bound_to` (a row's key) must be the same at opening, so values cannot be swapped."""
        nonce = os.urandom(_NONCE)
        return nonce + self._ciphers[0].encrypt(nonce, value, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Decrypt. Raises `cryptography.exceptions.InvalidTag` for another key, place or any changed bit."""
        for cipher in self._ciphers[:-1]:
            with suppress(InvalidTag):
                return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)
        return self._ciphers[-1].decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)


def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret)
