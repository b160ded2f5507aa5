"""The URL of a Redis is read whole or refused, and never shown with its password."""

import pytest
from backwright.redis_address import Address


def test_every_part_of_the_url_is_read() -> None:
    """Names and passwords may hold any character, escaped."""
    found = Address.parse("rediss://app:p%40ss%2Fword@cache.internal:6380/3")
    assert (found.host, found.port, found.tls, found.database) == ("cache.internal", 6380, True, 3)
    assert (found.user, found.password) == ("app", "p@ss/word")
    assert "ss/word" not in repr(found)


def test_what_is_left_out_is_what_redis_uses() -> None:
    """Port 6379, database 0, the default user, no TLS."""
    found = Address.parse("redis://localhost")
    assert (found.port, found.database, found.user, found.password, found.tls) == (
        6379,
        0,
        "default",
        "",
        False,
    )


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379",
        "http://localhost",
        "redis://",
        "redis://:hunter2@localhost:99999",
        "redis://:hunter2@localhost/first",
        "redis://:hunter2@localhost/0?ssl_cert_reqs=none",
        "redis://:hunter2@localhost/0#x",
    ],
)
def test_anything_else_is_refused_without_its_password(url: str) -> None:
    """An option that would switch off a check does not pass unnoticed."""
    with pytest.raises(ValueError, match="redis://localhost:6379/0") as refused:
        Address.parse(url)
    assert "hunter2" not in str(refused.value)
