"""Files on rows: taken in whole or not at all, shown to whoever may see the row, harmless."""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
import time_machine
from backwright import sample_files
from backwright.access import allow, own
from backwright.accounts import Account, Accounts
from backwright.app import create_app
from backwright.attachment_rows import attachments as table
from backwright.attachments import Attachments, collect, keep_collecting, release
from backwright.audit import audit_log
from backwright.context import now
from backwright.entity import Entity
from backwright.errors import NotFound
from backwright.resource import Resource
from backwright.settings import Settings
from backwright.testing import TestService
from fastapi import FastAPI
from sqlalchemy import ForeignKey, String, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column
from storages import KINDS, Backstage, opened


class Role(StrEnum):
    ADMIN = "admin"
    KEEPER = "keeper"
    READER = "reader"


class Crate(Entity):
    """A box with papers."""

    __tablename__ = "crates"

    label: Mapped[str] = mapped_column(String(50))
    keeper_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class Vault(Entity):
    """A room whose files are scanned before anybody gets them."""

    __tablename__ = "vaults"

    label: Mapped[str] = mapped_column(String(50))


mine = own(Crate.keeper_id)
crates = Resource(
    Crate,
    fields=("label", "keeper_id"),
    access={
        Role.ADMIN: allow.everything,
        Role.KEEPER: allow.read(where=mine) | allow.update("label", where=mine),
        Role.READER: allow.read(),
    },
    attachments=Attachments(
        max_mb=1, max_count=3, types=("image/png", "application/pdf", "text/plain", "text/html")
    ),
)
vaults = Resource(
    Vault,
    fields=("label",),
    access={Role.ADMIN: allow.everything},
    attachments=Attachments(quarantine=True),
)


@pytest.fixture(params=KINDS)
async def behind(
    request: pytest.FixtureRequest, tmp_path: Path, s3_servers: Callable[[str], Any]
) -> AsyncGenerator[Backstage, None]:
    """Where the files go: a folder, or a bucket."""
    async with opened(request.param, tmp_path / "files", s3_servers) as made:
        yield made


@pytest.fixture
async def service(user_class: type[Account], behind: Backstage) -> AsyncGenerator[TestService, None]:
    """The service with crates and vaults, started on an empty database and an empty storage."""
    async with TestService(archive) as started:
        started.runtime.storage = behind.storage
        yield started


def archive(settings: Settings) -> FastAPI:
    """The service under test."""
    users = next(mapper.class_ for mapper in Entity.registry.mappers if issubclass(mapper.class_, Account))
    accounts = Accounts(users, roles=Role, admin=Role.ADMIN)
    return create_app(settings, title="Archive", accounts=accounts, resources=(crates, vaults))


@pytest.fixture
async def crate(service: TestService) -> Crate:
    return await service.make(Crate)


@pytest.fixture
async def admin(service: TestService) -> httpx2.AsyncClient:
    return await service.client_for(Role.ADMIN)


async def send(
    client: httpx2.AsyncClient, row: Entity, name: str, content: bytes, kind: str
) -> httpx2.Response:
    where = f"/{row.__tablename__}/{row.id}/attachments"
    return await client.post(where, files={"file": (name, content, kind)})


async def sent(client: httpx2.AsyncClient, row: Entity, kind: str = "image/png") -> str:
    """The address of a new attachment."""
    answer = await send(client, row, *sample_files.sample_file(kind))
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


async def count(service: TestService) -> int:
    database = service.runtime.database
    return int((await database.fetch(database.prepare(select(func.count()).select_from(table))))[0][0])


async def settled(behind: Backstage, files: int) -> None:
    """Wait for removals that go on in the background."""
    async with asyncio.timeout(60):
        while len(behind.names()) != files:
            await asyncio.sleep(0.01)


# Taking in and giving out.


async def test_a_file_comes_back_as_it_was_sent(admin: httpx2.AsyncClient, crate: Crate) -> None:
    """Metadata is verified facts; the content is the same, byte for byte."""
    name, content, kind = sample_files.sample_file("application/pdf")
    added = await send(admin, crate, name, content, kind)
    assert added.status_code == 201, added.text
    told = added.json()
    assert (told["name"], told["media_type"], told["size"]) == (name, kind, len(content))
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert "storage_key" not in told
    assert (await admin.get(added.headers["Location"])).json() == told
    loaded = await admin.get(added.headers["Location"] + "/content")
    assert loaded.content == content
    assert loaded.headers["Content-Type"] == "application/pdf"


