"""The bytes of a file that somebody else wrote → its text, whatever its encoding.

What lives here: what counts as text, and how it is decoded. What must not: opening files.
"""

import codecs
import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from tokenize import detect_encoding

SOURCE = (".py", ".pyw", ".pyi")
MAX_SOURCE = 1_000_000
"""Bytes of a source file; more than that was not written by a person."""
MAX_OTHER = 500_000
"""Bytes of any other file: configuration, templates, SQL, documents."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BINARY = """
    .png .jpg .jpeg .gif .webp .avif .ico .bmp .tif .tiff .psd .pdf .woff .woff2 .ttf .otf .eot .mp3 .mp4 .mov .avi
    .webm .wav .ogg .zip .gz .bz2 .xz .zst .7z .rar .tar .tgz .whl .jar .so .dylib .dll .exe .o .a .pyc .pyo .pyd
    .db .sqlite .sqlite3 .pkl .pickle .npy .npz .parquet .h5 .onnx .pt .pth .bin .dat .class .wasm .doc .docx .xls
    .xlsx .ppt .pptx .mo
"""
NOT_CODE = ".csv .tsv .svg .map .lock .ipynb .log .geojson .jsonl .ndjson .po .pot .snap"
NOT_TEXT = frozenset(BINARY.split())
DATA = frozenset(NOT_CODE.split())
"""Text that no person wrote, or that says nothing of how a service works."""
DATA_NAMES = re.compile(r"package-lock\.json|.*\.min\.(js|css)|.*\.bundle\.js|npm-shrinkwrap\.json")
DECLARED = frozenset(("poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock"))
"""Lock files that are read all the same: they say which versions run."""


class Unreadable(Exception):
    """Why the text of a file is not there, in a few words that are the same for all such files."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and what was odd about it; empty where nothing was."""

    text: str
    odd: str = ""


def refuse_by_name(path: str) -> None:
    """Raises `Unreadable` for a file that need not be opened, because its name says that it holds no code."""
    pure = PurePosixPath(path)
    suffix, name = pure.suffix.lower(), pure.name.lower()
    if suffix in NOT_TEXT:
        raise Unreadable("binary")
    if name not in DECLARED and (suffix in DATA or DATA_NAMES.fullmatch(name)):
        raise Unreadable("data, not code")


def most(path: str) -> int:
    """How many bytes of that file are read at most."""
    return MAX_SOURCE if is_source(path) else MAX_OTHER


def is_source(path: str) -> bool:
    """Whether it is a program."""
    return path.lower().endswith(SOURCE)


def refuse_by_size(path: str, size: int) -> None:
    """Raises `Unreadable` for a file that is too large."""
    if size > most(path):
        kilo = most(path) // 1000
        raise Unreadable(f"larger than {kilo // 1000} MB" if kilo >= 1000 else f"larger than {kilo} kB")


def decoded(data: bytes, path: str) -> Decoded:
    """The text of a file. Raises `Unreadable` if it is none."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                raise Unreadable("binary") from None
            return Decoded(text, "" if encoding == "utf-8-sig" else f"read as {encoding.upper()}")
    if b"\0" in data:
        raise Unreadable("binary")
    if is_source(path):
        return _source(data)
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _latin(data)


def _source(data: bytes) -> Decoded:
    """As Python reads it: in the encoding that its first two lines name."""
    try:
        encoding, _ = detect_encoding(BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, LookupError, UnicodeError, ValueError):
        return _latin(data)
    return Decoded(text, "" if encoding.startswith("utf-8") else f"read as {encoding}")


def _latin(data: bytes) -> Decoded:
    """Every byte is a character of Latin-1; control characters tell that it was no text."""
    sample = data[:4096]
    odd = sum(each < 32 and each not in (9, 10, 12, 13, 27) for each in sample)
    if odd > len(sample) // 50:
        raise Unreadable("binary")
    return Decoded(data.decode("latin-1"), "not UTF-8 as it says; read as latin-1")
