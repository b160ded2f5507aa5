"""The session cookie: its name, its attributes, and how it is found in what a browser sends.

What lives here: the syntax (RFC 6265). What must not: what its value stands for (`browser_sessions.py`).

Over https the name begins with `__Host-`: a browser takes such a cookie only from this very host, over TLS and
for all paths, so neither a neighbouring subdomain nor somebody on the wire can plant one. Without https, which
production does not allow, it has a plain name and no `Secure`: Chromium would take the strict one from a loopback
address, and not every browser does.
"""

import re
from typing import Final

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
"""32 random bytes in base64url."""


class SessionCookie:
    """The cookie of one service. `secure`: browsers reach it over https."""

    def __init__(self, *, secure: bool) -> None:
        self.name = "__Host-session" if secure else "session"
        self._values = re.compile(rb"(?:^|;)[ \t]*" + self.name.encode() + rb"=([^;]*)").findall
        self._attributes = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
        self.dropped = f'{self.name}=""; Max-Age=0{self._attributes}'.encode()
        """What ends the cookie in the browser."""

    def given(self, header: bytes) -> str | None:
        """The value in a `Cookie` header. Of two with this name nobody can say which is the right one: none is."""
        found = self._values(header)
        value = found[0].decode("latin-1").strip() if len(found) == 1 else ""
        return value if _SECRET.fullmatch(value) else None

    def set(self, value: str) -> bytes:
        """What puts it into the browser, until that is closed. When the session ends is the server's to know."""
        return f"{self.name}={value}{self._attributes}".encode()
