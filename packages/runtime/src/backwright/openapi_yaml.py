"""The OpenAPI document as YAML that people read: block style, one line for each value, no anchors.

What lives here: JSON values → text. What must not: the making of the document (`openapi.py`), and reading YAML. It is
a writer of its own because the library would be a dependency of every service for the sake of one command, and takes
seconds where this takes milliseconds. The same document gives the same text, so that a committed copy is compared to
the byte.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

_PLAIN: Final = re.compile(r"[A-Za-z/$](?:[\w ./(){}'!?&+*=%$,;-]*[\w./()}!?%+-])?", re.ASCII)
"""Texts that no reader takes for anything else when they stand in a block without quotes."""

_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""Words that some reader takes for something else than text."""

_UNSEEN: Final = {
    each: f"\\u{each:04x}" for each in (*range(0x7F, 0xA1), 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF)
}
"""What YAML takes for the end of a line, or does not print, and JSON does not escape."""


def as_yaml(document: Mapping[str, Any]) -> str:
    """The text of a document, ending with a line break. A reader of YAML gets what a reader of the JSON gets."""
    plain = msgspec.json.decode(msgspec.json.encode(document))
    return "\n".join(_block(plain, "")) + "\n"


def _block(value: Any, pad: str) -> Iterator[str]:
    """The lines of a mapping or list that is not empty."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _entry(f"{pad}{_text(key)}:", each, f"{pad}  ")
        return
    for each in value:
        if isinstance(each, dict | list) and each:
            first, *rest = _block(each, f"{pad}  ")
            yield f"{pad}- {first.lstrip(' ')}"
            yield from rest
        else:
            yield f"{pad}- {_scalar(each)}"


def _entry(head: str, value: Any, pad: str) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        yield head
        yield from _block(value, pad)
    else:
        yield f"{head} {_scalar(value)}"


def _scalar(value: Any) -> str:
    """A value on one line; an empty mapping or list is one, too."""
    if isinstance(value, str):
        return _text(value)
    text = msgspec.json.encode(value).decode()
    if not isinstance(value, float) or "e" not in text:
        return text
    number, _, exponent = text.partition("e")  # YAML 1.1 wants a point and a sign, or takes it for a text
    return f"{number if '.' in number else f'{number}.0'}e{int(exponent):+}"


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return msgspec.json.encode(text).decode().translate(_UNSEEN)
