"""The ceiling: an ASGI function, its own connections, rows straight into msgspec. Nobody should write services so."""

import asyncio
import os
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

import asyncpg
import jwt
import msgspec

SECRET = os.environ["JWT_SECRET"]
ORDER = (
    "id", "title", "description", "status", "priority", "due_at", "asset_id", "assignee_id", "notes", "completed_at",
    "version", "created_at", "updated_at",
)  # fmt: skip
ASSET = (
    "id", "name", "tag", "category", "location", "status", "installed_on", "description", "version", "created_at",
    "updated_at",
)  # fmt: skip
TECHNICIAN = (
    "id", "name", "email", "phone", "trade", "active", "account_id", "version", "created_at", "updated_at",
)  # fmt: skip


def listed(alias: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


BACK = ", ".join(ORDER)
GET = f"SELECT {BACK} FROM work_orders WHERE id = $1"
CREATE = (
    "INSERT INTO work_orders (id, title, description, status, priority, due_at, asset_id, assignee_id, notes, version, "
    f"created_at, updated_at) VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, 1, $9, $9) RETURNING {BACK}"
)

Title = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=10_000)]
Priority = Literal["low", "normal", "high", "urgent"]
Status = Literal["open", "assigned", "in_progress", "on_hold", "done", "cancelled"]


class Create(msgspec.Struct, forbid_unknown_fields=True):
    title: Title
    asset_id: UUID
    description: Text | None = None
    priority: Priority = "normal"
    due_at: datetime | None = None
    assignee_id: UUID | None = None
    notes: Text | None = None


class Update(msgspec.Struct, forbid_unknown_fields=True):
    title: Title | msgspec.UnsetType = msgspec.UNSET
    description: Text | msgspec.UnsetType | None = msgspec.UNSET
    status: Status | msgspec.UnsetType = msgspec.UNSET
    priority: Priority | msgspec.UnsetType = msgspec.UNSET
    notes: Text | msgspec.UnsetType | None = msgspec.UNSET


encode = msgspec.json.Encoder().encode
read_create = msgspec.json.Decoder(Create).decode
read_update = msgspec.json.Decoder(Update).decode


class Connections:
    """A few connections with their prepared statements; no pool that resets them."""

    def __init__(self) -> None:
        self.free: asyncio.LifoQueue[Any] = asyncio.LifoQueue()

    async def open(self) -> None:
        for _ in range(10):
            self.free.put_nowait(await asyncpg.connect(os.environ["DATABASE_URL"], statement_cache_size=200))

    async def fetch(self, sql: str, *values: Any) -> list[Any]:
        connection = await self.free.get()
        try:
            return await connection.fetch(sql, *values)
        finally:
            self.free.put_nowait(connection)


database = Connections()


@lru_cache(1024)
def claims(header: bytes) -> dict[str, Any]:
    return jwt.decode(header.removeprefix(b"Bearer "), SECRET, algorithms=["HS256"])


def list_statement(given: dict[str, str]) -> tuple[str, list[Any]]:
    values: list[Any] = []
    wanted = []
    for name in ("status", "priority"):
        if name in given:
            values.append(given[name])
            wanted.append(f"o.{name} = ${len(values)}")
    if "q" in given:
        values.append(given["q"])
        wanted.append(f"o.search @@ plainto_tsquery('simple', ${len(values)})")
    if "after" in given:
        at, _, id_ = given["after"].partition(",")
        values += [datetime.fromisoformat(at), UUID(id_)]
        wanted.append(f"(o.created_at, o.id) < (${len(values) - 1}, ${len(values)})")
    values.append(int(given.get("limit", 25)))
    where = f"WHERE {' AND '.join(wanted)} " if wanted else ""
    return (
        f"SELECT {listed('o', ORDER)}, {listed('a', ASSET)}, {listed('t', TECHNICIAN)} FROM work_orders o "
        "JOIN assets a ON a.id = o.asset_id LEFT JOIN technicians t ON t.id = o.assignee_id "
        f"{where}ORDER BY o.created_at DESC, o.id DESC LIMIT ${len(values)}",
        values,
    )


def shown(row: Any) -> dict[str, Any]:
    values = tuple(row)
    found = dict(zip(ORDER, values, strict=False))
    found["asset"] = dict(zip(ASSET, values[13:24], strict=True))
    found["assignee"] = dict(zip(TECHNICIAN, values[24:], strict=True)) if values[24] is not None else None
    return found


async def answer(scope: Any, receive: Any) -> tuple[int, bytes]:
    header = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    try:
        role = claims(header)["role"]
    except jwt.InvalidTokenError:
        return 401, b"{}"
    method, path = scope["method"], scope["path"]
    if role not in (
        ("admin", "dispatcher") if method != "GET" else ("admin", "dispatcher", "technician", "viewer")
    ):
        return 403, b"{}"
    if path == "/work-orders":
        if method == "GET":
            sql, values = list_statement(dict(parse_qsl(scope["query_string"].decode())))
            return 200, encode({"items": [shown(row) for row in await database.fetch(sql, *values)]})
        body = read_create(await read(receive))
        values = [
            uuid4(),
            body.title,
            body.description,
            body.priority,
            body.due_at,
            body.asset_id,
            body.assignee_id,
        ]
        rows = await database.fetch(CREATE, *values, body.notes, datetime.now(UTC))
        return 201, encode(dict(rows[0].items()))
    id_ = UUID(path.removeprefix("/work-orders/"))
    if method == "GET":
        rows = await database.fetch(GET, id_)
    else:
        rows = await change(id_, msgspec.structs.asdict(read_update(await read(receive))))
    return (200, encode(dict(rows[0].items()))) if rows else (404, b"{}")


async def change(id_: UUID, body: dict[str, Any]) -> list[Any]:
    sent = {name: value for name, value in body.items() if value is not msgspec.UNSET}
    sets = "".join(f"{name} = ${at}, " for at, name in enumerate(sent, 3))
    return await database.fetch(
        f"UPDATE work_orders SET {sets}version = version + 1, updated_at = $2 WHERE id = $1 RETURNING {BACK}",
        id_, datetime.now(UTC), *sent.values(),
    )  # fmt: skip


async def read(receive: Any) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await database.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    try:
        status, body = await answer(scope, receive)
    except (msgspec.ValidationError, ValueError):
        status, body = 422, b"{}"
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