async def test_a_download_is_saved_and_not_run(admin: httpx2.AsyncClient, crate: Crate) -> None:
    """HTML that somebody sent never runs in the service's origin."""
    answer = await send(admin, crate, "Prüfung.html", b"<!doctype html><script>1</script>", "text/html")
    loaded = await admin.get(answer.headers["Location"] + "/content")
    assert loaded.headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''Pr%C3%BCfung.html" in loaded.headers["Content-Disposition"]
    assert loaded.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in loaded.headers["Content-Security-Policy"]
    assert loaded.headers.get_list("Content-Security-Policy") == [loaded.headers["Content-Security-Policy"]]
    assert loaded.headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    ("asked", "status", "start", "stop"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=10-", 206, 10, None),
        ("bytes=-5", 206, -5, None),
        ("bytes=5-99999999", 206, 5, None),
        ("bytes=9-2", 200, 0, None),
        ("bytes=0-1,4-5", 200, 0, None),
        ("lines=1-2", 200, 0, None),
        ("bytes=-", 200, 0, None),
    ],
)
async def test_a_part_can_be_downloaded(
    admin: httpx2.AsyncClient, crate: Crate, asked: str, status: int, start: int, stop: int | None
) -> None:
    """One range is served; what is no range of ours gets the whole file."""
    where = await sent(admin, crate) + "/content"
    whole = (await admin.get(where)).content
    loaded = await admin.get(where, headers={"Range": asked})
    assert (loaded.status_code, loaded.content) == (status, whole[start:stop])
    assert loaded.headers["Content-Length"] == str(len(loaded.content))


async def test_a_range_outside_the_file_is_a_problem(admin: httpx2.AsyncClient, crate: Crate) -> None:
    """416 says how long the file is."""
    where = await sent(admin, crate) + "/content"
    size = len((await admin.get(where)).content)
    for asked in (f"bytes={size}-", "bytes=-0"):
        refused = await admin.get(where, headers={"Range": asked})
        assert refused.status_code == 416
        assert refused.headers["Content-Range"] == f"bytes */{size}"
        assert refused.json()["status"] == 416


async def test_what_is_known_is_not_sent_again(admin: httpx2.AsyncClient, crate: Crate) -> None:
    """`If-None-Match` saves the body; `If-Range` with another version gets the whole file."""
    where = await sent(admin, crate) + "/content"
    tag = (await admin.get(where)).headers["ETag"]
    known = await admin.get(where, headers={"If-None-Match": tag})
    assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", tag)
    resumed = await admin.get(where, headers={"Range": "bytes=1-2", "If-Range": tag})
    outdated = await admin.get(where, headers={"Range": "bytes=1-2", "If-Range": '"other"'})
    assert (resumed.status_code, outdated.status_code) == (206, 200)


async def test_attachments_are_listed_in_pages(
    admin: httpx2.AsyncClient, crate: Crate, service: TestService
) -> None:
    """Oldest first, each once, and only those of this row."""
    other = await service.make(Crate)
    await sent(admin, other)
    ids = [(await sent(admin, crate)).rsplit("/", 1)[-1] for _ in range(3)]
    where = f"/crates/{crate.id}/attachments"
    first = (await admin.get(where, params={"limit": 2})).json()
    second = (await admin.get(where, params={"limit": 2, "cursor": first["next"]})).json()
    assert [each["id"] for each in (*first["items"], *second["items"])] == ids
    assert second["next"] is None
    for wrong in ("limit=0", "limit=101", "limit=x", "cursor=x", "sort=name"):
        assert (await admin.get(f"{where}?{wrong}")).status_code == 400, wrong


