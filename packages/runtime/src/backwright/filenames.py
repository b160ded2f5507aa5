"""Names that people give to files, made harmless.

A name is metadata: it is shown and offered at download, and never used as a path. What lives here: cleaning a
name on the way in, and writing it into a header on the way out. What must not: anything that opens a file.
"""

import re
import unicodedata
from typing import Final
from urllib.parse import quote

MAX_BYTES: Final = 255
"""The longest name that common file systems take, in bytes of UTF-8."""

FALLBACK: Final = "file"

_RESERVED: Final = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE
)
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories without a shape: control, format (bidi marks), surrogates, private use, unassigned."""
_SPECIAL: Final = frozenset('<>:"|?*%')


def clean_name(given: str) -> str:
    """A name that is safe to show and to save under, as close to what was given as that allows.

    Removed: directories (both slashes), control and bidirectional characters, what Windows refuses, dots and
    spaces at the ends. A reserved device name gets an underscore; a long one is cut before its extension.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given.encode("utf-8", "replace").decode()))[-1]
    shown = "".join(
        " " if character.isspace() else character
        for character in last
        if (unicodedata.category(character) not in _INVISIBLE or character in "\t\n\r")
        and character not in _SPECIAL
    )
    name = re.sub(r" {2,}", " ", shown).strip(" .")
    if _RESERVED.fullmatch(name):
        name = "_" + name
    return _shorten(name) or FALLBACK


def _shorten(name: str) -> str:
    if len(name.encode()) <= MAX_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 16:
        stem, dot, extension = name, "", ""
    room = MAX_BYTES - len((dot + extension).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + dot + extension


def extension_of(name: str) -> str:
    """What stands after the last dot, in lower case and without the dot; empty if there is none."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""


def disposition(name: str) -> str:
    """`Content-Disposition` that makes a browser save and never show (RFC 6266; RFC 8187)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r'[^ -~]|["\\%;]', "_", plain).strip() or FALLBACK
    header = f'attachment; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"
