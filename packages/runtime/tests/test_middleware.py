"""What every request passes through (hosts, origins, sizes, limits, deadlines), and what answers carry."""

import asyncio
import gzip
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from backwright.app import create_app
from backwright.context import current
from backwright.errors import Unavailable
from backwright.guard import public
from backwright.settings import Settings
from fastapi import FastAPI, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

OPEN: dict[str, Any] = {"dependencies": [public()]}


def make_app(tmp_path: Path, **given: Any) -> FastAPI:
    settings = Settings(
        _env_file=None,
        environment="test",
        database_url=f"sqlite:///{tmp_path}/test.db",
        files_url=f"file:{tmp_path}/files",
        migrations=tmp_path / "none",
        **given,
    )
    app = create_app(settings, title="Things")

    @app.get("/things/{thing_id}", **OPEN)
    async def thing(thing_id: int) -> dict[str, int]:
        return {"id": thing_id}

    @app.post("/things", **OPEN)
    async def echo(request: Request) -> dict[str, Any]:
        return {"size": len(await request.body()), "ip": current.get().client_ip}

    @app.post("/large", max_body_size=200_000, **OPEN)
    async def large(request: Request) -> dict[str, int]:
        return {"size": len(await request.body())}

    @app.get("/broken", **OPEN)
    async def broken() -> None:
        raise RuntimeError("SELECT secret FROM vault")

    @app.get("/slow", **OPEN)
    async def slow() -> None:
        await asyncio.sleep(30)

    @app.get("/text", **OPEN)
    async def text() -> Response:
        return Response("a" * 5000, media_type="text/plain", headers={"Cache-Control": "public, max-age=60"})

    @app.get("/stream", **OPEN)
    async def stream() -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(4):
                yield b"piece"
                await asyncio.sleep(0.25)

        return StreamingResponse(pieces())

    @app.get("/breaks-off", **OPEN)
    async def breaks_off() -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"piece"
            raise Unavailable("The file store does not answer.")

        return StreamingResponse(pieces())

    return app


class Client(httpx2.AsyncClient):
    """A client of an application in this process, from an address that the test chooses."""

    def __init__(self, app: FastAPI, address: str = "203.0.113.7", **options: Any) -> None:
        transport = httpx2.ASGITransport(app, client=(address, 1234))
        super().__init__(transport=transport, base_url="http://testserver", **options)


@pytest.fixture
async def app(tmp_path: Path) -> AsyncGenerator[FastAPI, None]:
    made = make_app(
        tmp_path, cors_origins=("https://app.example.com",), max_body_kb=64, trusted_proxies=("10.0.0.0/8",)
    )
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[httpx2.AsyncClient, None]:
    async with Client(app) as opened:
        yield opened


def assert_problem(answer: httpx2.Response, status: int, code: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == answer.headers["x-request-id"]


# Headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/things/1", 200),
        ("GET", "/nowhere", 404),
        ("DELETE", "/things/1", 405),
        ("GET", "/broken", 500),
        ("GET", "/docs/errors", 200),
        ("GET", "/health/live", 200),
    ],
)
async def test_security_headers_are_on_every_answer(
    client: httpx2.AsyncClient, method: str, path: str, status: int
) -> None:
    """Refusals and failures included."""
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"]
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers


async def test_production_adds_hsts(tmp_path: Path) -> None:
    """And only production: on localhost it would lock a developer out of http."""
    settings = Settings(
        _env_file=None,
        environment="production",
        public_url="https://api.example.com",
        secret_key="q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB",
        database_url=f"sqlite:///{tmp_path}/test.db",
        files_url=f"file:{tmp_path}/files",
    )
    async with Client(create_app(settings, title="Things")) as client:
        answer = await client.get("https://api.example.com/nowhere")
        docs = await client.get("https://api.example.com/docs")
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert docs.status_code == 404


async def test_what_a_route_says_about_caching_is_left_alone(client: httpx2.AsyncClient) -> None:
    """`no-store` is what holds when nobody says anything."""
    assert (await client.get("/text")).headers["cache-control"] == "public, max-age=60"
    assert (await client.get("/things/1")).headers["cache-control"] == "no-store"


async def test_head_has_the_headers_of_get_and_no_body(client: httpx2.AsyncClient) -> None:
    """On every route that can be read."""
    get, head = await client.get("/text"), await client.head("/text")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == "5000"
    assert head.headers["cache-control"] == get.headers["cache-control"]


# Request ids


async def test_a_well_formed_request_id_is_kept(client: httpx2.AsyncClient) -> None:
    """So that one id leads through several services."""
    answer = await client.get("/nowhere", headers={"X-Request-Id": "abc-123._Z"})
    assert answer.headers["x-request-id"] == "abc-123._Z"
    assert answer.json()["request_id"] == "abc-123._Z"


@pytest.mark.parametrize("forged", ["", "a" * 65, "a b", 'a"b', "a\tb", "ä"])
async def test_any_other_request_id_is_replaced(client: httpx2.AsyncClient, forged: str) -> None:
    """It ends up in logs and must not forge them."""
    answer = await client.get("/things/1", headers=[(b"X-Request-Id", forged.encode())])
    assert answer.headers["x-request-id"] != forged
    assert len(answer.headers["x-request-id"]) == 32


# Hosts and proxies


@pytest.mark.parametrize(
    "host",
    ["evil.example.com", "testserver.evil.com", "eviltestserver", "testserver:80:80", "testserver@evil", ""],
)
async def test_a_host_that_is_not_ours_is_refused(client: httpx2.AsyncClient, host: str) -> None:
    """Whatever trick is played with its name."""
    assert_problem(await client.get("/things/1", headers={"Host": host}), 421, "misdirected")


@pytest.mark.parametrize(
    "host", ["testserver", "TESTSERVER", "testserver:8443", "localhost:8000", "[::1]:8000"]
)
async def test_our_hosts_are_answered_on_any_port(client: httpx2.AsyncClient, host: str) -> None:
    """The counterpart."""
    assert (await client.get("/things/1", headers={"Host": host})).status_code == 200


async def test_probes_are_answered_under_any_host(client: httpx2.AsyncClient) -> None:
    """Orchestrators ask by address."""
    assert (await client.get("/health/live", headers={"Host": "10.1.2.3:8000"})).status_code == 200


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("203.0.113.7", "1.1.1.1", "203.0.113.7"),
        ("10.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.9, 10.0.0.2", "198.51.100.9"),
        ("10.0.0.1", "1.1.1.1, garbage", "10.0.0.1"),
        ("10.0.0.1", "[2001:db8::7]:443", "2001:db8::7"),
    ],
)
async def test_forwarded_addresses_are_believed_from_trusted_proxies_only(
    app: FastAPI, peer: str, forwarded: str, seen: str
) -> None:
    """From the right, up to the first hop that is not ours; what stands left of it is hearsay."""
    async with Client(app, peer) as client:
        answer = await client.post("/things", headers={"X-Forwarded-For": forwarded})
    assert answer.json()["ip"] == seen


# Cross-origin requests


async def test_an_allowed_origin_may_read(client: httpx2.AsyncClient) -> None:
    """Exactly this origin, told to caches."""
    answer = await client.get("/things/1", headers={"Origin": "https://app.example.com"})
    assert answer.headers["access-control-allow-origin"] == "https://app.example.com"
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://app.example.com.evil.com",
        "https://evilapp.example.com",
        "https://app.example.com:8443",
        "http://app.example.com",
        "https://APP.example.com",
        "*",
    ],
)
async def test_any_other_origin_may_not(client: httpx2.AsyncClient, origin: str) -> None:
    """Prefixes, suffixes, other ports and schemes are other origins. Caches are told all the same."""
    answer = await client.get("/things/1", headers={"Origin": origin})
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["vary"] == "Origin"
    preflight = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    assert_problem(await client.options("/things", headers=preflight), 403, "forbidden")


async def test_a_preflight_is_answered_with_what_is_allowed(client: httpx2.AsyncClient) -> None:
    """No route is needed, and no quota is used."""
    answer = await client.options(
        "/things", headers={"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"}
    )
    assert answer.status_code == 204
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    assert "ratelimit" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


# Sizes


async def test_a_body_over_the_limit_is_refused_by_its_announced_length(client: httpx2.AsyncClient) -> None:
    """Before a byte of it is read."""
    assert_problem(await client.post("/things", content=b"x" * 65_537), 413, "too_large")
    assert (await client.post("/things", content=b"x" * 65_536)).json()["size"] == 65_536


async def test_a_body_over_the_limit_is_refused_while_it_streams(client: httpx2.AsyncClient) -> None:
    """A chunked body announces nothing; no more than the limit is ever held."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10_000_000:
            sent += 8192
            yield b"x" * 8192

    assert_problem(await client.post("/things", content=endless()), 413, "too_large")
    assert sent < 100_000


async def test_a_route_may_have_a_limit_of_its_own(client: httpx2.AsyncClient) -> None:
    """FastAPI's `max_body_size` raises it for that route only."""
    assert (await client.post("/large", content=b"x" * 150_000)).json()["size"] == 150_000
    assert_problem(await client.post("/large", content=b"x" * 200_001), 413, "too_large")


async def test_compressed_bodies_are_refused(client: httpx2.AsyncClient) -> None:
    """A few kilobytes of gzip can be gigabytes of body."""
    bomb = gzip.compress(b"0" * 10_000_000)
    answer = await client.post("/things", content=bomb, headers={"Content-Encoding": "gzip"})
    assert_problem(answer, 415, "unsupported_media_type")
    assert answer.headers["accept-encoding"] == "identity"


async def test_headers_are_bounded(client: httpx2.AsyncClient) -> None:
    """In number and in size."""
    many = [(f"X-H{number}", "v") for number in range(120)]
    assert_problem(await client.get("/things/1", headers=many), 431, "headers_too_large")
    assert_problem(await client.get("/things/1", headers={"X-Big": "x" * 40_000}), 431, "headers_too_large")


@pytest.mark.parametrize("name", ["Host", "Authorization", "Content-Length"])
async def test_a_header_that_may_come_once_must_not_come_twice(app: FastAPI, name: str) -> None:
    """Two readers could believe different ones."""
    values = {"Host": b"testserver", "Authorization": b"Bearer x", "Content-Length": b"0"}
    raw = [(b"host", b"testserver")] if name != "Host" else []
    raw += [(name.lower().encode(), values[name])] * 2
    status, _ = await call(app, raw)
    assert status == 400


# Rate limit


async def test_answers_tell_what_is_left_and_the_quota_holds(tmp_path: Path) -> None:
    """Exactly as many as allowed, then 429 with the time to wait."""
    app = make_app(tmp_path, rate_limit="3/minute")
    async with app.router.lifespan_context(app), Client(app) as client:
        answers = [await client.get("/things/1") for _ in range(4)]
        probe = await client.get("/health/live")
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"default";q=3;w=60'
    assert answers[0].headers["ratelimit"] == '"default";r=2;t=60'
    assert_problem(answers[3], 429, "rate_limited")
    assert int(answers[3].headers["retry-after"]) <= 60
    assert answers[3].headers.get_list("ratelimit") == ['"default";r=0;t=60']
    assert answers[3].json()["violated-policies"] == ["default"]
    assert probe.status_code == 200
    assert "ratelimit" not in probe.headers


async def test_neither_forged_addresses_nor_forged_tokens_are_a_fresh_quota(tmp_path: Path) -> None:
    """Who proves nothing counts as the address that the connection comes from."""
    app = make_app(tmp_path, rate_limit="3/minute")
    async with app.router.lifespan_context(app), Client(app) as client:
        answers = [
            await client.get(
                "/things/1", headers={"X-Forwarded-For": f"1.1.1.{n}", "Authorization": f"Bearer forged-{n}"}
            )
            for n in range(5)
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]


async def test_the_quota_is_counted_before_the_body_is_read(tmp_path: Path) -> None:
    """A refused upload costs nothing."""
    app = make_app(tmp_path, rate_limit="1/minute")
    async with app.router.lifespan_context(app), Client(app) as client:
        await client.get("/things/1")
        read = False

        async def body() -> AsyncIterator[bytes]:
            nonlocal read
            read = True
            yield b"x"

        assert (await client.post("/things", content=body())).status_code == 429
    assert not read


# Failures and deadlines


async def test_a_failure_tells_nothing_but_the_request_id(
    client: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The log line with that id has the stack, once."""
    answer = await client.get("/broken")
    assert_problem(answer, 500, "internal")
    assert "SELECT" not in answer.text
    assert "RuntimeError" not in answer.text
    stacks = [each for each in caplog.records if each.exc_info and each.name.startswith("backwright")]
    assert len(stacks) == 1
    assert "vault" in str(stacks[0].exc_info)


async def test_an_answer_that_breaks_off_is_no_fault_of_the_service(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """A download whose store goes away: a warning that names the store, no stack; and the answer stays incomplete."""
    caplog.set_level(logging.WARNING)
    status, body = await call(app, [(b"host", b"testserver")], path="/breaks-off")
    assert status == 200
    assert body == b"piece"
    (record,) = [each for each in caplog.records if each.name.startswith("backwright")]
    assert record.levelno == logging.WARNING
    assert record.reason == "The file store does not answer."  # type: ignore[attr-defined]
    assert record.exc_info is None


async def test_a_request_over_its_deadline_is_cancelled(tmp_path: Path) -> None:
    """503, and the handler's work is undone by its cancellation."""
    app = make_app(tmp_path, request_timeout_s=0.05)
    async with app.router.lifespan_context(app), Client(app) as client:
        answer = await client.get("/slow")
    assert_problem(answer, 503, "unavailable")
    assert "retry-after" in answer.headers


async def test_a_crowd_is_refused_at_once_but_not_probes_senders_and_readers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When as many wait as may, the next one is told when to come back; when they are gone, all is as before."""
    monkeypatch.setattr("backwright.middleware.CROWD", 2)
    async with Client(make_app(tmp_path)) as client:
        reading = asyncio.create_task(client.get("/stream"))
        waiting = [asyncio.create_task(client.get("/slow"))]
        await asyncio.sleep(0.05)
        assert (
            await client.get("/things/1")
        ).status_code == 200  # the answer that is being read does not count
        waiting.append(asyncio.create_task(client.get("/slow")))
        await asyncio.sleep(0.05)
        refused = await client.get("/things/1")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert (await client.get("/health/live")).status_code == 200
        assert (await client.post("/things", content=b"content")).status_code == 200
        for task in waiting:
            task.cancel()
        await asyncio.wait([reading, *waiting])
        assert reading.result().status_code == 200
        assert (await client.get("/things/1")).status_code == 200


async def test_an_answer_under_way_may_take_its_time(tmp_path: Path) -> None:
    """The deadline is for the first byte: a large download is not cut off."""
    app = make_app(tmp_path, request_timeout_s=0.5)
    async with app.router.lifespan_context(app), Client(app) as client:
        assert (await client.get("/stream")).text == "piece" * 4


async def test_a_caller_who_leaves_is_no_failure(app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    """No stack is logged for it."""
    status, _ = await call(
        app,
        [(b"host", b"testserver"), (b"transfer-encoding", b"chunked")],
        method="POST",
        path="/things",
        messages=[{"type": "http.disconnect"}],
    )
    assert status == 499
    assert not [each for each in caplog.records if each.exc_info and each.name.startswith("backwright")]


# Compression


async def test_large_answers_are_compressed_small_ones_and_tokens_are_not(client: httpx2.AsyncClient) -> None:
    """Compressing answers of /auth would let their length leak what they hold."""
    large = await client.get("/text", headers={"Accept-Encoding": "gzip"})
    assert large.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in large.headers["vary"]
    small = await client.get("/things/1", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


async def call(
    app: FastAPI,
    headers: list[tuple[bytes, bytes]],
    *,
    method: str = "GET",
    path: str = "/things/1",
    messages: list[dict[str, Any]] | None = None,
) -> tuple[int | None, bytes]:
    """Send a request that no well-behaved client can be made to send."""
    waiting = list(messages or [{"type": "http.request", "body": b""}])
    sent: list[Any] = []

    async def receive() -> Any:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("203.0.113.7", 1),
        "server": ("testserver", 80),
        "scheme": "http",
        "http_version": "1.1",
        "asgi": {"version": "3.0"},
    }
    await app(scope, receive, send)
    starts = [message["status"] for message in sent if message["type"] == "http.response.start"]
    return (starts[0] if starts else None), b"".join(message.get("body", b"") for message in sent)


async def test_a_middleware_of_the_service_runs_inside(tmp_path: Path) -> None:
    """What it answers by itself carries the same headers, and counts."""
    app = make_app(tmp_path)

    class Maintenance:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                await Response("closed", 503)(scope, receive, send)
            else:
                await self.app(scope, receive, send)

    app.add_middleware(Maintenance)
    async with app.router.lifespan_context(app), Client(app) as client:
        answer = await client.get("/things/1")
    assert answer.status_code == 503
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "ratelimit" in answer.headers
