"""The dimensions of pictures, read from their headers.

A few kilobytes can unpack to gigabytes of pixels and stop whoever opens them, so a picture is measured
without being decoded. What lives here: the walk through each format's structure. What must not: any decoding
of pixels.
"""

from typing import BinaryIO, Final

from backwright.errors import Invalid, UnsupportedMediaType

MAX_PIXELS: Final = 100_000_000
"""Width times height: about twice what the largest common cameras make."""

MAX_SIDE: Final = 30_000

Dimensions = tuple[int, int]

_MAX_PARTS: Final = 20_000
"""Chunks or segments walked before a picture counts as broken."""


def refuse_bomb(found: Dimensions) -> None:
    """Raise `Invalid` for a picture that is empty or too large to open safely."""
    width, height = found
    if not width or not height:
        raise Invalid("The picture has no pixels.")
    if max(found) > MAX_SIDE or width * height > MAX_PIXELS:
        raise Invalid(f"The picture is too large: at most {MAX_PIXELS // 1_000_000} megapixels are taken.")


def png(file: BinaryIO, size: int) -> Dimensions:
    """Walk the chunks (PNG 3rd edition, §5.3): IHDR first, IEND last, nothing behind it."""
    if _at(file, 0, 8) != b"\x89PNG\r\n\x1a\n":
        raise _mismatch()
    header = _at(file, 8, 16)
    if header[4:8] != b"IHDR" or len(header) < 16:
        raise _broken()
    position = 8
    for _ in range(_MAX_PARTS):
        chunk = _at(file, position, 8)
        position += 12 + int.from_bytes(chunk[:4], "big")
        if len(chunk) < 8 or position > size:
            raise _broken()
        if chunk[4:8] == b"IEND":
            if position != size:
                raise Invalid("The picture carries something else behind its end.")
            return _pair(header[8:16], "big")
    raise _broken()


def jpeg(file: BinaryIO, size: int) -> Dimensions:
    """Walk the segments up to the frame header (ITU T.81, B.2.2)."""
    if _at(file, 0, 3) != b"\xff\xd8\xff":
        raise _mismatch()
    position = 2
    for _ in range(_MAX_PARTS):
        segment = _at(file, position, 9)
        if len(segment) < 9 or segment[0] != 0xFF:
            raise _broken()
        kind = segment[1]
        if kind == 0xFF:
            position += 1
        elif 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(segment[7:9], "big"), int.from_bytes(segment[5:7], "big")
        elif kind in (0xD9, 0xDA) or position >= size:
            raise _broken()
        else:
            position += 2 + int.from_bytes(segment[2:4], "big")
    raise _broken()


def gif(file: BinaryIO, size: int) -> Dimensions:
    """The logical screen (GIF89a §18)."""
    if _at(file, 0, 6) not in (b"GIF87a", b"GIF89a"):
        raise _mismatch()
    if size < 13:
        raise _broken()
    return _pair(_at(file, 6, 4), "little")


def webp(file: BinaryIO, size: int) -> Dimensions:
    """The first chunk of the container (RFC 9649), which must fill the file."""
    start = _at(file, 0, 30)
    if start[:4] != b"RIFF" or start[8:12] != b"WEBP":
        raise _mismatch()
    filled = int.from_bytes(start[4:8], "little") + 8
    if len(start) < 30 or not filled <= size <= filled + 1:
        raise _broken()
    if start[12:16] == b"VP8X":
        return int.from_bytes(start[24:27], "little") + 1, int.from_bytes(start[27:30], "little") + 1
    if start[12:16] == b"VP8L" and start[20] == 0x2F:
        bits = int.from_bytes(start[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if start[12:16] == b"VP8 " and start[23:26] == b"\x9d\x01\x2a":
        width, height = _pair(start[26:30], "little")
        return width & 0x3FFF, height & 0x3FFF
    raise _broken()


def _at(file: BinaryIO, position: int, length: int) -> bytes:
    file.seek(position)
    return file.read(length)


def _pair(raw: bytes, order: str) -> Dimensions:
    half = len(raw) // 2
    if order == "big":
        return int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
    return int.from_bytes(raw[:half], "little"), int.from_bytes(raw[half:], "little")


def _mismatch() -> UnsupportedMediaType:
    return UnsupportedMediaType("The file's content is not of the type that it is sent as.")


def _broken() -> Invalid:
    return Invalid("The picture is broken or breaks off before its end.")
