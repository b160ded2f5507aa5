"""A name from outside is shown and saved safely, and stays recognisable."""

import pytest
from backwright.filenames import MAX_BYTES, clean_name, disposition, extension_of
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("given_name", "clean"),
    [
        ("report.pdf", "report.pdf"),
        ("Prüfbericht 2026.pdf", "Prüfbericht 2026.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("C:\\Users\\me\\photo.jpg", "photo.jpg"),
        ("/etc/passwd\x00.png", "passwd.png"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("a\u200b\u2066b\u2069.txt", "ab.txt"),
        ("line\r\nSet-Cookie: a=b.txt", "line Set-Cookie a=b.txt"),
        ("..", "file"),
        ("", "file"),
        (" . ", "file"),
        (".htaccess", "htaccess"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1.log", "_com1.log"),
        ('a<b>c:"d"|e?f*.csv', "abcdef.csv"),
        ("cafe\u0301.txt", "café.txt"),
        ("\ud800bad.txt", "?bad.txt".replace("?", "")),
    ],
)
def test_dangerous_parts_go_and_the_rest_stays(given_name: str, clean: str) -> None:
    """Directories, NUL, bidi marks, control characters and reserved names do not get through."""
    assert clean_name(given_name) == clean


def test_a_long_name_is_cut_before_its_extension() -> None:
    """The limit is in bytes, and no character is cut in half."""
    clean = clean_name("ü" * 300 + ".pdf")
    assert clean.endswith("ü.pdf")
    assert MAX_BYTES - 1 <= len(clean.encode()) <= MAX_BYTES


@given(st.text(max_size=400))
def test_any_text_becomes_a_harmless_name(anything: str) -> None:
    """Whatever is sent: one path segment, visible, not too long, and cleaning it again changes nothing."""
    name = clean_name(anything)
    assert name
    assert "/" not in name
    assert "\\" not in name
    assert name not in {".", ".."}
    assert len(name.encode()) <= MAX_BYTES
    assert name.isprintable()
    assert clean_name(name) == name


@given(st.text(max_size=100))
def test_any_name_fits_into_a_header(anything: str) -> None:
    """The header is ASCII, one line, and always says attachment."""
    header = disposition(clean_name(anything))
    assert header.isascii()
    assert header.isprintable()
    assert header.startswith('attachment; filename="')


def test_a_name_beyond_ascii_is_sent_in_both_forms() -> None:
    """Old clients get an approximation, the others the exact name."""
    assert disposition("plain.pdf") == 'attachment; filename="plain.pdf"'
    assert (
        disposition("Größe.pdf") == "attachment; filename=\"Groe.pdf\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.pdf"
    )


def test_the_extension_is_what_follows_the_last_dot() -> None:
    """A hidden file has none."""
    assert [extension_of(name) for name in ("a.PDF", "a.tar.gz", "a", ".png")] == ["pdf", "gz", "", ""]
