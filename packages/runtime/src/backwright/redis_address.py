"""Where a Redis is: `redis://user:password@host:6379/0`, or `rediss://` for TLS.

What lives here: reading the URL, so that settings can refuse a wrong one. What must not: connecting, and
anything that needs the package hiredis.
"""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

EXAMPLE: Final = "redis://localhost:6379/0 (rediss:// for TLS, user:password@ before the host)"


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of the URL. Neither user nor password stands in its representation."""

    host: str
    port: int
    tls: bool
    database: int
    user: str = field(repr=False)
    password: str = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Read the URL. Raises `ValueError` with the way to write it, and without what was written."""
        parts = urlsplit(url)
        number = parts.path.removeprefix("/") or "0"
        try:
            port = parts.port or 6379
        except ValueError:
            raise ValueError(f"must have a port between 1 and 65535: {EXAMPLE}") from None
        if parts.scheme not in ("redis", "rediss") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"must be like {EXAMPLE}; nothing may follow the number of the database")
        if not number.isascii() or not number.isdigit():
            raise ValueError(f"must end in the number of a database, or in nothing: {EXAMPLE}")
        return cls(
            host=parts.hostname,
            port=port,
            tls=parts.scheme == "rediss",
            database=int(number),
            user=unquote(parts.username or "default"),
            password=unquote(parts.password or ""),
        )
