"""Conditional requests (RFC 9110 §13): validators, `If-None-Match`, `If-Match`.

What lives here: what an `ETag` is and what a precondition says. What must not: rows and resources. The tag
of a row begins with its version, so that `If-Match` can be checked in the statement that writes.
"""

import re
from hashlib import sha256
from typing import Final

import msgspec
from starlette.requests import Request

from backwright.errors import BadRequest, PreconditionFailed, PreconditionRequired

JSON: Final = "application/json"
TAG: Final = r'"[0-9]{1,9}-[0-9a-f]{16}"'
"""The form of a row's tag: its version, and a digest of what was shown."""

_TAG: Final = re.compile(TAG)
_ENTITY_TAGS: Final = re.compile(r'\s*(W/)?"[^"]*"\s*(,\s*(W/)?"[^"]*"\s*)*')


class _Versioned(msgspec.Struct):
    version: int


_versioned = msgspec.json.Decoder(_Versioned).decode


def digest(body: bytes) -> str:
    """Sixteen hexadecimal digits that change when the body does. Processors have instructions for this hash."""
    return sha256(body).hexdigest()[:16]


def row_tag(body: bytes, version: int | None = None) -> str:
    """A strong validator of one row as it is shown here."""
    number = _versioned(body).version if version is None else version
    return f'"{number}-{digest(body)}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the caller has just the version with this tag (`If-None-Match`), so that a 304 says enough."""
    given = header(request, b"if-none-match")
    return given is not None and (given.strip() == "*" or tag in [_weakly(each) for each in given.split(",")])


def header(request: Request, name: bytes) -> str | None:
    """The first header of this name (in lower case), read without making an object of all of them."""
    for each, value in request.scope["headers"]:
        if each == name:
            return str(value, "latin-1")
    return None


def expected_version(request: Request, *, required: bool) -> int | None:
    """The version that `If-Match` names; `None`: any.

    Versions only grow, so of several that a client has seen only the latest can be the stored one. Raises
    `PreconditionRequired` if there has to be one, `BadRequest` for what is no entity tag (RFC 9110 §8.8.3),
    and `PreconditionFailed` if what is named was never a row's tag.
    """
    headers = [str(value, "latin-1") for name, value in request.scope["headers"] if name == b"if-match"]
    if not headers:
        if required:
            raise PreconditionRequired("Send If-Match with the ETag of the version that you have seen.")
        return None
    given = ",".join(headers)
    if given.strip() == "*":
        return None
    if not _ENTITY_TAGS.fullmatch(given):
        raise BadRequest('If-Match is no list of entity tags, such as "1-0123456789abcdef".')
    tags = [tag.strip() for tag in given.split(",")]
    versions = [int(tag[1:].partition("-")[0]) for tag in tags if _TAG.fullmatch(tag)]
    if not versions:
        raise PreconditionFailed("If-Match names no version of this row.")
    return max(versions)


def _weakly(tag: str) -> str:
    return tag.strip().removeprefix("W/")
