"""How the routes of accounts answer: JSON that no cache keeps.

What must not live here: what is answered.
"""

from typing import TYPE_CHECKING

import msgspec
from fastapi import Response

if TYPE_CHECKING:
    from backwright.bound_accounts import Tokens


def tokens_answer(tokens: "Tokens") -> Response:
    """The answer to a login or a refresh."""
    return json_answer(
        {
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "expires_in": tokens.expires_in,
            "token_type": "Bearer",
        }
    )


def json_answer(content: object, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer that no cache keeps."""
    return Response(
        msgspec.json.encode(content),
        status_code=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )
