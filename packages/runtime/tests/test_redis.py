"""Redis is asked quickly, given up quickly, and taken back by itself; the service never waits for it twice."""

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
import uvloop
from backwright.redis import Down, Redis, UnknownScript, packed
from backwright.redis_connection import Connection
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from services import HANGS, PATIENT, RedisServer, free_port, redis_server, until

GET = packed("GET", "key")


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as started:
        yield started


@asynccontextmanager
async def connected(
    url: str, service: str = "office", *, timeout: float = PATIENT, there: bool = True
) -> AsyncIterator[Redis]:
    """Connected once the block begins; if the server is not `there`, tried for a second."""
    redis = Redis(url, service=service, timeout=timeout)
    await redis.start()
    try:
        if there:
            await until(lambda: redis.up)
        yield redis
    finally:
        await redis.close()


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines about Redis; those of others, who may still be at work, are not meant."""
    return [each.message for each in caplog.records if each.name == "backwright.redis"]


async def test_answers_come_to_those_who_asked(server: RedisServer) -> None:
    """A thousand at once over one connection, each with its own."""
    async with connected(server.url) as redis:
        await asyncio.gather(*(redis.send(packed("SET", f"k{n}", n)) for n in range(1000)))
        found = await asyncio.gather(*(redis.send(packed("GET", f"k{n}")) for n in range(1000)))
        assert found == [str(n).encode() for n in range(1000)]


async def test_whoever_stops_waiting_does_not_shift_the_answers_of_others(server: RedisServer) -> None:
    """A client that leaves cancels its request; the answer comes nevertheless, and goes to nobody."""
    async with connected(server.url) as redis:
        await redis.send(packed("SET", "key", "mine"))
        left, kept = redis.send(packed("PING")), redis.send(GET)
        left.cancel()
        assert await kept == b"mine"


async def test_a_hanging_redis_is_waited_for_once(server: RedisServer) -> None:
    """Those who were waiting are let go together; those who come later do not wait at all."""
    async with connected(server.url, timeout=HANGS) as redis:
        server.pause()
        async with asyncio.timeout(50 * HANGS):  # one after the other it would be twice as long
            found = await asyncio.gather(*(redis.send(GET) for _ in range(100)), return_exceptions=True)
        assert {type(each) for each in found} == {Down}
        assert f"no answer within {HANGS * 1000:.0f} ms" in str(found[0])
        for _ in range(100):
            with pytest.raises(Down):
                redis.send(GET)  # not awaited: there is nothing to wait for
        server.resume()
        await until(lambda: redis.up)
        assert await redis.send(GET) is None


async def test_a_killed_redis_is_gone_at_once_and_back_by_itself(server: RedisServer) -> None:
    """Without anybody's request being the probe."""
    async with connected(server.url) as redis:
        server.kill()
        await until(lambda: not redis.up)
        with pytest.raises(Down):
            await redis.ping()
        server.start()
        await until(lambda: redis.up)
        await redis.ping()
        assert redis.losses == 1


