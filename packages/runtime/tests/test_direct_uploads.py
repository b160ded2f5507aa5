"""Files sent straight to a bucket: exactly what was announced, nothing before it was verified."""

import hashlib
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from backwright import sample_files
from backwright.access import allow
from backwright.accounts import Account, Accounts
from backwright.app import create_app
from backwright.attachment_rows import attachments as table
from backwright.attachments import Attachments, collect
from backwright.entity import Entity
from backwright.resource import Resource
from backwright.settings import Settings
from backwright.testing import TestService
from fastapi import FastAPI
from services import free_port
from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, mapped_column
from storages import Backstage, opened


class Role(StrEnum):
    ADMIN = "admin"
    READER = "reader"


class Folder(Entity):
    """Something with large files."""

    __tablename__ = "folders"

    label: Mapped[str] = mapped_column(String(50))


folders = Resource(
    Folder,
    fields=("label",),
    access={Role.ADMIN: allow.everything, Role.READER: allow.read()},
    attachments=Attachments(
        max_mb=1, max_count=2, types=("image/png", "text/plain"), direct=True, quarantine=False
    ),
)

PNG = sample_files.png()


def office(settings: Settings) -> FastAPI:
    """The service under test."""
    users = next(mapper.class_ for mapper in Entity.registry.mappers if issubclass(mapper.class_, Account))
    return create_app(
        settings, title="Office", accounts=Accounts(users, roles=Role, admin=Role.ADMIN), resources=(folders,)
    )


@pytest.fixture
async def behind(
    tmp_path: Any, s3_servers: Callable[[str], Any], kind: str
) -> AsyncGenerator[Backstage, None]:
    async with opened(kind, tmp_path, s3_servers, direct=True) as made:
        yield made


@pytest.fixture(params=["moto", "s3rver"])
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
async def service(user_class: type[Account], behind: Backstage) -> AsyncGenerator[TestService, None]:
    async with TestService(office) as started:
        started.runtime.storage = behind.storage
        yield started


@pytest.fixture
async def folder(service: TestService) -> Folder:
    return await service.make(Folder)


@pytest.fixture
async def admin(service: TestService) -> httpx2.AsyncClient:
    return await service.client_for(Role.ADMIN)


async def begin(
    client: httpx2.AsyncClient,
    folder: Folder,
    content: bytes = PNG,
    name: str = "a.png",
    kind: str = "image/png",
) -> httpx2.Response:
    announced = {"name": name, "media_type": kind, "size": len(content)}
    return await client.post(f"/folders/{folder.id}/uploads", json=announced)


async def deliver(begun: Any, content: bytes, **changed: str) -> httpx2.Response:
    """Send the form as a browser does: over the network, without any credentials of ours."""
    async with httpx2.AsyncClient() as browser:
        fields = {**begun["fields"], **changed}
        return await browser.post(begun["url"], data=fields, files={"file": ("a.png", content)})


async def finish(client: httpx2.AsyncClient, begun: Any, content: bytes) -> httpx2.Response:
    return await client.post(begun["finish"], json={"sha256": hashlib.sha256(content).hexdigest()})


async def count(service: TestService) -> int:
    database = service.runtime.database
    return int((await database.fetch(database.prepare(select(func.count()).select_from(table))))[0][0])


async def test_a_file_goes_to_the_bucket_and_is_shown_when_it_is_verified(
    service: TestService, admin: httpx2.AsyncClient, folder: Folder, behind: Backstage
) -> None:
    """Begin, send, finish; until then nobody sees it; afterwards it is an attachment like any other."""
    answer = await begin(admin, folder)
    assert answer.status_code == 201, answer.text
    begun = answer.json()
    sent = await deliver(begun, PNG)
    assert sent.status_code in (200, 201, 204), sent.text
    where = f"/folders/{folder.id}/attachments"
    assert (await admin.get(where)).json()["items"] == []
    assert (await admin.get(f"{where}/{begun['id']}/content")).status_code == 404
    finished = await finish(admin, begun, PNG)
    assert finished.status_code == 200, finished.text
    told = finished.json()
    assert (told["id"], told["size"], told["state"]) == (begun["id"], len(PNG), "ready")
    assert told["sha256"] == hashlib.sha256(PNG).hexdigest()
    assert (await admin.get(f"{where}/{begun['id']}/content")).content == PNG
    assert (await finish(admin, begun, PNG)).json() == told, "the answer may have been lost"
    assert (await finish(admin, begun, b"other")).status_code == 409
    await behind.storage.close()
    assert len(behind.names()) == 1