async def test_removing_takes_row_and_file(
    service: TestService, behind: Backstage, admin: httpx2.AsyncClient, crate: Crate
) -> None:
    """204, then 404, and nothing is left on the disk."""
    where = await sent(admin, crate)
    assert len(behind.names()) == 1
    assert (await admin.delete(where)).status_code == 204
    assert (await admin.delete(where)).status_code == 404
    assert (await admin.get(where + "/content")).status_code == 404
    await settled(behind, files=0)


async def test_deleting_the_row_takes_its_attachments(
    service: TestService, behind: Backstage, admin: httpx2.AsyncClient, crate: Crate
) -> None:
    """In the same transaction; files of other rows stay."""
    other = await service.make(Crate)
    await sent(admin, crate)
    kept = await sent(admin, other)
    assert (await admin.delete(f"/crates/{crate.id}")).status_code == 204
    assert await count(service) == 1
    assert (await admin.get(kept + "/content")).status_code == 200
    await settled(behind, files=1)


async def test_adding_and_removing_are_recorded(
    service: TestService, admin: httpx2.AsyncClient, crate: Crate
) -> None:
    """The audit log says who, which row and which file."""
    where = await sent(admin, crate)
    await admin.delete(where)
    database, log = service.runtime.database, audit_log.c
    statement = select(log.action, log.changes).where(log.object_id == crate.id).order_by(log.id)
    rows = await database.fetch(database.prepare(statement))
    found = [(action, changes["attachment"]) for action, changes in rows]
    id_ = where.rsplit("/", 1)[-1]
    assert found == [("attachment_added", id_), ("attachment_removed", id_)]


# Who may.


async def test_rights_are_those_of_the_row(service: TestService) -> None:
    """Who sees the row gets its files; who may change it adds and removes; others learn nothing."""
    keeper_id = await service.account(Role.KEEPER)
    own_crate, other = await service.make(Crate, keeper_id=keeper_id), await service.make(Crate)
    admin, reader = await service.client_for(Role.ADMIN), await service.client_for(Role.READER)
    keeper = await service.sign_in(keeper_id)
    theirs = await sent(admin, other)
    ours = await sent(keeper, own_crate)
    file = sample_files.sample_file("image/png")

    async def statuses(client: httpx2.AsyncClient, row: Crate, where: str) -> list[int]:
        added = await send(client, row, *file)
        asked = [
            added,
            await client.get(where.rsplit("/", 1)[0]),
            await client.get(where),
            await client.get(where + "/content"),
            await client.post(where + "/link"),
        ]
        return [each.status_code for each in asked]

    assert await statuses(keeper, own_crate, ours) == [201, 200, 200, 200, 200]
    assert await statuses(keeper, other, theirs) == [404] * 5
    assert await statuses(reader, other, theirs) == [403, 200, 200, 200, 200]
    assert await statuses(service.anonymous, other, theirs) == [401] * 5
    assert (await reader.delete(theirs)).status_code == 403
    assert (await keeper.delete(theirs)).status_code == 404
    assert (await keeper.delete(ours)).status_code == 204


async def test_an_attachment_is_not_found_below_another_row(
    service: TestService, admin: httpx2.AsyncClient, crate: Crate
) -> None:
    """Rights on one row are no way to the files of another."""
    id_ = (await sent(admin, crate)).rsplit("/", 1)[-1]
    keeper_id = await service.account(Role.KEEPER)
    own_crate = await service.make(Crate, keeper_id=keeper_id)
    keeper = await service.sign_in(keeper_id)
    for path in (f"/crates/{own_crate.id}/attachments/{id_}", f"/vaults/{crate.id}/attachments/{id_}"):
        assert (await keeper.get(path + "/content")).status_code in (403, 404)
    assert (await admin.get(f"/crates/{own_crate.id}/attachments/{id_}")).status_code == 404


