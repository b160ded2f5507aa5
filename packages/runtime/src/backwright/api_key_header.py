"""Where a key may stand in a request: `Authorization: Bearer`, or `X-API-Key`; never in the address.

What lives here: reading `X-API-Key` as the one header that everything else looks at, and the refusal of what cannot
count. What must not: whether a key is good.

A key in an address ends up in the logs of every proxy on the way, in histories and in `Referer`. So a request with
one is refused, even where nobody has to sign in: otherwise it would work, and stay.
"""

from typing import Final

from backwright.api_key_form import holds_key, looks_like_key
from backwright.errors import BadRequest, Error, Unauthenticated
from backwright.exchange import Exchange

HEADER: Final = b"x-api-key"


def carry(exchange: Exchange) -> Error | None:
    """Let a key in `X-API-Key` count as one in `Authorization`; or the refusal."""
    if holds_key(exchange.scope["query_string"]):
        return BadRequest(
            "An API key stands in the address, where logs keep it. Revoke this key, and send the next one in a "
            "header: Authorization: Bearer <key>."
        )
    given = exchange.headers.get(HEADER)
    if given is None:
        return None
    if b"authorization" in exchange.headers:
        return Unauthenticated(
            "Send one of the headers Authorization and X-API-Key, not both.", error="invalid_request"
        )
    if not looks_like_key(given.decode("latin-1")):
        return refused()
    bearer = b"Bearer " + given
    exchange.headers[b"authorization"] = bearer
    kept = [pair for pair in exchange.scope["headers"] if pair[0] != HEADER]
    exchange.scope["headers"] = [*kept, (b"authorization", bearer)]
    return None


def refused() -> Unauthenticated:
    """The one answer to every key that is not good, so that nobody learns which check it failed."""
    return Unauthenticated(
        "The API key is not valid here: it may be mistyped, ended, revoked, or kept to other networks.",
        error="invalid_token",
    )
