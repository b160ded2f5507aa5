"""Where mail is handed over is read exactly, and what would send codes in the clear is not accepted."""

import pytest
from backwright.smtp_address import SmtpAddress


def parse(url: str, *, strict: bool = False) -> SmtpAddress:
    return SmtpAddress.parse(url, strict=strict)


def test_the_parts_of_the_url() -> None:
    """User and password may hold anything, percent-encoded; neither stands in the representation."""
    found = parse("smtp://post%40example.org:p%3Ass@mail.example.org:2525")
    assert (found.host, found.port, found.user, found.password) == (
        "mail.example.org",
        2525,
        "post@example.org",
        "p:ss",
    )
    assert "p:ss" not in repr(found)
    assert "post" not in repr(found)


def test_the_ports_are_those_of_submission() -> None:
    """587 with STARTTLS, 465 with TLS from the start (RFC 8314)."""
    assert parse("smtp://mail.example.org").port == 587
    assert (parse("smtps://mail.example.org").port, parse("smtps://mail.example.org").tls) == (465, True)


@pytest.mark.parametrize(
    ("url", "strict", "start_tls"),
    [
        ("smtp://mail.example.org", True, True),
        ("smtp://user:pass@mail.example.org", False, True),
        ("smtp://mailpit:1025", False, None),
        ("smtp://localhost:25", True, False),
        ("smtp://[::1]:25", True, False),
        ("smtps://mail.example.org", True, False),
    ],
)
def test_encryption_is_demanded_where_somebody_could_listen(
    url: str, strict: bool, start_tls: bool | None
) -> None:
    """In production, and wherever a password is sent, to every machine but this one."""
    assert parse(url, strict=strict).start_tls is start_tls


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://user@mail.example.org",
        "smtp://mail.example.org:99999",
        "smtp://mail.example.org/inbox",
        "smtp://user:hunter22@mail.example.org?tls=off",
    ],
)
def test_anything_else_is_refused_without_showing_it(url: str) -> None:
    """The message says how to write it; the URL may hold a password."""
    with pytest.raises(ValueError, match="smtp://user:password@") as refused:
        parse(url)
    assert "hunter22" not in str(refused.value)