async def test_a_silent_loss_is_noticed_though_nobody_asks(server: RedisServer) -> None:
    """What one believes of the others is no older than the heartbeat."""
    async with connected(server.url, timeout=HANGS) as redis:
        server.pause()
        await until(lambda: not redis.up)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_stall_of_this_process_is_not_taken_for_one_of_redis(
    server: RedisServer, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    """The answer lay unread in the socket. Loops differ in whether they look at clocks or at sockets first."""

    async def stalling() -> None:
        async with connected(server.url, timeout=HANGS) as redis:
            near, far = socket.socketpair()
            asyncio.get_running_loop().add_reader(near, lambda: near.recv(1) and time.sleep(2 * HANGS))
            for _ in range(3):
                far.send(b"x")
                assert await redis.send(GET) is None
            assert redis.losses == 0
            asyncio.get_running_loop().remove_reader(near)
            near.close()
            far.close()

    run(stalling())


async def test_a_busy_redis_is_waited_for_as_long_as_it_answers_within_reason() -> None:
    """Answers of ours that come one by one are no silence; but nobody waits for more than five timeouts."""

    left = asyncio.Event()

    async def answer_slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readexactly(len(GET)):
                await asyncio.sleep(0.06)
                writer.write(b"+OK\r\n")
                await writer.drain()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        left.set()

    busy = await asyncio.start_server(answer_slowly, "127.0.0.1", 0)
    port = busy.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(lambda: Connection(0.25, lambda _: None), "127.0.0.1", port)
    assert await asyncio.gather(*(connection.send(GET) for _ in range(8))) == [b"OK"] * 8
    found = await asyncio.gather(*(connection.send(GET) for _ in range(40)), return_exceptions=True)
    assert 0 < found.count(b"OK") < 40
    assert isinstance(found[-1], Down)
    async with busy, asyncio.timeout(PATIENT):
        await left.wait()


async def test_the_service_starts_without_redis(caplog: pytest.LogCaptureFixture) -> None:
    """After a second at most, and says so."""
    with caplog.at_level(logging.INFO, "backwright.redis"):
        async with (
            asyncio.timeout(PATIENT),
            connected(f"redis://127.0.0.1:{free_port()}", there=False) as redis,
        ):
            assert not redis.up
    assert said(caplog) == ["redis is down"]


async def test_each_change_is_one_line(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """However often it is tried, and however many requests do without."""
    with caplog.at_level(logging.INFO, "backwright.redis"):
        async with connected(server.url) as redis:
            server.kill()
            await until(lambda: not redis.up)
            await asyncio.sleep(0.6)
            server.start()
            await until(lambda: redis.up)
    assert said(caplog) == ["redis is up", "redis is down", "redis is up"]


async def test_news_reach_the_other_processes_and_not_oneself(server: RedisServer) -> None:
    """When `told` returns, Redis has passed them on; other services hear nothing."""
    async with (
        connected(server.url) as one,
        connected(server.url) as two,
        connected(server.url, "shop") as shop,
    ):
        heard: list[tuple[str, str]] = []
        for name, each in (("one", one), ("two", two), ("shop", shop)):
            each.listen("colour", lambda text, name=name: heard.append((name, text)))  # type: ignore[misc]
        one.tell("colour", "dark red")
        one.tell("size", "nobody listens to this")
        await one.told()
        await two.ping()  # news come before the answer to what is asked after them
        assert heard == [("two", "dark red")]


async def test_nobody_waits_to_tell_a_redis_that_is_down(server: RedisServer) -> None:
    """Nor gets an exception."""
    async with connected(server.url, timeout=HANGS) as redis, asyncio.timeout(PATIENT):
        server.pause()
        redis.tell("colour", "red")
        await redis.told()
        redis.tell("colour", "blue")
        await redis.told()


async def test_whoever_listens_is_told_of_gaps(server: RedisServer) -> None:
    """When Redis goes, and again when it is back, before anybody can use it."""
    redis, gaps = Redis(server.url, service="office", timeout=PATIENT), list[bool]()
    redis.at_gaps(lambda: gaps.append(redis.up))
    await redis.start()
    await until(lambda: redis.up)
    assert gaps == [True]
    server.kill()
    await until(lambda: not redis.up)
    server.start()
    await until(lambda: redis.up)
    assert gaps == [True, False, True]
    await redis.close()


async def test_user_password_and_database_of_the_url_are_used() -> None:
    """And a wrong password is said in one line, without the password."""
    with redis_server("--user", "app", "on", ">hunter2", "~*", "&*", "+@all") as server:
        url = server.url.replace("//", "//app:hunter2@").replace("/0", "/3")
        async with connected(url) as redis:
            await redis.send(packed("SET", "key", "there"))
            assert b"db=3" in await redis.send(packed("CLIENT", "INFO"))


async def test_a_wrong_password_is_said_without_it(caplog: pytest.LogCaptureFixture) -> None:
    """The service goes on without Redis."""
    with redis_server("--requirepass", "right") as server:
        with caplog.at_level(logging.INFO, "backwright.redis"):
            async with connected(server.url.replace("//", "//:hunter2@"), there=False) as redis:
                assert not redis.up
        [line] = [each for each in caplog.records if each.name == "backwright.redis"]
        assert "WRONGPASS" in line.__dict__["reason"]
        assert "hunter2" not in str(line.__dict__)


async def test_a_redis_that_cannot_store_is_no_redis() -> None:
    """Full, or a read-only replica: it is found out when connecting, and by the next command that it refuses."""
    with redis_server("--maxmemory", "10mb", "--maxmemory-policy", "noeviction") as server:
        async with connected(server.url) as redis:
            assert redis.up
            await redis.send(packed("CONFIG", "SET", "maxmemory", 1))
            with pytest.raises(Down, match="OOM"):
                await redis.send(packed("SET", "key", "value"))
            await asyncio.sleep(0.3)
            assert not redis.up


async def test_an_unknown_script_is_no_failure(server: RedisServer) -> None:
    """Redis was restarted: whoever asked sends the text."""
    async with connected(server.url) as redis:
        with pytest.raises(UnknownScript):
            await redis.send(packed("EVALSHA", "0" * 40, 0))
        assert redis.up


async def test_somebody_else_on_the_port_is_no_redis() -> None:
    """What does not speak the protocol is left."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n")
        await writer.drain()
        writer.close()

    other = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = other.sockets[0].getsockname()[1]
    async with other, connected(f"redis://127.0.0.1:{port}", there=False) as redis:
        assert not redis.up


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 by an authority that nobody knows."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return folder


async def test_tls_is_used_and_the_certificate_is_checked(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger with a certificate of their own is not talked to; `SSL_CERT_FILE` names whom to trust."""
    port = free_port()
    files = ["--tls-cert-file", f"{certificate}/cert.pem", "--tls-key-file", f"{certificate}/key.pem"]
    options = ["--tls-port", str(port), *files, "--tls-auth-clients", "no"]
    with redis_server(*options):
        async with connected(f"rediss://127.0.0.1:{port}", there=False) as redis:
            assert not redis.up
        monkeypatch.setenv(ssl.get_default_verify_paths().openssl_cafile_env, f"{certificate}/cert.pem")
        async with connected(f"rediss://127.0.0.1:{port}") as redis:
            assert await redis.send(GET) is None
