"""A file is taken when content, declared type and extension agree and it is no trap."""

import io
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pytest
from backwright import sample_files as files
from backwright.errors import Invalid, UnsupportedMediaType
from backwright.sniffing import FORMATS, verify

EVERYTHING = tuple(FORMATS)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

TRUE_FILES = {
    media_type: (name.rpartition(".")[2], content)
    for media_type, (name, content, _) in ((each, files.sample_file(each)) for each in files.MAKERS)
}


def verdict(content: bytes, declared: str, extension: str, allowed: tuple[str, ...] = EVERYTHING) -> str:
    return verify(io.BytesIO(content), declared=declared, extension=extension, allowed=allowed)


def test_there_is_a_true_file_for_every_format() -> None:
    """The table and the examples do not drift apart."""
    assert set(TRUE_FILES) == set(FORMATS)


@pytest.mark.parametrize("media_type", TRUE_FILES)
def test_a_true_file_is_taken(media_type: str) -> None:
    """With its type told, with only its extension, and with only its type."""
    extension, content = TRUE_FILES[media_type]
    assert verdict(content, media_type, extension) == media_type
    assert verdict(content, "application/octet-stream", extension) == media_type
    assert verdict(content, media_type, "") == media_type


@pytest.mark.parametrize("told", sorted(set(TRUE_FILES) - {"text/plain", "text/csv"}))
def test_content_of_another_kind_is_refused(told: str) -> None:
    """Every file sent as every other type is refused, except archives as the archives that they are."""
    extension, _ = TRUE_FILES[told]
    for actual, (_, content) in TRUE_FILES.items():
        if actual == told or (told == "application/zip" and actual in (WORD, EXCEL)):
            continue
        with pytest.raises((UnsupportedMediaType, Invalid)):
            verdict(content, told, extension)


@pytest.mark.parametrize(
    ("declared", "extension"),
    [
        ("image/png", "jpg"),
        ("image/png", "exe"),
        ("application/x-msdownload", "png"),
        ("", "exe"),
        ("", ""),
        ("application/octet-stream", ""),
    ],
)
def test_type_and_extension_must_agree(declared: str, extension: str) -> None:
    """A picture by another name, and a file about which nothing is told, are refused."""
    with pytest.raises(UnsupportedMediaType):
        verdict(files.png(), declared, extension)


@pytest.mark.parametrize("media_type", ["image/svg+xml", "text/html"])
def test_active_content_needs_to_be_declared(media_type: str) -> None:
    """SVG and HTML are refused where they were not named, also under the name of plain text's extension."""
    extension, content = TRUE_FILES[media_type]
    with pytest.raises(UnsupportedMediaType):
        verdict(content, media_type, extension, ("image/png", "text/plain"))


@pytest.mark.parametrize(
    ("media_type", "make"),
    [
        ("image/png", files.png),
        ("image/jpeg", files.jpeg),
        ("image/gif", files.gif),
        ("image/webp", files.webp),
    ],
)
@pytest.mark.parametrize(("width", "height"), [(60_000, 2), (12_000, 12_000)])
def test_a_pixel_bomb_is_refused(
    media_type: str, make: Callable[[int, int], bytes], width: int, height: int
) -> None:
    """A few bytes that would unpack to gigapixels."""
    with pytest.raises(Invalid, match="too large"):
        verdict(make(width, height), media_type, "")


def test_a_zip_bomb_is_refused_without_unpacking_it() -> None:
    """Forty megabytes of zeros in forty kilobytes, and a directory that tells of terabytes."""
    with pytest.raises(Invalid, match="far more"):
        verdict(files.archive({"zeros": b"\0" * 40_000_000}), "application/zip", "zip")


def test_an_archive_with_shared_content_is_refused() -> None:
    """Many entries that point at the same packed bytes (the bomb that does not need to nest)."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as opened:
        opened.writestr("a", b"x" * 1000)
        for name in "bcdef":
            copy = zipfile.ZipInfo(name)
            shared = opened.getinfo("a")
            copy.file_size, copy.compress_size, copy.CRC = shared.file_size, shared.compress_size, shared.CRC
            copy.header_offset = shared.header_offset
            opened.filelist.append(copy)
        opened._didModify = True  # type: ignore[attr-defined]
    with pytest.raises(Invalid, match="overlap"):
        verdict(held.getvalue(), "application/zip", "zip")


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b"])
def test_an_archive_that_unpacks_elsewhere_is_refused(name: str) -> None:
    """Entries must stay below the directory they are unpacked in."""
    with pytest.raises(Invalid, match="outside"):
        verdict(files.archive({name: b"x"}), "application/zip", "zip")


def test_a_document_with_macros_is_not_a_plain_document() -> None:
    """The type for documents with macros is another one, which is not taken."""
    content = files.archive(
        {"[Content_Types].xml": b"", "word/document.xml": b"", "word/vbaProject.bin": b"macro"}
    )
    with pytest.raises(Invalid, match="macros"):
        verdict(content, WORD, "docx")


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        (files.png() + files.archive({"a.class": b"x"}), "image/png"),
        (files.jpeg() + files.archive({"a.class": b"x"}), "image/jpeg"),
        (files.pdf() + files.archive({"a": b"x"}) + b"%%EOF", "application/pdf"),
        (b"junk" + files.pdf(), "application/pdf"),
        (files.gif()[:13] + b"%PDF-1.7", "image/gif"),
        (files.gif()[:13] + b"<script>alert(1)</script>", "image/gif"),
        (files.png() + b"<?php ?>", "image/png"),
    ],
)
def test_a_file_that_is_two_things_is_refused(content: bytes, declared: str) -> None:
    """Archives behind pictures, documents with something in front, markup in pictures."""
    with pytest.raises((Invalid, UnsupportedMediaType)):
        verdict(content, declared, "")


@pytest.mark.parametrize("content", [b"a\0b", b"\xff\xfea\0", b"\xc3", b"caf\xe9"])
def test_text_must_be_utf_8_without_nul(content: bytes) -> None:
    """Other encodings and binary content are refused with what to do."""
    with pytest.raises(Invalid, match=r"UTF-8|NUL"):
        verdict(content, "text/plain", "txt")


def test_an_empty_file_is_refused() -> None:
    """No bytes are of no type."""
    with pytest.raises(Invalid, match="empty"):
        verdict(b"", "text/plain", "txt")


@pytest.mark.parametrize("media_type", sorted(set(TRUE_FILES) - {"text/plain", "text/csv"}))
def test_a_truncated_file_never_crashes_the_check(media_type: str) -> None:
    """Every prefix of a true file is either taken or refused with a reason."""
    extension, content = TRUE_FILES[media_type]
    for length in range(len(content)):
        with suppress(Invalid, UnsupportedMediaType):
            assert verdict(content[:length], media_type, extension) == media_type


def test_a_webp_of_each_coding_is_measured() -> None:
    """Lossy, lossless and extended files hold their size in different places."""
    lossy = b"VP8 " + struct.pack("<I", 10) + b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 16_000, 16_000)
    lossless = (
        b"VP8L" + struct.pack("<I", 10) + b"\x2f" + (15_999 | 15_999 << 14).to_bytes(4, "little") + b"\0" * 5
    )
    for chunk in (lossy, lossless):
        content = b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk
        with pytest.raises(Invalid, match="too large"):
            verdict(content, "image/webp", "webp")