async def test_a_link_opens_one_file_for_five_minutes(
    service: TestService, admin: httpx2.AsyncClient, crate: Crate
) -> None:
    """Without signing in; not for another file, not changed, not later."""
    where, other = await sent(admin, crate), await sent(admin, crate)
    link = (await admin.post(where + "/link")).json()
    assert (await service.anonymous.get(link["url"])).status_code == 200
    assert (await service.anonymous.get(link["url"].replace(where, other))).status_code == 401
    assert (await service.anonymous.get(link["url"][:-1] + "_")).status_code == 401
    later = re.sub(r"expires=\d+", f"expires={int(now().timestamp()) + 86_400}", link["url"])
    assert (await service.anonymous.get(later)).status_code == 401
    assert (await service.anonymous.get(f"{where}/content?expires=1")).status_code == 401
    with time_machine.travel(now() + timedelta(minutes=5, seconds=1)):
        assert (await service.anonymous.get(link["url"])).status_code == 401
    await admin.delete(where)
    assert (await service.anonymous.get(link["url"])).status_code == 404


# What is refused.


@pytest.mark.parametrize(
    ("name", "content", "kind", "status"),
    [
        ("a.png", b"not a picture", "image/png", 415),
        ("a.pdf", sample_files.png(), "image/png", 415),
        ("a.exe", b"MZ", "application/x-msdownload", 415),
        ("a.gif", sample_files.gif(), "image/gif", 415),
        ("a.svg", b"<svg/>", "image/svg+xml", 415),
        ("a.png", sample_files.png(60_000, 60_000), "image/png", 422),
        ("a.png", sample_files.png()[:-4], "image/png", 422),
        ("a.txt", b"a\0b", "text/plain", 422),
        ("a.txt", b"", "text/plain", 422),
        ("a.txt", b"x" * (1024 * 1024 + 1), "text/plain", 413),
    ],
)
async def test_a_bad_file_leaves_nothing(
    service: TestService,
    behind: Backstage,
    admin: httpx2.AsyncClient,
    crate: Crate,
    name: str,
    content: bytes,
    kind: str,
    status: int,
) -> None:
    """Refused with a reason; no row, no file, and its place is free again."""
    refused = await send(admin, crate, name, content, kind)
    assert refused.status_code == status, refused.text
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["detail"]
    assert await count(service) == 0
    await settled(behind, files=0)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\temp\\a.png", "a.png"),
        ("gnp.\u202eexe.png", "gnp.exe.png"),
        ("ü" * 200 + ".png", "ü" * 125 + ".png"),
    ],
)
async def test_the_name_is_made_safe(
    admin: httpx2.AsyncClient, crate: Crate, given: str, stored: str
) -> None:
    """A name is shown and saved, never used as a path."""
    answer = await send(admin, crate, given, sample_files.png(), "image/png")
    assert answer.json()["name"] == stored


def form(*parts: tuple[str, bytes], end: bytes = b"--B--\r\n") -> bytes:
    return b"".join(f"--B\r\n{head}\r\n\r\n".encode() + body + b"\r\n" for head, body in parts) + end


