"""What programs send to the OAuth endpoints, and how they are refused (RFC 6749 §5.2).

What lives here: reading a form and the proof of a client out of a request, strictly, and the one form of
refusal. What must not: deciding whether the proof is good (`oauth_clients.py`).
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote_plus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

MAX_FORM: Final = 16 * 1024
"""Bytes of the longest form or query that is read; a request of an honest client has a few hundred."""

MAX_FIELDS: Final = 30


class OAuthError(Exception):
    """A refusal in the words of the standard: `code` is one of its error codes, `detail` says what to do."""

    def __init__(self, code: str, detail: str, *, status: int = 400, challenge: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.status = status
        self.challenge = challenge


def invalid_request(detail: str) -> OAuthError:
    """A request in the wrong form."""
    return OAuthError("invalid_request", detail)


def invalid_grant(
    detail: str = "The code or token is not good. Ask the user to sign in again.",
) -> OAuthError:
    """The one answer to every code, token or proof that is not good, so that nobody learns which check failed."""
    return OAuthError("invalid_grant", detail)


def invalid_client(*, with_header: bool) -> OAuthError:
    """The one answer to everybody who is not the client that they say they are."""
    challenge = 'Basic realm="oauth"' if with_header else ""
    return OAuthError(
        "invalid_client", "The client is not known or its secret is wrong.", status=401, challenge=challenge
    )


@dataclass(frozen=True, slots=True)
class Proof:
    """Who a client says it is, and with what it proves that; a public client has nothing to prove it with."""

    client_id: str
    secret: str | None
    in_header: bool

    def __repr__(self) -> str:
        return f"<Proof of {self.client_id}>"


def fields(text: str) -> dict[str, str]:
    """The fields of a query or form; those without a value are as if absent (RFC 6749 §3.1).

    Raises `OAuthError` for a field that comes twice and for what is no form.
    """
    if len(text) > MAX_FORM:
        raise invalid_request("The request is too long.")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise invalid_request("The request is not a form that can be read.") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise invalid_request("A field came twice.")
        if "\x00" in value:
            raise invalid_request("A field holds a character that it may not hold.")
        found[name] = value
    return {name: value for name, value in found.items() if value}


async def form(request: Request) -> dict[str, str]:
    """The fields of a POST. Raises `OAuthError`."""
    if (
        request.headers.get("content-type", "").partition(";")[0].strip()
        != "application/x-www-form-urlencoded"
    ):
        raise invalid_request("Send the fields as application/x-www-form-urlencoded.")
    if int(request.headers.get("content-length") or 0) > MAX_FORM:
        raise invalid_request("The request is too long.")
    try:
        return fields((await request.body()).decode("ascii"))
    except UnicodeDecodeError:
        raise invalid_request("The request is not a form that can be read.") from None


def proof(request: Request, given: Mapping[str, str]) -> Proof:
    """The client's proof: HTTP Basic or two fields, never both (RFC 6749 §2.3). Raises `OAuthError`."""
    header = request.headers.get("authorization")
    if header is None:
        if "client_id" not in given:
            raise invalid_client(with_header=False)
        return Proof(given["client_id"], given.get("client_secret"), in_header=False)
    if "client_secret" in given:
        raise invalid_request("Prove who you are in one way, not in two.")
    scheme, _, encoded = header.partition(" ")
    try:
        name, colon, secret = base64.b64decode(encoded, validate=True).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        raise invalid_client(with_header=True) from None
    if (
        scheme.lower() != "basic"
        or not colon
        or given.get("client_id", unquote_plus(name)) != unquote_plus(name)
    ):
        raise invalid_client(with_header=True)
    return Proof(unquote_plus(name), unquote_plus(secret), in_header=True)


def answer(content: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON that no cache keeps."""
    return Response(
        msgspec.json.encode(content),
        status_code=status,
        headers={"Cache-Control": "no-store", "Pragma": "no-cache", **(headers or {})},
        media_type="application/json",
    )


def refusal(error: OAuthError) -> Response:
    """The answer to what was refused."""
    headers = {"WWW-Authenticate": error.challenge} if error.challenge else {}
    return answer(
        {"error": error.code, "error_description": error.detail}, status=error.status, headers=headers
    )


def answering(handle: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """A handler whose `OAuthError` becomes an answer."""

    async def handler(request: Request) -> Response:
        try:
            return await handle(request)
        except OAuthError as error:
            return refusal(error)

    handler.__name__, handler.__doc__ = handle.__name__, handle.__doc__
    return handler
