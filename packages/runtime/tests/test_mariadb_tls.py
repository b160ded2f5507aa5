"""MariaDB over TLS: asked for in words that count, and a server that cannot prove itself gets no password."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from backwright.engine import parse, wants_tls
from backwright.mariadb_connection import open_raw
from certificates import Authority

SALT = b"12345678", b"123456789012\0"
GREETING = (
    b"\x0a11.8.0-MariaDB\0" + b"\1\0\0\0" + SALT[0] + b"\0"
    + b"\x08\xaa" + b"\x2d" + b"\x02\0" + b"\x08\0" + b"\x15" + b"\0" * 10 + SALT[1] + b"mysql_native_password\0"
)  # fmt: skip
"""The first words of a server that offers TLS."""


@contextmanager
def server(context: ssl.SSLContext | None) -> Iterator[tuple[int, bytearray]]:
    """One that greets, goes over to TLS if it has a certificate, and listens. Its port, and what it has heard."""
    heard = bytearray()

    def speak() -> None:
        connection, _ = listening.accept()
        connection.settimeout(2)
        connection.sendall(len(GREETING).to_bytes(3, "little") + b"\0" + GREETING)
        while len(heard) < 36:  # the wish for TLS: 4 bytes of head, 32 of flags
            heard.extend(connection.recv(36 - len(heard)))
        try:
            if context is None:
                connection.sendall(b"\7\0\0\2\0\0\0\2\0\0\0")  # all is well, without TLS
            else:
                connection = context.wrap_socket(connection, server_side=True)
            heard.extend(connection.recv(4096))
        except OSError:
            pass  # the caller has gone
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=speak)
        thread.start()
        yield listening.getsockname()[1], heard
        thread.join(10)


def certified(folder: Path, host: str) -> tuple[ssl.SSLContext, Path]:
    """What a server proves itself with, and the file of the authority that vouches for it."""
    authority = Authority("Somebody")
    certificate, key = authority.issue(host)
    for name, content in (("crt", certificate), ("key", key), ("ca", authority.certificate)):
        (folder / name).write_bytes(content)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "crt", folder / "key")
    return context, folder / "ca"


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.5"])
async def test_a_server_that_cannot_prove_itself_gets_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool, host: str
) -> None:
    """Signed by nobody we know, or for another address; with the right certificate it hears the name of the user."""
    context, authority = certified(tmp_path, host)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with server(context) as (port, heard), pytest.raises(Exception) as refused:  # noqa: PT011 - as the driver says it
        await open_raw(parse(f"mariadb://alice:hunter2@127.0.0.1:{port}/app?ssl=required"))
    is_believed = trusted and host == "127.0.0.1"
    assert ("certificate verify failed" in str(refused.value)) is not is_believed
    assert (b"alice" in heard) is is_believed


async def test_a_server_without_tls_gets_no_password() -> None:
    """Whoever stands between and takes the offer away (stripping) hears the beginning of TLS and no more."""
    with server(None) as (port, heard), pytest.raises(Exception):  # noqa: B017, PT011 - as the driver says it
        await open_raw(parse(f"mariadb://alice:hunter2@127.0.0.1:{port}/app?ssl=required"))
    assert b"alice" not in heard
    assert heard[36:37] in (b"", b"\x16")  # the first byte of a ClientHello


@pytest.mark.parametrize(
    "option", ["sslmode=require", "ssl=yes", "ssl=verify_identity", "ssl_ca=/ca.pem", "tls=1"]
)
def test_a_wish_that_nobody_understands_is_refused(option: str) -> None:
    """A service must not start without TLS because its address asks for it in the words of another database."""
    with pytest.raises(ValueError, match=r"for TLS write \?ssl=required") as refused:
        parse(f"mariadb://app:hunter2@db/app?{option}")
    assert "hunter2" not in str(refused.value)


def test_what_is_understood_counts() -> None:
    """On, off, and nothing said."""
    for option, on in (("?ssl=required", True), ("?ssl=TRUE", True), ("?ssl=0", False), ("", False)):
        assert wants_tls(parse(f"mariadb://app@db/app{option}")) is on