FILE = 'Content-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain'


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (form((FILE, b"x")), "multipart/form-data; boundary=B", 201),
        (form((FILE, b"x"), (FILE, b"y")), "multipart/form-data; boundary=B", 422),
        (form(('Content-Disposition: form-data; name="file"', b"x")), "multipart/form-data; boundary=B", 422),
        (form((FILE.replace('"file"', '"other"'), b"x")), "multipart/form-data; boundary=B", 422),
        (form((FILE, b"x"), end=b""), "multipart/form-data; boundary=B", 400),
        (form((FILE, b"x")), "multipart/form-data; boundary=C", 400),
        (form((FILE, b"x")), "multipart/form-data", 400),
        (form((FILE, b"x")), f"multipart/form-data; boundary={'B' * 300}", 400),
        (b"", "multipart/form-data; boundary=B", 422),
        (b"x", "text/plain", 415),
        (b"{}", "application/json", 415),
    ],
)
async def test_only_a_form_with_one_file_is_taken(
    service: TestService, admin: httpx2.AsyncClient, crate: Crate, body: bytes, kind: str, status: int
) -> None:
    """Other bodies, two files, a field without a file, a form that breaks off."""
    where = f"/crates/{crate.id}/attachments"
    answer = await admin.post(where, content=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert await count(service) == (1 if status == 201 else 0)


async def test_a_digest_that_is_given_must_be_right(admin: httpx2.AsyncClient, crate: Crate) -> None:
    """Of the file in its own part, or of the whole request (RFC 9530)."""
    where = f"/crates/{crate.id}/attachments"

    def digest(content: bytes) -> str:
        return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"

    kind = {"Content-Type": "multipart/form-data; boundary=B"}
    for right, status in ((True, 201), (False, 400)):
        said = digest(b"x" if right else b"y")
        body = form((f"{FILE}\r\nContent-Digest: {said}", b"x"))
        assert (await admin.post(where, content=body, headers=kind)).status_code == status
        body = form((FILE, b"x"))
        whole = {**kind, "Content-Digest": digest(body if right else b"other")}
        assert (await admin.post(where, content=body, headers=whole)).status_code == status


async def test_a_row_has_room_for_so_many_files(
    service: TestService, admin: httpx2.AsyncClient, crate: Crate
) -> None:
    """Ten at the same moment, room for three: three come in, the others are told."""
    file = sample_files.sample_file("image/png")
    answers = await asyncio.gather(*(send(admin, crate, *file) for _ in range(10)))
    statuses = sorted(each.status_code for each in answers)
    assert statuses == [201] * 3 + [409] * 7
    assert await count(service) == 3


async def test_all_files_together_have_a_quota(user_class: type[Account]) -> None:
    """A setting of the service bounds what its disk holds."""

    class SmallSettings(Settings):
        files_quota_mb: int = 1

    async with TestService(archive, SmallSettings) as service:
        admin = await service.client_for(Role.ADMIN)
        first, second = await service.make(Crate), await service.make(Crate)
        assert (await send(admin, first, "a.txt", b"x" * 700_000, "text/plain")).status_code == 201
        refused = await send(admin, second, "a.txt", b"x" * 700_000, "text/plain")
        assert refused.status_code == 409
        assert await count(service) == 1


async def test_a_file_in_quarantine_is_not_downloaded_before_its_release(service: TestService) -> None:
    """Shown as waiting; released once, by whoever scans."""
    admin, vault = await service.client_for(Role.ADMIN), await service.make(Vault)
    where = await sent(admin, vault)
    assert (await admin.get(where)).json()["state"] == "quarantined"
    assert (await admin.get(where + "/content")).status_code == 409
    id_ = UUID(where.rsplit("/", 1)[-1])
    await release(service.runtime, id_)
    assert (await admin.get(where + "/content")).status_code == 200
    with pytest.raises(NotFound):
        await release(service.runtime, id_)


# When things break.


async def test_an_upload_that_is_cut_off_leaves_nothing(
    service: TestService, behind: Backstage, admin: httpx2.AsyncClient, crate: Crate
) -> None:
    """The sender disappears half-way: no row, no file, no place taken."""
    begun = asyncio.Event()

    async def half() -> AsyncIterator[bytes]:
        yield form((FILE, b"x" * 300_000), end=b"")
        begun.set()
        await asyncio.sleep(60)

    upload = asyncio.create_task(
        admin.post(
            f"/crates/{crate.id}/attachments",
            content=half(),
            headers={"Content-Type": "multipart/form-data; boundary=B"},
        )
    )
    await begun.wait()
    assert await count(service) == 1
    assert (await admin.get(f"/crates/{crate.id}/attachments")).json()["items"] == []
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    assert await count(service) == 0
    await settled(behind, files=0)


async def test_a_row_that_goes_while_its_file_comes_takes_the_file_with_it(
    service: TestService, behind: Backstage, admin: httpx2.AsyncClient, crate: Crate
) -> None:
    """The sender is told that there is no such row any more."""
    begun, gate = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        whole = form((FILE, b"x"))
        yield whole[:-10]
        begun.set()
        await gate.wait()
        yield whole[-10:]

    kind = {"Content-Type": "multipart/form-data; boundary=B"}
    upload = asyncio.create_task(admin.post(f"/crates/{crate.id}/attachments", content=slow(), headers=kind))
    await begun.wait()
    assert (await admin.delete(f"/crates/{crate.id}")).status_code == 204
    gate.set()
    assert (await upload).status_code == 404
    assert await count(service) == 0
    await settled(behind, files=0)


async def test_collecting_goes_on_until_it_is_cancelled(
    service: TestService, behind: Backstage, crate: Crate
) -> None:
    """A database that is away for a while does not end it."""
    await service.runtime.database.close()
    rounds = asyncio.create_task(keep_collecting(service.runtime, every=timedelta(milliseconds=1)))
    await asyncio.sleep(0.01)
    await service.runtime.database.connect()
    async with service.runtime.database.work() as work:
        await work.session.execute(
            insert(table).values({**pending(crate), "created_at": now() - timedelta(2)})
        )
    async with asyncio.timeout(60):
        while await count(service):
            await asyncio.sleep(0.01)
    await settled(behind, files=0)
    rounds.cancel()
    with pytest.raises(asyncio.CancelledError):
        await rounds


async def test_what_a_crash_leaves_is_invisible_and_collected(
    service: TestService, behind: Backstage, admin: httpx2.AsyncClient, crate: Crate
) -> None:
    """A pending row, a file whose row is gone, a row whose object is gone, a draft; and nothing else."""
    kept, adrift = await sent(admin, crate), await service.make(Crate)
    await sent(admin, adrift)
    orphaned = await sent(admin, crate)
    behind.leave()
    async with service.runtime.database.work() as work:
        id_ = UUID(orphaned.rsplit("/", 1)[-1])
        await work.session.execute(delete(table).where(table.c.id == id_))
        await work.session.execute(delete(Crate.__table__).where(Crate.__table__.c.id == adrift.id))  # type: ignore[arg-type]
        await work.session.execute(insert(table).values(pending(crate)))
    listed = (await admin.get(f"/crates/{crate.id}/attachments")).json()["items"]
    assert [each["id"] for each in listed] == [kept.rsplit("/", 1)[-1]]

    assert (await collect(service.runtime)).files == 0, "what is young may still be under way"
    hours_ago = now() - timedelta(hours=2)
    async with service.runtime.database.work() as work:
        await work.session.execute(
            update(table).where(table.c.state == "pending").values(created_at=hours_ago)
        )
    # To the storage everything is older than an hour from now.
    found = await collect(service.runtime, grace=timedelta(hours=-1))
    assert (found.rows, found.files, found.drafts) == (1, 1, 1)
    assert await count(service) == 1
    assert (await admin.get(kept + "/content")).status_code == 200
    assert len(behind.names()) == 1


def pending(crate: Crate) -> dict[str, Any]:
    return {
        "id": UUID(int=1),
        "object_type": "crates",
        "object_id": crate.id,
        "name": "a",
        "media_type": "text/plain",
        "size": 0,
        "sha256": "",
        "storage_key": "ab/" + "ab" * 16,
        "state": "pending",
        "created_at": now(),
    }


async def test_a_file_that_the_disk_has_lost_is_not_found(
    service: TestService, behind: Backstage, admin: httpx2.AsyncClient, crate: Crate
) -> None:
    """No 500, and no half answer."""
    where = await sent(admin, crate)
    behind.lose()
    assert (await admin.get(where + "/content")).status_code == 404


def test_a_declaration_names_types_that_can_be_verified() -> None:
    """A type without a check would be a hole; no types would be no attachments."""
    for wrong in (("application/x-sh",), ()):
        with pytest.raises(ValueError, match="cannot be verified"):
            Attachments(types=wrong)
    for max_mb, max_count in ((0, 1), (1, 0), (10_000, 1)):
        with pytest.raises(ValueError, match="max_mb"):
            Attachments(max_mb=max_mb, max_count=max_count)


async def test_every_operation_is_in_the_document(service: TestService) -> None:
    """The form, the types taken and the answers are part of the contract."""
    paths = service.app.openapi()["paths"]
    many = paths["/crates/{id}/attachments"]
    encoding = many["post"]["requestBody"]["content"]["multipart/form-data"]["encoding"]
    assert encoding["file"]["contentType"] == "image/png, application/pdf, text/plain, text/html"
    assert {"201", "409", "413", "415", "422"} <= set(many["post"]["responses"])
    assert {"200", "206", "304", "404", "416"} <= set(
        paths["/crates/{id}/attachments/{attachment_id}/content"]["get"]["responses"]
    )
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert "add_crate_attachment" in names
    assert len(set(names)) == len(names)
