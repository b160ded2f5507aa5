"""HTTP/1.1 on the wire: answers in one piece, requests in turn, each in a context of its own."""

import asyncio
from contextvars import ContextVar

import pytest
from backwright.http_cycle import WHOLE
from bare_http import echo, read_all, request, serving, talk
from starlette.types import Receive, Scope, Send

seen: ContextVar[str] = ContextVar("seen", default="nothing")

LAST = "Connection: close"


@pytest.mark.parametrize("path", ["/whole", "/parts"])
async def test_an_answer_has_the_lines_of_the_server(path: str) -> None:
    """Whichever way it is sent."""
    async with serving(echo) as connect:
        found = await talk(connect, request(path, LAST, method="POST", body=b"abc"))
    head, _, body = found.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 200 OK"
    assert b"date: today" in lines
    assert lines.count(b"connection: close") == 1
    assert body == b"POST " + path.encode() + b" abc"


async def test_requests_of_one_connection_are_answered_in_turn() -> None:
    """Also those that come before the answer to the one before."""
    async with serving(echo) as connect:
        found = await talk(
            connect, request("/whole") + request("/b%20c", method="POST", body=b"x") + request("/d", LAST)
        )
    assert [each.rpartition(b"\r\n")[2] for each in found.split(b"HTTP/1.1 200 OK")[1:]] == [
        b"GET /whole ",
        b"POST /b c x",
        b"GET /d ",
    ]


async def test_a_body_may_come_in_pieces() -> None:
    """With its head or after it."""
    async with serving(echo) as connect:
        whole = request("/parts", LAST, method="POST", body=b"0123456789")
        found = await talk(connect, whole[:-6], whole[-6:-3], whole[-3:])
    assert found.endswith(b"POST /parts 0123456789")


async def test_who_waits_to_be_told_is_told_to_go_on() -> None:
    """`Expect: 100-continue`, as large uploads send it."""
    async with serving(echo) as connect:
        whole = request("/parts", "Expect: 100-continue", LAST, method="POST", body=b"abc")
        found = await talk(connect, whole[:-3], whole[-3:])
    assert found.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("path", ["/whole", "/parts", "/chunked"])
async def test_head_is_answered_without_content(path: str) -> None:
    """And without what would announce chunks."""
    async with serving(echo) as connect:
        found = await talk(connect, request(path, LAST, method="HEAD"))
    assert found.endswith(b"\r\n\r\n")
    assert b"transfer-encoding" not in found


async def test_an_answer_of_unknown_length_comes_in_chunks() -> None:
    """So that its end can be told."""
    async with serving(echo) as connect:
        found = await talk(connect, request("/chunked", LAST))
    assert b"transfer-encoding: chunked\r\n" in found
    assert found.endswith(b"\r\n\r\nd\r\nGET /chunked \r\n0\r\n\r\n")


async def test_what_one_request_puts_into_the_context_the_next_does_not_see() -> None:
    """They run in one task."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = seen.get().encode()
        seen.set("somebody else's")
        await asyncio.sleep(0)
        scope["extensions"][WHOLE](200, b"content-length: %d\r\n" % len(body), body)

    async with serving(app) as connect:
        found = await talk(connect, request("/") + request("/", LAST))
    assert found.count(b"\r\n\r\nnothing") == 2


async def fails(scope: Scope, receive: Receive, send: Send) -> None:
    """Fails before or within its answer, or never answers."""
    if scope["path"] == "/silent":
        return
    if scope["path"] == "/late":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
    if scope["path"] == "/forged":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"a\r\nset-cookie: b")]})
    raise ZeroDivisionError


@pytest.mark.parametrize("path", ["/early", "/silent"])
async def test_an_application_that_fails_is_a_500_and_the_end(path: str) -> None:
    """Nobody waits for an answer that will not come."""
    async with serving(fails) as connect:
        assert (await talk(connect, request(path))).startswith(b"HTTP/1.1 500 ")


async def test_an_answer_that_breaks_off_ends_the_connection() -> None:
    """Rather than to be taken for a whole one. A header with a line end in it does not begin at all."""
    async with serving(fails) as connect:
        assert (await talk(connect, request("/late"))).endswith(b"\r\n\r\n")
        assert b"set-cookie" not in await talk(connect, request("/forged"))


async def test_who_leaves_is_noticed() -> None:
    """By whoever waits for more of the body."""
    noticed = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        with pytest.raises(ConnectionError):
            await read_all(receive)
        noticed.set()

    async with serving(app) as connect:
        _, writer = await connect()
        writer.write(b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nab")
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.close()
        await asyncio.wait_for(noticed.wait(), 10)


async def test_a_quiet_connection_is_closed() -> None:
    """One that was answered, and one that never completes a request."""
    async with serving(echo, timeout_keep_alive=1) as connect:
        answered, partly = await asyncio.gather(
            talk(connect, request("/whole")), talk(connect, b"GET / HTTP/1.1\r\nHost:")
        )
    assert answered.endswith(b"GET /whole ")
    assert partly == b""


async def test_what_is_no_request_is_a_400() -> None:
    """And the end of the connection."""
    async with serving(echo) as connect:
        assert (await talk(connect, b"NONSENSE\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
