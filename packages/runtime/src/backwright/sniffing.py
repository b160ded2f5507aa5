"""Is a file what it says it is?

A file's content, its declared media type and its extension must agree, and it must not be a trap: a picture
that unpacks to gigabytes, an archive that does, a file that is two things at once. What lives here: the table
of known formats and the verdict. What must not: HTTP, storage, names beyond the extension. Every check reads
a bounded part of the file and never unpacks it.
"""

import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from backwright import archives, images
from backwright.errors import Invalid, UnsupportedMediaType

HEAD: Final = 4096
"""Bytes at the beginning in which formats are recognised."""

_TAIL: Final = 65_536 + 22
"""The end of a ZIP archive is found in these last bytes (APPNOTE 4.3.16)."""

UNTOLD: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})
"""Declared types that say nothing; the extension decides then."""

Check = Callable[[BinaryIO, bytes, int], None]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file. `check` takes content, head and size and raises for what is not of this kind."""

    extensions: tuple[str, ...]
    check: Check
    aliases: tuple[str, ...] = ()
    is_text: bool = False
    is_archive: bool = False


def verify(file: BinaryIO, *, declared: str, extension: str, allowed: tuple[str, ...]) -> str:
    """The media type that content, declaration and extension agree on.

    `declared` is the sender's Content-Type, `extension` without its dot, `allowed` the types taken here.
    Raises `UnsupportedMediaType` for a type that is not taken or not told truly, `Invalid` for a file that is
    broken, empty or a trap.
    """
    media_type = told_type(declared, extension, allowed)
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(HEAD)
    if not size:
        raise Invalid("The file is empty.")
    found = FORMATS[media_type]
    found.check(file, head, size)
    if not found.is_text:
        _refuse_second_nature(file, head, size, found)
    return media_type


def told_type(declared: str, extension: str, allowed: tuple[str, ...]) -> str:
    """The type that declaration and extension tell, before any content is read.

    Raises `UnsupportedMediaType` when they disagree or the type is not taken here.
    """
    said = declared.split(";")[0].strip().lower()
    by_extension = _BY_EXTENSION.get(extension)
    by_declaration = None if said in UNTOLD else _BY_TYPE.get(said, said)
    media_type = by_declaration or by_extension
    if media_type is None or media_type not in allowed:
        raise UnsupportedMediaType(f"This kind of file is not taken here. Taken are: {', '.join(allowed)}.")
    if extension and by_extension != media_type:
        raise UnsupportedMediaType(
            f"The file's extension and its type ({media_type}) disagree: send it under its true name."
        )
    return media_type


def _refuse_second_nature(file: BinaryIO, head: bytes, size: int, found: Format) -> None:
    """Refuse a file that another program would take for something else (a polyglot)."""
    start = head[:1024].lower()
    if any(mark in start for mark in (b"<!doctype html", b"<html", b"<script", b"<svg")):
        raise Invalid("The file holds markup where its format has none.")
    if b"%pdf-" in start[1:]:
        raise Invalid("The file is also a PDF document.")
    file.seek(max(0, size - _TAIL))
    if not found.is_archive and archives.has_directory(file.read(_TAIL)):
        raise Invalid("The file is also an archive.")


def mismatch() -> UnsupportedMediaType:
    """The refusal of content that is not of the told type."""
    return UnsupportedMediaType("The file's content is not of the type that it is sent as.")


def _image(measure: Callable[[BinaryIO, int], images.Dimensions]) -> Check:
    def check(file: BinaryIO, _head: bytes, size: int) -> None:
        images.refuse_bomb(measure(file, size))

    return check


def _archive(*members: str) -> Check:
    def check(file: BinaryIO, head: bytes, size: int) -> None:
        if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            raise mismatch()
        archives.inspect(file, size, members)

    return check


def _pdf(file: BinaryIO, head: bytes, size: int) -> None:
    if not head.startswith(b"%PDF-"):
        raise mismatch()
    file.seek(max(0, size - 1024))
    if b"%%EOF" not in file.read(1024):
        raise Invalid("The PDF document breaks off before its end.")


def _mp4(_file: BinaryIO, head: bytes, size: int) -> None:
    first_box = int.from_bytes(head[:4], "big")
    if head[4:8] != b"ftyp" or not 16 <= first_box <= size or head[8:12] in _STILL_IMAGES:
        raise mismatch()


_STILL_IMAGES: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis", b"crx "}
)


def _mp3(_file: BinaryIO, head: bytes, _size: int) -> None:
    tagged = head.startswith(b"ID3")
    # Frame header: eleven bits of sync, a version that exists, layer III, a bit rate that exists.
    framed = len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] & 0xF0 != 0xF0
    if not (tagged or (framed and head[1] & 0x18 != 0x08)):
        raise mismatch()


def _text(file: BinaryIO, _head: bytes, _size: int) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while piece := file.read(262_144):
            if b"\0" in piece:
                raise Invalid("A text file must not contain NUL bytes.")
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise Invalid(
            "A text file must be valid UTF-8. Save it with that encoding and send it again."
        ) from None


def _json(file: BinaryIO, head: bytes, size: int) -> None:
    _text(file, head, size)
    if not head.removeprefix(codecs.BOM_UTF8).lstrip().startswith((b"{", b"[")):
        raise mismatch()


def _markup(*marks: bytes) -> Check:
    def check(file: BinaryIO, head: bytes, size: int) -> None:
        _text(file, head, size)
        if not any(mark in head.lower() for mark in marks):
            raise mismatch()

    return check


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"

FORMATS: Final[Mapping[str, Format]] = {
    "image/png": Format(("png",), _image(images.png)),
    "image/jpeg": Format(("jpg", "jpeg", "jpe"), _image(images.jpeg), aliases=("image/jpg", "image/pjpeg")),
    "image/gif": Format(("gif",), _image(images.gif)),
    "image/webp": Format(("webp",), _image(images.webp)),
    "application/pdf": Format(("pdf",), _pdf),
    "text/plain": Format(("txt", "text", "log", "md"), _text, is_text=True),
    "text/csv": Format(
        ("csv",), _text, aliases=("application/csv", "application/vnd.ms-excel"), is_text=True
    ),
    "application/json": Format(("json",), _json, is_text=True),
    "application/zip": Format(
        ("zip",), _archive(), aliases=("application/x-zip-compressed",), is_archive=True
    ),
    f"{_OFFICE}.wordprocessingml.document": Format(
        ("docx",), _archive("[Content_Types].xml", "word/document.xml"), is_archive=True
    ),
    f"{_OFFICE}.spreadsheetml.sheet": Format(
        ("xlsx",), _archive("[Content_Types].xml", "xl/workbook.xml"), is_archive=True
    ),
    "video/mp4": Format(("mp4", "m4v"), _mp4),
    "audio/mpeg": Format(("mp3",), _mp3, aliases=("audio/mp3",)),
    "image/svg+xml": Format(("svg",), _markup(b"<svg"), is_text=True),
    "text/html": Format(("html", "htm"), _markup(b"<!doctype html", b"<html"), is_text=True),
}
"""Every format that can be taken. A type that is not here cannot be verified and so cannot be declared."""

_BY_EXTENSION: Final = {extension: name for name, each in FORMATS.items() for extension in each.extensions}
_BY_TYPE: Final = {alias: name for name, each in FORMATS.items() for alias in (name, *each.aliases)}
