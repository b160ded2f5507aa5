"""An S3 server that is killed in the middle: of an upload, of one in parts, of a download.

It dies for the service: a wire between them breaks after some bytes and takes nothing more. What it had is there
when it is back, as on a real one.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import Any

import httpx2
import pytest
import time_machine
from backwright import s3_sending
from backwright.access import allow
from backwright.accounts import Account, Accounts
from backwright.app import create_app
from backwright.attachment_rows import attachments as table
from backwright.attachments import Attachments, collect
from backwright.context import now
from backwright.entity import Entity
from backwright.resource import Resource
from backwright.s3_place import S3Access, S3Place
from backwright.s3_storage import S3Storage
from backwright.settings import Settings
from backwright.testing import TestService
from cut_wire import Breaking
from fastapi import FastAPI
from s3_services import KEY_ID, SECRET
from sqlalchemy import String, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Mapped, mapped_column

CONTENT = "".join(Random(1).choices("abcdefgh \n", k=900_000)).encode()


class Role(StrEnum):
    ADMIN = "admin"


class Coffer(Entity):
    """Something with files."""

    __tablename__ = "coffers"

    label: Mapped[str] = mapped_column(String(50))


coffers = Resource(
    Coffer,
    fields=("label",),
    access={Role.ADMIN: allow.everything},
    attachments=Attachments(max_mb=20, max_count=9, types=("text/plain",)),
)


def office(settings: Settings) -> FastAPI:
    """The service under test."""
    users = next(mapper.class_ for mapper in Entity.registry.mappers if issubclass(mapper.class_, Account))
    accounts = Accounts(users, roles=Role, admin=Role.ADMIN)
    return create_app(settings, title="Office", accounts=accounts, resources=(coffers,))


class Bucket:
    """A bucket, and the wire to it."""

    def __init__(self, server: Any, wire: Breaking) -> None:
        self.name, self.wire, self._client = server.bucket(), wire, server.client
        place = S3Place.parse(server.url(self.name).replace(server.endpoint, f"http://127.0.0.1:{wire.port}"))
        self.storage = S3Storage(place, S3Access(KEY_ID, SECRET))

    def objects(self) -> list[str]:
        """What is really there."""
        return [each["Key"] for each in self._client.list_objects_v2(Bucket=self.name).get("Contents", [])]

    def parts(self) -> list[str]:
        """Uploads in parts that are neither whole nor given up."""
        found = self._client.list_multipart_uploads(Bucket=self.name).get("Uploads", [])
        return [each["UploadId"] for each in found]


@pytest.fixture
async def bucket(s3_servers: Callable[[str], Any]) -> AsyncGenerator[Bucket, None]:
    server = s3_servers("moto")
    wire = Breaking(make_url(server.endpoint).port or 0)
    await wire.open()
    made = Bucket(server, wire)
    yield made
    await made.storage.close()
    await wire.close()


@pytest.fixture
async def service(user_class: type[Account], bucket: Bucket) -> AsyncGenerator[TestService, None]:
    async with TestService(office) as started:
        started.runtime.storage = bucket.storage
        yield started


@pytest.fixture
async def address(service: TestService) -> str:
    return f"/coffers/{(await service.make(Coffer)).id}/attachments"


@pytest.fixture
async def admin(service: TestService) -> httpx2.AsyncClient:
    return await service.client_for(Role.ADMIN)


async def upload(client: httpx2.AsyncClient, address: str, content: bytes = CONTENT) -> httpx2.Response:
    return await client.post(address, files={"file": ("a.txt", content, "text/plain")})


async def rows(service: TestService) -> int:
    """Rows of attachments, those of uploads under way included."""
    database = service.runtime.database
    return int((await database.fetch(database.prepare(select(func.count()).select_from(table))))[0][0])


async def later(service: TestService) -> None:
    """What the collector does a day later."""
    with time_machine.travel(now() + timedelta(days=2), tick=True):
        await collect(service.runtime)


@pytest.mark.parametrize("in_parts", [False, True])
@pytest.mark.slow
async def test_a_server_that_dies_while_it_takes_a_file_leaves_no_row(
    service: TestService, admin: httpx2.AsyncClient, address: str, bucket: Bucket,
    monkeypatch: pytest.MonkeyPatch, in_parts: bool,
) -> None:  # fmt: skip
    """503; nothing is listed; what arrived is collected; and the same file is taken when the server is back."""
    monkeypatch.setattr(s3_sending, "PART", 5 * 1024 * 1024)  # the least that S3 takes for a part
    content = CONTENT * 14 if in_parts else CONTENT
    assert (await upload(admin, address)).status_code == 201  # the bucket has been asked whether it is safe
    bucket.wire.left = len(content) * 2 // 3
    failed = await upload(admin, address, content)
    assert (failed.status_code, failed.headers["content-type"]) == (503, "application/problem+json")
    assert "retry-after" in failed.headers
    assert bucket.wire.left < 0
    assert len((await admin.get(address)).json()["items"]) == 1
    await bucket.wire.mend()
    again = await until_taken(admin, address, content)
    assert (await admin.get(again.headers["location"] + "/content")).content == content
    await later(service)
    assert await rows(service) == len(bucket.objects()) == 2
    assert bucket.parts() == []


async def until_taken(admin: httpx2.AsyncClient, address: str, content: bytes) -> httpx2.Response:
    """The answer to an upload that is sent again until it is taken, as its answer says."""
    for _ in range(50):
        answer = await upload(admin, address, content)
        if answer.status_code == 201:
            return answer
        assert answer.status_code == 503, answer.text
        await asyncio.sleep(0.2)
    raise AssertionError("the server is back, and nothing is taken")


async def received(service: TestService, client: httpx2.AsyncClient, path: str) -> tuple[int, int, bool]:
    """What a web server gets of the application: the length announced, the bytes, and whether that was the end.

    A web server whose application ends without saying so closes the connection.
    """
    length, bytes_, ended = -1, 0, False

    async def send(message: Any) -> None:
        nonlocal length, bytes_, ended
        if message["type"] == "http.response.start":
            length = int(dict(message["headers"])[b"content-length"])
            return
        bytes_ += len(message.get("body", b""))
        ended = not message.get("more_body", False)

    async def receive() -> Any:
        await asyncio.Event().wait()

    headers = [(name.lower().encode(), value.encode()) for name, value in client.headers.items()]
    headers = [each for each in headers if each[0] != b"accept-encoding"]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"testserver"), *headers], "client": ("127.0.0.1", 1), "server": ("testserver", 80),
    }  # fmt: skip
    await service.app(scope, receive, send)
    return length, bytes_, ended


async def test_a_server_that_dies_while_it_gives_a_file_ends_the_answer(
    service: TestService, admin: httpx2.AsyncClient, address: str, bucket: Bucket
) -> None:
    """Nobody takes a part for the whole: the answer ends before the length that was announced, and says no end."""
    where = (await upload(admin, address)).headers["location"] + "/content"
    assert await received(service, admin, where) == (len(CONTENT), len(CONTENT), True)
    bucket.wire.left = 300_000
    length, bytes_, ended = await received(service, admin, where)
    assert length == len(CONTENT) > bytes_
    assert not ended
    refused = await admin.get(where)
    assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
    await bucket.wire.mend()
    async with asyncio.timeout(30):
        while (loaded := await admin.get(where)).status_code == 503:
            await asyncio.sleep(0.2)
    assert loaded.content == CONTENT