async def test_a_form_that_is_still_good_changes_nothing_that_was_verified(
    admin: httpx2.AsyncClient, folder: Folder
) -> None:
    """The sender posts something else afterwards: the attachment stays what it is."""
    begun = (await begin(admin, folder)).json()
    await deliver(begun, PNG)
    assert (await finish(admin, begun, PNG)).status_code == 200
    other = b"<html>" + b"x" * (len(PNG) - 6)
    await deliver(begun, other)
    assert (await finish(admin, begun, other)).status_code == 409
    loaded = await admin.get(f"/folders/{folder.id}/attachments/{begun['id']}/content")
    assert loaded.content == PNG


@pytest.mark.parametrize("kind", ["moto"])
async def test_a_form_takes_exactly_what_was_announced(admin: httpx2.AsyncClient, folder: Folder) -> None:
    """One name, one type, one size, signed: the server refuses everything else."""
    begun = (await begin(admin, folder)).json()
    key = begun["fields"]["key"]
    assert (await deliver(begun, PNG + b"x")).status_code == 403
    assert (await deliver(begun, PNG[:-1])).status_code == 403
    assert (
        await deliver(begun, PNG, key=key[:-1] + "0" if key[-1] != "0" else key[:-1] + "1")
    ).status_code == 403
    assert (await deliver(begun, PNG, **{"Content-Type": "text/html"})).status_code == 403
    assert (await deliver(begun, PNG, acl="public-read")).status_code == 403
    assert (await deliver(begun, PNG, **{"x-amz-signature": "0" * 64})).status_code == 403
    assert (await deliver(begun, PNG)).status_code in (200, 201, 204)


async def test_what_is_not_what_it_says_is_refused_and_gone(
    service: TestService, admin: httpx2.AsyncClient, folder: Folder, behind: Backstage
) -> None:
    """Judged as if it had come through us: the content, its digest, its size."""
    lie = b"MZ" + b"\0" * (len(PNG) - 2)
    for sent, told, status in ((lie, lie, 415), (PNG, lie, 400)):
        begun = (await begin(admin, folder)).json()
        await deliver(begun, sent)
        refused = await finish(admin, begun, told)
        assert (refused.status_code, refused.headers["Content-Type"]) == (status, "application/problem+json")
        assert await count(service) == 0
        assert (await finish(admin, begun, told)).status_code == 404
    await behind.storage.close()
    assert behind.names() == []


async def test_what_has_not_arrived_can_be_finished_later(admin: httpx2.AsyncClient, folder: Folder) -> None:
    """The place is kept while the form is good."""
    begun = (await begin(admin, folder)).json()
    early = await finish(admin, begun, PNG)
    assert early.status_code == 409
    assert "not arrived" in early.json()["detail"]
    await deliver(begun, PNG)
    assert (await finish(admin, begun, PNG)).status_code == 200


async def test_what_is_never_finished_is_collected(
    service: TestService, admin: httpx2.AsyncClient, folder: Folder, behind: Backstage
) -> None:
    """Row and object, when the form has long expired."""
    await deliver((await begin(admin, folder)).json(), PNG)
    assert (await collect(service.runtime)).drafts == 0
    found = await collect(service.runtime, grace=timedelta(hours=-1))
    assert (found.rows, found.drafts) == (1, 1)
    assert await count(service) == 0
    assert behind.names() == []


@pytest.mark.parametrize("kind", ["moto"])
@pytest.mark.parametrize(
    ("announced", "status"),
    [
        ({"name": "a.png", "media_type": "image/png", "size": 1024 * 1024 + 1}, 413),
        ({"name": "a.svg", "media_type": "image/svg+xml", "size": 1}, 415),
        ({"name": "a.png", "media_type": "text/plain", "size": 1}, 415),
        ({"name": "a.png", "media_type": "image/png", "size": 0}, 422),
        ({"name": "a.png", "media_type": "image/png"}, 422),
        ({"name": "a.png", "media_type": "image/png", "size": 1, "key": "x"}, 422),
    ],
)
async def test_a_wrong_announcement_takes_no_place(
    service: TestService, admin: httpx2.AsyncClient, folder: Folder, announced: Any, status: int
) -> None:
    """Refused before anything is sent."""
    refused = await admin.post(f"/folders/{folder.id}/uploads", json=announced)
    assert refused.status_code == status, refused.text
    assert await count(service) == 0


@pytest.mark.parametrize("kind", ["moto"])
async def test_rights_and_room_are_asked_at_both_steps(
    service: TestService, admin: httpx2.AsyncClient, folder: Folder
) -> None:
    """Who may not change the row begins nothing, and nobody finishes what another has begun."""
    reader = await service.client_for(Role.READER)
    assert (await begin(reader, folder)).status_code == 403
    assert (await begin(service.anonymous, folder)).status_code == 401
    begun = (await begin(admin, folder)).json()
    await deliver(begun, PNG)
    assert (await finish(reader, begun, PNG)).status_code == 403
    second = await service.sign_in(await service.account(Role.ADMIN, Role.READER))
    assert (await finish(second, begun, PNG)).status_code == 404
    assert (await begin(admin, folder)).status_code == 201
    assert (await begin(admin, folder)).status_code == 409
    other = await service.make(Folder)
    elsewhere = {**begun, "finish": begun["finish"].replace(str(folder.id), str(other.id))}
    assert (await finish(admin, elsewhere, PNG)).status_code == 404
    assert (await finish(admin, begun, PNG)).status_code == 200


