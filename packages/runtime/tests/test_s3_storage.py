"""A bucket: large files in parts, nothing half-written, and a server that is away is told about at once."""

import asyncio
import os
import socket
import threading
import time
import tracemalloc
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from backwright import s3_client, s3_sending
from backwright.context import now
from backwright.errors import Unavailable
from backwright.s3_place import S3Access, S3Place
from backwright.s3_sending import PART
from backwright.s3_storage import S3Storage
from backwright.storage import Misconfigured, greet, new_key, put
from services import PATIENT, free_port


@pytest.fixture
def server(s3_servers: Callable[[str], Any]) -> Any:
    """The server that knows the whole interface and verifies signatures."""
    return s3_servers("moto")


@pytest.fixture
def bucket(server: Any) -> str:
    name: str = server.bucket()
    return name


@pytest.fixture
async def storage(server: Any, bucket: str) -> AsyncGenerator[S3Storage, None]:
    opened: S3Storage = server.storage(bucket)
    yield opened
    await opened.close()


async def stream(content: bytes) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(content), 65_536):
        yield content[start : start + 65_536]


async def read(storage: S3Storage, key: str) -> bytes:
    return b"".join([piece async for piece in await storage.open(key)])


# Large files.


@pytest.mark.parametrize("kind", ["moto", "s3rver"])
@pytest.mark.parametrize("size", [PART, PART + 1, 2 * PART + 5])
async def test_a_large_file_is_sent_in_parts(
    s3_servers: Callable[[str], Any], kind: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes back whole; up to the size of a part it is one call."""
    server = s3_servers(kind)
    storage = server.storage(server.bucket())
    called, call = [], storage.client.call

    async def counted(operation: str, **params: Any) -> Any:
        called.append(operation)
        return await call(operation, **params)

    monkeypatch.setattr(storage.client, "call", counted)
    content = os.urandom(size)
    stored = await put(storage, stream(content))
    assert await read(storage, stored.key) == content
    assert called.count("upload_part") == (0 if size <= PART else -(-size // PART))
    await storage.close()


async def test_what_cannot_be_sent_whole_is_not_there(
    server: Any, bucket: str, storage: S3Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that fails takes the others with it."""
    whole = s3_sending._send_part

    async def second_fails(*given: Any) -> Any:
        if given[-1] == 2:
            raise Unavailable
        return await whole(*given)

    monkeypatch.setattr(s3_sending, "_send_part", second_fails)
    with pytest.raises(Unavailable):
        await put(storage, stream(b"x" * (PART + 1)))
    await storage.close()
    assert server.client.list_objects_v2(Bucket=bucket).get("Contents", []) == []
    assert server.client.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


async def test_parts_that_a_crash_left_are_swept(server: Any, bucket: str, storage: S3Storage) -> None:
    """When they are old, and not while somebody may still be sending."""
    begun = server.client.create_multipart_upload(Bucket=bucket, Key=f"files/{new_key()}")
    assert begun["UploadId"]
    # moto says of every upload that it began in 2010.
    assert await storage.sweep(datetime(2009, 1, 1, tzinfo=UTC)) == 0
    assert await storage.sweep(now()) == 1
    assert server.client.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


async def test_a_large_file_takes_little_memory_on_our_side(s3_servers: Callable[[str], Any]) -> None:
    """Forty-eight megabytes pass through in a few; the server is another process."""
    server = s3_servers("s3rver")
    storage = server.storage(server.bucket())
    await storage.check()

    async def zeros() -> AsyncGenerator[bytes, None]:
        for _ in range(768):
            yield b"\0" * 65_536

    tracemalloc.start()
    try:
        stored = await put(storage, zeros())
        async for _ in await storage.open(stored.key):
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        await storage.close()
    assert stored.size == 48 * 1024 * 1024
    assert peak < 8 * 1024 * 1024


async def test_more_than_a_page_of_files_is_listed(
    storage: S3Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page is a batch, in order."""
    kept = sorted([(await put(storage, stream(b"x"))).key for _ in range(5)])
    call = storage.client.call

    async def two_at_a_time(operation: str, **params: Any) -> Any:
        return await call(operation, **params, **({"MaxKeys": 2} if operation == "list_objects_v2" else {}))

    monkeypatch.setattr(storage.client, "call", two_at_a_time)
    batches = [batch async for batch in storage.keys(now() + timedelta(hours=1))]
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert [key for batch in batches for key in batch] == kept


async def test_only_what_is_below_the_prefix_is_ours(server: Any, bucket: str, storage: S3Storage) -> None:
    """Objects of others in the bucket are neither listed nor swept."""
    server.client.put_object(Bucket=bucket, Key="other/file", Body=b"x")
    server.client.put_object(Bucket=bucket, Key="files/readme.txt", Body=b"x")
    assert [batch async for batch in storage.keys(now() + timedelta(hours=1)) if batch] == []
    assert await storage.sweep(now() + timedelta(hours=1)) == 0


async def test_an_object_says_nothing_that_a_browser_would_run(
    server: Any, bucket: str, storage: S3Storage
) -> None:
    """Should the bucket ever be opened: no HTML is shown from it."""
    stored = await put(storage, stream(b"<script>1</script>"))
    found = server.client.head_object(Bucket=bucket, Key=f"files/{stored.key}")
    assert (found["ContentType"], found["ContentDisposition"]) == ("application/octet-stream", "attachment")


# The check at the start.


async def test_a_bucket_that_is_not_there_refuses_the_start(server: Any) -> None:
    """An operator is told what to create."""
    storage = server.storage("no-such-bucket")
    with pytest.raises(Misconfigured, match="there is no bucket no-such-bucket"):
        await greet(storage)
    await storage.close()


async def test_wrong_credentials_refuse_the_start(server: Any, bucket: str) -> None:
    """And are not mistaken for a server that is away."""
    storage = server.storage(bucket, secret="wrong")
    with pytest.raises(Misconfigured, match="credentials"):
        await greet(storage)
    await storage.close()


PUBLIC_POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", '
    '"Action": "s3:GetObject", "Resource": "arn:aws:s3:::%s/*"}]}'
)


async def test_a_public_access_list_refuses_the_start(server: Any, bucket: str) -> None:
    """Everybody could read the files; with public access blocked, nobody can."""
    server.client.put_bucket_acl(Bucket=bucket, ACL="public-read")
    storage = server.storage(bucket)
    with pytest.raises(Misconfigured, match="access list"):
        await greet(storage)
    with pytest.raises(Misconfigured, match="access list"):
        await put(storage, stream(b"x"))
    _block(server, bucket)
    await greet(storage)
    await storage.close()


async def test_a_public_policy_refuses_the_start(server: Any, bucket: str) -> None:
    """A statement for everybody; with public access blocked it does not count."""
    server.client.put_bucket_policy(Bucket=bucket, Policy=PUBLIC_POLICY % bucket)
    storage = server.storage(bucket)
    with pytest.raises(Misconfigured, match="policy"):
        await greet(storage)
    _block(server, bucket)
    await greet(storage)
    await storage.close()


def _block(server: Any, bucket: str) -> None:
    every = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    server.client.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(every, True)
    )


async def test_a_server_that_cannot_be_asked_is_told_about(
    s3_servers: Callable[[str], Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Not every server knows the question; the operator has to look then."""
    server = s3_servers("s3rver")
    storage = server.storage(server.bucket())
    await greet(storage)
    await storage.close()
    assert "does not say whether the bucket is public" in caplog.text


# A server that is away.


def away(port: int) -> S3Storage:
    place = S3Place.parse(f"s3://bucket?endpoint=http://127.0.0.1:{port}&region=eu-central-1&path_style=true")
    return S3Storage(place, S3Access("key", "secret"))


@pytest.fixture
def black_hole() -> Iterator[int]:
    """A port that takes connections and never answers."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take() -> None:
            with suppress(OSError):
                while True:
                    held.append(listening.accept()[0])

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
        for each in held:
            each.close()


async def test_a_server_that_refuses_connections_is_unavailable() -> None:
    """For everything that is asked, soon, with a word on when to come again; the start goes on."""
    storage = away(free_port())
    await greet(storage)
    for ask in (storage.ping, lambda: put(storage, stream(b"x")), lambda: storage.open(new_key())):
        with pytest.raises(Unavailable) as refused:
            async with asyncio.timeout(PATIENT):
                await ask()
        assert refused.value.headers["Retry-After"] == "5"
    await storage.close()


async def test_a_server_that_does_not_answer_is_left_alone_for_a_moment(
    black_hole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first caller waits for the bound, those behind him for nothing."""
    monkeypatch.setattr(s3_client, "CALL_SECONDS", 1)
    monkeypatch.setitem(s3_client._CONFIG, "read_timeout", 2)
    monkeypatch.setattr(s3_client, "PAUSE_SECONDS", PATIENT)
    storage = away(black_hole)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await storage.ping()
    assert time.monotonic() - began > 0.9
    began = time.monotonic()
    for _ in range(50):  # one after the other
        with pytest.raises(Unavailable):
            await storage.ping()
    assert time.monotonic() - began < 25, "not half as long as if each had waited"
    await storage.close()


async def test_a_server_that_comes_back_is_used_again(
    server: Any, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started without it, the check is made up for before the first file."""
    monkeypatch.setattr(s3_client, "PAUSE_SECONDS", 0.05)
    storage = server.storage(bucket)
    there = storage.client._endpoint
    storage.client._endpoint = f"http://127.0.0.1:{free_port()}"
    await greet(storage)
    storage.client._endpoint = there
    await storage.close()
    await asyncio.sleep(0.06)
    stored = await put(storage, stream(b"x"))
    assert await read(storage, stored.key) == b"x"
    await storage.close()


async def test_clearing_away_without_a_server_is_left_to_the_collector(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What nobody waits for fails without anybody noticing but the log."""
    storage = away(free_port())
    storage.delete_later([new_key()])
    await storage.close()
    assert "left to the collector" in caplog.text
