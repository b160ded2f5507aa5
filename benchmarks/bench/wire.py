"""How things are said over HTTP: requests as bytes, answers as typed values.

What lives here: the form. What must not: which requests make an operation, and what the right answer is
(`operations.py`).
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from bench.data import Order

HOST: Final = "api.example.com"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a system is asked, where systems differ."""

    query: dict[str, str]
    """What a list takes beside filters to be newest first, with asset and assignee in each row."""
    far: dict[str, str]
    """What opens page 1,000 of the whole list."""
    token: str
    login: dict[str, str]
    forwarded: bool = False
    """Whether each sign-in comes from an address of its own, told by a trusted proxy: one network has few."""


class Embedded(msgspec.Struct):
    id: str
    name: str


class Shown(msgspec.Struct):
    id: str
    title: str
    status: str
    priority: str
    asset_id: str
    version: int
    assignee_id: str | None
    description: str | None
    notes: str | None
    asset: Embedded | None = None
    assignee: Embedded | None = None


class Page(msgspec.Struct):
    items: list[Shown]


class Signed(msgspec.Struct):
    access_token: str


class Stored(msgspec.Struct):
    sha256: str
    size: int


read_row: Final = msgspec.json.Decoder(Shown).decode
read_page: Final = msgspec.json.Decoder(Page).decode
read_signed: Final = msgspec.json.Decoder(Signed).decode
read_stored: Final = msgspec.json.Decoder(Stored).decode


def raw(
    method: str,
    path: str,
    token: str = "",
    body: bytes = b"",
    media: str = "application/json",
    extra: str = "",
) -> bytes:
    """A request as bytes."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: application/json\r\n{extra}"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: {media}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def spelled(query: str, number: int) -> str:
    """The same query string, spelled in another way for each number: letters written as %XX, or not."""
    found = []
    for character in query:
        if character.isalnum() and number:
            character = f"%{ord(character):02X}" if number & 1 else character
            number >>= 1
        found.append(character)
    return "".join(found)


def same(shown: Shown, order: Order) -> bool:
    """Whether a row is the one that is stored."""
    return (
        shown.id == str(order.id)
        and shown.title == order.title
        and shown.status == order.status
        and shown.description == order.description
        and shown.asset_id == str(order.asset_id)
    )


def whole(item: Shown) -> bool:
    """Whether the embedded rows are there and are the right ones."""
    asset, assignee = item.asset, item.assignee
    right_asset = asset is not None and asset.id == item.asset_id and asset.name.startswith("Asset ")
    return right_asset and (assignee.id if assignee else None) == item.assignee_id