async def test_a_link_leads_to_the_bucket(
    admin: httpx2.AsyncClient, folder: Folder, behind: Backstage
) -> None:
    """Signed, for this file only, saved and not shown; the bucket is an origin of its own."""
    begun = (await begin(admin, folder)).json()
    await deliver(begun, PNG)
    await finish(admin, begun, PNG)
    link = (await admin.post(f"/folders/{folder.id}/attachments/{begun['id']}/link")).json()["url"]
    assert urlsplit(link).netloc != "testserver"
    async with httpx2.AsyncClient() as browser:
        loaded = await browser.get(link)
        assert (loaded.status_code, loaded.content) == (200, PNG)
        assert loaded.headers["Content-Type"] == "image/png"
        assert loaded.headers["Content-Disposition"] == 'attachment; filename="a.png"'
        if behind.kind == "moto":
            assert (await browser.get(link.replace("a.png", "a.exe"))).status_code == 403
            assert (
                await browser.get(link.replace("X-Amz-Expires=300", "X-Amz-Expires=9000"))
            ).status_code == 403
            assert (await browser.get(link.partition("?")[0])).status_code == 403


@pytest.mark.parametrize("kind", ["local"])
async def test_a_folder_says_where_to_send_files_instead(admin: httpx2.AsyncClient, folder: Folder) -> None:
    """The same service on local files: begin is refused with the other way."""
    refused = await begin(admin, folder)
    assert refused.status_code == 409
    assert "/attachments" in refused.json()["detail"]


@pytest.mark.parametrize("kind", ["moto"])
async def test_a_bucket_that_is_away_is_a_problem_to_clients(
    service: TestService, admin: httpx2.AsyncClient, folder: Folder, behind: Backstage, s3_servers: Any
) -> None:
    """503 with Retry-After for whatever needs files; no row and no file half-written; the rest is served."""
    sent = await admin.post(f"/folders/{folder.id}/attachments", files={"file": ("a.png", PNG, "image/png")})
    where = sent.headers["Location"]
    server = s3_servers("moto")
    gone = type(server)(f"http://127.0.0.1:{free_port()}").storage("bucket", direct=True)
    service.runtime.storage = gone
    file = {"file": ("a.png", PNG, "image/png")}
    for answer in (
        await admin.post(f"/folders/{folder.id}/attachments", files=file),
        await admin.get(where + "/content"),
        await admin.post(where + "/link"),
        await begin(admin, folder),
    ):
        assert answer.status_code == 503, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Retry-After"] == "5"
    assert await count(service) == 1
    assert (await admin.get(where)).status_code == 200
    assert (await admin.get(f"/folders/{folder.id}")).status_code == 200
    await gone.close()
    service.runtime.storage = behind.storage
    assert (await admin.get(where + "/content")).content == PNG


@pytest.mark.parametrize("kind", ["moto"])
async def test_a_bucket_found_public_after_the_start_gets_no_file(
    service: TestService, admin: httpx2.AsyncClient, folder: Folder, s3_servers: Any
) -> None:
    """The server was away at the start, so the check came later; callers are not told what is wrong."""
    server = s3_servers("moto")
    bucket = server.bucket()
    server.client.put_bucket_acl(Bucket=bucket, ACL="public-read")
    service.runtime.storage = server.storage(bucket, direct=True)
    refused = await admin.post(
        f"/folders/{folder.id}/attachments", files={"file": ("a.png", PNG, "image/png")}
    )
    assert refused.status_code == 503
    assert bucket not in refused.text
    assert (await begin(admin, folder)).status_code == 503
    assert server.client.list_objects_v2(Bucket=bucket).get("Contents", []) == []
    assert await count(service) == 0


async def test_both_steps_are_in_the_document(service: TestService) -> None:
    """Only where they were declared."""
    paths = service.app.openapi()["paths"]
    begun = paths["/folders/{id}/uploads"]["post"]
    finished = paths["/folders/{id}/uploads/{attachment_id}/finish"]["post"]
    assert {"201", "409", "413", "415", "422", "503"} <= set(begun["responses"])
    assert {"200", "409", "404"} <= set(finished["responses"])
    assert begun["operationId"] == "begin_folder_attachment"
