"""ZIP archives, judged by their directory without unpacking.

An archive of kilobytes can unpack to petabytes. What lives here: the limits of what is taken, checked against
the central directory (APPNOTE 6.3.10). What must not: decompression.
"""

import zipfile
from typing import BinaryIO, Final

from backwright.errors import Invalid, UnsupportedMediaType

MAX_ENTRIES: Final = 10_000
MAX_UNPACKED: Final = 500 * 1024 * 1024
"""Bytes that all entries together may say they unpack to."""
MAX_RATIO: Final = 200
"""How many times its own size an archive may unpack to, once that is more than `FREE_RATIO` bytes."""
FREE_RATIO: Final = 10 * 1024 * 1024

_END: Final = b"PK\x05\x06"
_MAX_DIRECTORY: Final = 4 * 1024 * 1024


def has_directory(tail: bytes) -> bool:
    """Whether the end of a file reads as the end of a ZIP archive with at least one entry."""
    position = tail.rfind(_END)
    while position >= 0:
        record = tail[position : position + 22]
        if len(record) == 22 and position + 22 + int.from_bytes(record[20:22], "little") <= len(tail):
            entries, size = int.from_bytes(record[10:12], "little"), int.from_bytes(record[12:16], "little")
            if entries and size >= 46:
                return True
        position = tail.rfind(_END, 0, position)
    return False


def inspect(file: BinaryIO, size: int, required: tuple[str, ...] = ()) -> None:
    """Raise `Invalid` for an archive that is broken or a trap, and `UnsupportedMediaType` when `required` is
    missing.

    `required` names entries without which the file is not of the told format (office documents are archives).
    """
    file.seek(max(0, size - 65_536 - 22))
    _refuse_large_directory(file.read(65_536 + 22))
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OverflowError):
        raise Invalid("The archive is broken or breaks off before its end.") from None
    _refuse_bomb(entries, size)
    names = {entry.filename for entry in entries}
    if any("\\" in name or name.startswith("/") or ".." in name.split("/") for name in names):
        raise Invalid("The archive holds entries that would be unpacked outside of their directory.")
    if not names.issuperset(required):
        raise UnsupportedMediaType("The file's content is not of the type that it is sent as.")
    if required and any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Invalid("The document holds macros, which its type does not have.")


def _refuse_large_directory(tail: bytes) -> None:
    """The directory is read into memory, so its told size counts before that."""
    position = tail.rfind(_END)
    record = tail[position : position + 22]
    if position < 0 or len(record) < 22:
        raise Invalid("The archive is broken or breaks off before its end.")
    is_zip64 = tail[max(0, position - 20) : position].startswith(b"PK\x06\x07")
    if is_zip64 or int.from_bytes(record[12:16], "little") > _MAX_DIRECTORY:
        raise Invalid("The archive holds too many entries.")


def _refuse_bomb(entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        raise Invalid(f"The archive holds too many entries: at most {MAX_ENTRIES} are taken.")
    if unpacked > MAX_UNPACKED or unpacked > max(FREE_RATIO, size * MAX_RATIO):
        raise Invalid("The archive unpacks to far more than its own size.")
    if sum(entry.compress_size for entry in entries) > size:
        # More packed bytes than the file has: entries share them, the way of a non-recursive bomb.
        raise Invalid("The archive's entries overlap.")
