"""An upload with an `Idempotency-Key` may be sent again: one file, one answer."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx2
import pytest
from backwright.access import allow
from backwright.accounts import Account, Accounts
from backwright.app import create_app
from backwright.attachments import Attachments
from backwright.entity import Entity
from backwright.idempotency import REPLAYED
from backwright.resource import Resource
from backwright.settings import Settings
from backwright.storage import open_storage
from backwright.testing import TestService
from fastapi import FastAPI
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column


class Role(StrEnum):
    ADMIN = "admin"


class Binder(Entity):
    """Something that papers are put into."""

    __tablename__ = "binders"

    label: Mapped[str] = mapped_column(String(50))


binders = Resource(
    Binder,
    fields=("label",),
    access={Role.ADMIN: allow.everything},
    attachments=Attachments(max_mb=1, max_count=3, types=("text/plain",)),
)


def archive(settings: Settings) -> FastAPI:
    """The service under test."""
    users = next(mapper.class_ for mapper in Entity.registry.mappers if issubclass(mapper.class_, Account))
    accounts = Accounts(users, roles=Role, admin=Role.ADMIN)
    return create_app(settings, title="Archive", accounts=accounts, resources=(binders,))


@pytest.fixture
async def service(user_class: type[Account], tmp_path: Path) -> AsyncGenerator[TestService, None]:
    async with TestService(archive) as started:
        started.runtime.storage = open_storage(f"file:{tmp_path}/files")
        yield started


@pytest.fixture
async def where(service: TestService) -> str:
    """The attachments of a binder."""
    return f"/binders/{(await service.make(Binder)).id}/attachments"


@pytest.fixture
async def admin(service: TestService) -> httpx2.AsyncClient:
    return await service.client_for(Role.ADMIN)


async def send(
    admin: httpx2.AsyncClient, where: str, content: bytes = b"text", name: str = "a.txt", **headers: str
) -> httpx2.Response:
    """An upload with a key; the boundary of the form is another one each time."""
    given = {"Idempotency-Key": "key", **headers}
    return await admin.post(where, files={"file": (name, content, "text/plain")}, headers=given)


async def names(admin: httpx2.AsyncClient, where: str) -> list[Any]:
    """What is attached."""
    return [each["name"] for each in (await admin.get(where)).json()["items"]]


async def test_the_same_file_again_gets_the_same_answer_and_is_not_stored(
    admin: httpx2.AsyncClient, where: str, tmp_path: Path
) -> None:
    """Without a key there are two."""
    first, second = await send(admin, where), await send(admin, where)
    assert (first.status_code, REPLAYED.lower() in first.headers) == (201, False)
    assert (second.status_code, second.headers[REPLAYED]) == (201, "true")
    assert (second.content, second.headers["location"]) == (first.content, first.headers["location"])
    assert await names(admin, where) == ["a.txt"]
    await admin.post(where, files={"file": ("a.txt", b"text", "text/plain")})
    assert await names(admin, where) == ["a.txt", "a.txt"]


@pytest.mark.parametrize(("content", "name"), [(b"other", "a.txt"), (b"text", "b.txt")])
async def test_another_file_under_the_same_key_is_refused(
    admin: httpx2.AsyncClient, where: str, content: bytes, name: str
) -> None:
    """Another content and another name."""
    await send(admin, where)
    assert (await send(admin, where, content, name)).status_code == 422
    assert await names(admin, where) == ["a.txt"]


async def test_the_same_upload_three_times_at_once_adds_one_file(
    service: TestService, admin: httpx2.AsyncClient, where: str
) -> None:
    """The later ones throw away what they have taken in, and answer as the first one or tell to ask again."""
    answers = await asyncio.gather(*(send(admin, where) for _ in range(3)))
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[201] >= 1
    assert set(statuses) <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert await names(admin, where) == ["a.txt"]
    assert (await send(admin, where)).headers[REPLAYED] == "true"


async def test_another_upload_at_once_under_the_same_key_is_refused(
    admin: httpx2.AsyncClient, where: str
) -> None:
    """Whichever is finished first is the one."""
    answers = await asyncio.gather(send(admin, where, b"one"), send(admin, where, b"two"))
    assert sorted(answer.status_code for answer in answers) in ([201, 422], [201, 409])
    assert await names(admin, where) == ["a.txt"]


async def test_a_refused_file_may_be_sent_again_under_its_key(admin: httpx2.AsyncClient, where: str) -> None:
    """Nothing was taken in, so nothing is known about the key."""
    assert (await send(admin, where, b"\0\1\2")).status_code in (415, 422)
    assert (await send(admin, where)).status_code == 201


async def test_an_upload_needs_a_key_where_the_resource_requires_one(
    admin: httpx2.AsyncClient, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """400 without, and a link to a file, which changes nothing, needs none."""
    monkeypatch.setattr(binders, "require_idempotency_key", True)
    refused = await admin.post(where, files={"file": ("a.txt", b"text", "text/plain")})
    assert refused.status_code == 400
    made = await send(admin, where)
    assert made.status_code == 201
    assert (await admin.post(f"{where}/{made.json()['id']}/link")).status_code == 200
