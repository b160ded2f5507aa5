"""Small true files of the formats that attachments know, for tests.

They are built byte by byte, so that a test can also build one that lies. Nothing here is used by a running
service.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Final


def png(width: int = 3, height: int = 2) -> bytes:
    """A grey picture; its pixel data is honest only for small sizes, which is what a bomb looks like."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height)) if width * height < 10_000 else b""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg(width: int = 3, height: int = 2) -> bytes:
    """The segments up to the scan, then the end: enough for everything that reads headers."""
    application = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\0"
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\0\0\x3f\0" + b"\x55" * 20
    return b"\xff\xd8" + application + frame + scan + b"\xff\xd9"


def gif(width: int = 3, height: int = 2) -> bytes:
    """One frame without a palette."""
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b"\x3b"


def webp(width: int = 3, height: int = 2) -> bytes:
    """An extended header and nothing drawn."""
    data = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def pdf() -> bytes:
    """A document with a head and an end."""
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def archive(entries: dict[str, bytes]) -> bytes:
    """A ZIP archive of these entries."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in entries.items():
            opened.writestr(name, content)
    return held.getvalue()


def docx() -> bytes:
    """The two entries that make an archive a Word document."""
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"})


def xlsx() -> bytes:
    """The two entries that make an archive an Excel workbook."""
    return archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})


def mp4() -> bytes:
    """The first box of a film."""
    return struct.pack(">I", 24) + b"ftypisom" + struct.pack(">I", 512) + b"isommp41" + b"\0\0\0\x08free"


def mp3() -> bytes:
    """One frame header of MPEG 1 layer III, 128 kbit/s, 44.1 kHz."""
    return b"\xff\xfb\x90\x00" + b"\0" * 413


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"

MAKERS: Final[Mapping[str, tuple[str, Callable[[], bytes]]]] = {
    "image/png": ("picture.png", png),
    "image/jpeg": ("picture.jpg", jpeg),
    "image/gif": ("picture.gif", gif),
    "image/webp": ("picture.webp", webp),
    "application/pdf": ("document.pdf", pdf),
    "text/plain": ("note.txt", lambda: b"A note.\n"),
    "text/csv": ("table.csv", lambda: b"name,count\nbolt,4\n"),
    "application/json": ("data.json", lambda: b'{"name": "bolt"}'),
    "application/zip": ("archive.zip", lambda: archive({"note.txt": b"A note.\n"})),
    f"{_OFFICE}.wordprocessingml.document": ("document.docx", docx),
    f"{_OFFICE}.spreadsheetml.sheet": ("table.xlsx", xlsx),
    "video/mp4": ("film.mp4", mp4),
    "audio/mpeg": ("sound.mp3", mp3),
    "image/svg+xml": ("drawing.svg", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
    "text/html": ("page.html", lambda: b"<!doctype html><html></html>"),
}


def sample_file(media_type: str) -> tuple[str, bytes, str]:
    """A true file of this type as (name, content, media type): what an HTTP client takes as a file to send.

    Raises `KeyError` for a type that attachments do not know.
    """
    name, make = MAKERS[media_type]
    return name, make(), media_type
