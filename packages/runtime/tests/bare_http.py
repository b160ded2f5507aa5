"""The protocol of the server on a port of its own, and callers who send bytes: what no HTTP client would send."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from backwright.http_cycle import WHOLE
from backwright.http_protocol import Protocol
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

App = Callable[[Scope, Receive, Send], Awaitable[None]]
Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@asynccontextmanager
async def serving(app: App, **options: Any) -> AsyncGenerator[Connect, None]:
    """The protocol in front of an application, on a port of its own."""
    config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, **options)
    config.load()
    state = ServerState()
    state.default_headers = [(b"date", b"today")]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Protocol(config, state, {}), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield lambda: asyncio.open_connection("127.0.0.1", port)
    finally:
        server.close()
        for each in list(state.connections):
            each.transport.close()
        await asyncio.wait_for(asyncio.gather(*state.tasks, return_exceptions=True), 10)


async def talk(connect: Connect, *pieces: bytes) -> bytes:
    """Send pieces, each by itself, and read until the server hangs up."""
    reader, writer = await connect()
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.02)
    found = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return found


async def read_all(receive: Receive) -> bytes:
    """The whole body."""
    found, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        found += message["body"]
        more = message["more_body"]
    return found


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the method, the path and the body, by messages or in one piece (`/whole`)."""
    body = b" ".join((scope["method"].encode(), scope["path"].encode(), await read_all(receive)))
    if scope["path"] == "/whole":
        assert scope["extensions"][WHOLE](200, b"content-length: %d\r\n" % len(body), body)
        return
    headers = [] if scope["path"] == "/chunked" else [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def request(path: str, *headers: str, method: str = "GET", body: bytes = b"") -> bytes:
    """A request as bytes."""
    length = [f"Content-Length: {len(body)}"] if body else []
    head = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: test", *length, *headers])
    return head.encode() + b"\r\n\r\n" + body
