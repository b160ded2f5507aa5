"""Lines of code as they may be shown: no secret in full, nothing that moves a cursor."""

import pytest
from backwright_workbench.reports.review.frames import printable, redacted, shortened


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('KEY = "s3cr3t-value"', 'KEY = "s3…"'),
        ("KEY = 'abcd'", "KEY = '…'"),
        ('config["SECRET_KEY"] = "s3cr3t-value"', 'config["SECRET_KEY"] = "s3…"'),
        ('    {"password": "s3cr3t-value"},', '    {"password": "s3…"},'),
        ("SECRET_KEY=s3cr3t-value", "SECRET_KEY=s3…"),
        ("  password: s3cr3t-value", "  password: s3…"),
        ("MIIEpAIBAAKCAQEAs3cr3t", "MI…"),
        ('URL = "postgresql://shop:s3cr3t-value@db/shop"', 'URL = "po…"'),
        ('key = f"s3cr3t-value{x}"', 'key = f"s3…"'),
        (r'key = "s3cr3t\"-value"', 'key = "s3…"'),
        ('key = "s3cr3t-value that goes on', 'key = "s3…"'),
    ],
)
def test_a_line_that_holds_a_secret_is_shortened(line: str, shown: str) -> None:
    """Two characters are left of a long one, so that it can be found."""
    assert shortened(line) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('URL = "postgresql://shop:s3cr3t-value@db/shop"', 'URL = "postgresql://shop:…@db/shop"'),
        ('login("ada", password="s3cr3t-value")', 'login("ada", password="s3…")'),
        ('{"api_key": "s3cr3t-value", "page": 1}', '{"api_key": "s3…", "page": 1}'),
        ('get(url, auth=("ada", "s3cr3t-value"))', 'get(url, auth=("…", "s3…"))'),
        ('return "a text that is no secret"', 'return "a text that is no secret"'),
        ("password = request.form['password']", "password = request.form['password']"),
    ],
)
def test_other_lines_lose_what_looks_like_one(line: str, shown: str) -> None:
    """By the name before it, or its place in an address."""
    assert redacted(line) == shown


def test_what_moves_a_cursor_is_replaced() -> None:
    """Escape sequences, line breaks, changes of the direction of reading."""
    assert printable("a\x1b[2Jb\r\n\u202ec") == "a\ufffd[2Jb\ufffd\ufffd\ufffdc"
