"""What two servers in a row could read differently is refused, so that no request hides in another (RFC 9112 §11.2)."""

import pytest
from bare_http import echo, serving, talk

HOST, CHUNKED, END = b"Host: test\r\n", b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"

HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
"""What the attacker wants to be taken for a request of somebody else."""


def post(*headers: bytes, body: bytes = b"", version: bytes = b"1.1") -> bytes:
    """A request, its headers as they are, and the hidden one right behind it."""
    return b"POST /seen HTTP/" + version + b"\r\n" + HOST + b"".join(headers) + b"\r\n" + body + HIDDEN


REFUSED = {
    "a length and chunks": post(b"Content-Length: 5\r\n", CHUNKED, body=END),
    "chunks and a length": post(CHUNKED, b"Content-Length: 5\r\n", body=END),
    "two lengths": post(b"Content-Length: 0\r\n", b"Content-Length: %d\r\n" % len(HIDDEN)),
    "the same length twice": post(b"Content-Length: 0\r\n", b"Content-Length: 0\r\n"),
    "a list of lengths": post(b"Content-Length: 0, 0\r\n"),
    "a length with a sign": post(b"Content-Length: +0\r\n"),
    "a negative length": post(b"Content-Length: -1\r\n"),
    "a length in hexadecimal": post(b"Content-Length: 0x0\r\n"),
    "a length beyond 64 bits": post(b"Content-Length: 18446744073709551616\r\n"),
    "a space before the colon": post(b"Transfer-Encoding : chunked\r\n", body=END),
    "another coding": post(b"Transfer-Encoding: xchunked\r\n", body=END),
    "chunks that are not the last coding": post(b"Transfer-Encoding: chunked, identity\r\n", body=END),
    "chunks and another coding": post(CHUNKED, b"Transfer-Encoding: identity\r\n", body=END),
    "a control character before the coding": post(b"Transfer-Encoding: \x0bchunked\r\n", body=END),
    "a folded header": post(b"X: a\r\n Content-Length: 5\r\n"),
    "a folded coding": post(b"Transfer-Encoding:\r\n chunked\r\n", body=END),
    "a line that ends without CR": post(b"X: a\nContent-Length: 3\r\n"),
    "a line that ends without LF": post(b"X: a\rContent-Length: 3\r\n"),
    "NUL in a header": post(b"X: a\x00b\r\n"),
    "a space before the first header": b"GET /seen HTTP/1.1\r\n Host: test\r\n\r\n" + HIDDEN,
    "a size of a chunk with a sign": post(CHUNKED, body=b"+0\r\n\r\n"),
    "a size with a prefix": post(CHUNKED, body=b"0x0\r\n\r\n"),
    "a size beyond 64 bits": post(CHUNKED, body=b"fffffffffffffffff1\r\n\r\n"),
    "chunks that end without CR": post(CHUNKED, body=b"0\n\n"),
    "a line in an extension": post(CHUNKED, body=b"0;a\nb\r\n\r\n"),
    "more in a chunk than its size": post(CHUNKED, body=b"1\r\naXX0\r\n\r\n"),
    "a length behind the chunks": post(CHUNKED, body=b"0\r\nContent-Length: 3\r\n\r\n"),
    "a tunnel": b"CONNECT inside:80 HTTP/1.1\r\n" + HOST + b"\r\n" + HIDDEN,
    "the beginning of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + HIDDEN,
    "HTTP/0.9": b"GET /seen\r\n" + HIDDEN,
}


@pytest.mark.parametrize("trick", REFUSED)
async def test_what_two_servers_could_read_differently_is_refused(trick: str) -> None:
    """The last answer is 400 and the connection ends: what stands behind it is never read."""
    async with serving(echo, timeout_keep_alive=1) as connect:
        found = await talk(connect, REFUSED[trick])
    assert b"/hidden" not in found
    assert found.startswith(b"HTTP/1.1 400 ")
    assert found.count(b"HTTP/1.1 ") == 1


async def test_an_old_client_gets_one_answer() -> None:
    """HTTP/1.0 knows no chunks: whatever is meant, nothing behind it is answered."""
    async with serving(echo, timeout_keep_alive=1) as connect:
        found = await talk(connect, post(CHUNKED, body=END, version=b"1.0"))
    assert b"/hidden" not in found


async def test_a_request_within_a_body_is_a_body() -> None:
    """Also of a GET, where some servers ignore the length."""
    length = b"Content-Length: %d\r\n" % len(HIDDEN)
    async with serving(echo, timeout_keep_alive=1) as connect:
        found = await talk(connect, b"GET /seen HTTP/1.1\r\n" + HOST + length + b"\r\n" + HIDDEN)
    assert b"GET /seen " + HIDDEN in found
    assert found.count(b"HTTP/1.1 200 ") == 1


async def test_nothing_is_upgraded() -> None:
    """Neither to HTTP/2 without TLS nor to WebSocket: what follows is another request, with all that guards it."""
    for upgrade in (
        b"Connection: Upgrade\r\nUpgrade: h2c\r\n",
        b"Connection: Upgrade\r\nUpgrade: websocket\r\n",
    ):
        async with serving(echo, timeout_keep_alive=1) as connect:
            found = await talk(connect, b"GET /seen HTTP/1.1\r\n" + HOST + upgrade + b"\r\n")
        assert not found.startswith(b"HTTP/1.1 101")


async def test_requests_that_are_right_are_all_answered() -> None:
    """So the refusals above are for the tricks: the same two requests, one after the other."""
    for first in (post(b"Content-Length: 3\r\n", body=b"abc"), post(CHUNKED, body=b"3\r\nabc\r\n" + END)):
        async with serving(echo) as connect:
            found = await talk(connect, first)
        assert b"POST /seen abc" in found
        assert b"GET /hidden " in found
