"""No caller makes the service ask a server (SSRF): addresses are text, wherever they stand."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import httpx2
from backwright.accounts import Account
from backwright.testing import TestService
from backwright.testing_forgeries import forgeries
from backwright.testing_targets import NOWHERE, Operation, operations
from castle import Role, castle

SETTLED = 0.3
"""Seconds in which something that was begun in the background would have asked."""


@asynccontextmanager
async def listening() -> AsyncGenerator[tuple[str, Callable[[], int]], None]:
    """The address of a server inside, and how often it has been asked."""
    count = 0

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys", lambda: count


async def name(caller: httpx2.AsyncClient, operation: Operation, fields: set[str], address: str) -> None:
    """Put an address into every field, parameter and header that somebody could follow."""
    queried = [p["name"] for p in operation.described.get("parameters", ()) if p.get("in") == "query"]
    headers = dict.fromkeys(("Referer", "Link", "X-Original-URL", "SourceMap", "X-Callback-URL"), address)
    for body in (dict.fromkeys(fields, address), {field: [address] for field in fields}):
        await caller.request(
            operation.method.upper(),
            operation.at(NOWHERE),
            params=dict.fromkeys(queried, address),
            headers=headers,
            **({"json": body} if fields else {}),
        )


async def test_no_address_that_a_caller_names_is_asked(user_class: type[Account]) -> None:
    """In no field of any operation, in no header, in no header of a token; the server inside hears nothing."""
    async with listening() as (address, count), TestService(castle) as service:
        document = service.app.openapi()
        for operation in operations(document):
            admin = await service.client_for(Role.ADMIN)
            await name(admin, operation, operation.fields(document) or set(), address)
        program = {
            "name": "A",
            "grants": ["authorization_code"],
            "scopes": ["openid"],
            "redirect_uris": [address],
        }
        await admin.post("/auth/oauth/clients", json=program)
        token = admin.headers["Authorization"].removeprefix("Bearer ")
        published = (await admin.get("/.well-known/jwks.json")).json()
        for forged in forgeries(token, published, evil=address).values():
            headers = {"Authorization": f"Bearer {forged}"}
            assert (await service.anonymous.get("/towers", headers=headers)).status_code == 401
        await asyncio.sleep(SETTLED)
        assert count() == 0
        async with httpx2.AsyncClient() as client:
            await client.get(address)
        assert count() == 1
