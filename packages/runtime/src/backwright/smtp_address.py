"""Where mail is handed over: `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte.

What lives here: reading the URL, so that settings can refuse a wrong one, and when encryption is demanded.
What must not: connecting, and anything that needs the package aiosmtplib.
"""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

EXAMPLE: Final = "smtp://user:password@mail.example.com:587 (smtps:// for TLS from the start, port 465)"
_THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """The parts of the URL. Neither user nor password stands in its representation.

    `start_tls`: True demands it, None takes it where the server offers it, False does without.
    """

    host: str
    port: int
    tls: bool
    start_tls: bool | None
    user: str | None = field(repr=False)
    password: str | None = field(repr=False)

    @classmethod
    def parse(cls, url: str, *, strict: bool) -> "SmtpAddress":
        """Read the URL. Raises `ValueError` with the way to write it, and without what was written.

        A server on another machine must encrypt if it is given a password, and with `strict` (production) in
        any case: a middleman who strips STARTTLS would read every code that is mailed (RFC 8314 §3).
        """
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            raise ValueError(f"must have a port between 1 and 65535: {EXAMPLE}") from None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError(f"must be like {EXAMPLE}")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError(f"nothing may follow the port: {EXAMPLE}")
        if bool(parts.username) != bool(parts.password):
            raise ValueError(f"takes a user and a password together, or neither: {EXAMPLE}")
        tls = parts.scheme == "smtps"
        here = parts.hostname in _THIS_MACHINE
        demanded = strict or bool(parts.password)
        return cls(
            host=parts.hostname,
            port=port or (465 if tls else 587),
            tls=tls,
            start_tls=False if tls or here else (True if demanded else None),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )
