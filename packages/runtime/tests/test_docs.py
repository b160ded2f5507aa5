"""The API description is served from the wheel, works offline, and loosens no rule of the browser."""

import gzip
import re
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx2
import pytest
from backwright.app import create_app
from backwright.settings import Settings
from fastapi import FastAPI


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    settings = Settings(
        _env_file=None,
        environment="test",
        database_url=f"sqlite:///{tmp_path}/test.db",
        files_url=f"file:{tmp_path}/files",
        migrations=tmp_path / "none",
    )
    return create_app(settings, title="Things & <more>")


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[httpx2.AsyncClient, None]:
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as opened:
        yield opened


async def test_requests_for_the_pages_are_counted_under_their_routes(
    app: FastAPI, client: httpx2.AsyncClient
) -> None:
    """What is served without a FastAPI route has a template all the same; what has none is unmatched."""
    async with app.router.lifespan_context(app):
        await client.get("/docs")
        await client.get("/openapi.json")
        await client.get("/docs/assets/0/none.js")
        await client.get("/no/such/page")
        counted = (await client.get("/metrics")).text
    routes = set(re.findall(r'http_requests_total\{method="GET",route="([^"]+)"', counted))
    assert routes == {"/docs", "/openapi.json", "/docs/assets/{digest}/{name}", "unmatched"}


async def test_everything_that_the_page_needs_comes_from_the_service(client: httpx2.AsyncClient) -> None:
    """No other host, no inline script; names with a hash may be kept for good."""
    page = await client.get("/docs")
    assert "<title>Things &amp; &lt;more&gt;</title>" in page.text
    assert not re.search(r"https?://", page.text)
    assert not re.search(r"<script(?![^>]*src=)", page.text)
    for address in re.findall(r'(?:src|href)="(docs/[^"]+)"', page.text):
        answer = await client.get(f"/{address}", headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


async def test_the_page_has_a_policy_of_its_own(client: httpx2.AsyncClient) -> None:
    """Scripts and styles of this origin, nothing else; the rest of the API stays at `none`."""
    policy = (await client.get("/docs")).headers.get_list("content-security-policy")
    assert len(policy) == 1
    assert "script-src 'self';" in policy[0]
    assert "unsafe" not in policy[0]
    other = (await client.get("/openapi.json")).headers["content-security-policy"]
    assert other == "default-src 'none'; frame-ancestors 'none'"


async def test_assets_are_sent_as_they_are_stored_or_unpacked(client: httpx2.AsyncClient) -> None:
    """For a client without gzip too."""
    page = (await client.get("/docs")).text
    (address,) = re.findall(r'src="(docs/[^"]+bundle.js)"', page)
    packed = await client.get(f"/{address}", headers={"Accept-Encoding": "gzip"})
    plain = await client.get(f"/{address}", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, 9, mtime=0))


@pytest.mark.parametrize("path", ["/docs/assets/0000000000000000/docs.js", "/docs/assets/x/..%2f..%2fapp.py"])
async def test_no_other_file_can_be_asked_for(client: httpx2.AsyncClient, path: str) -> None:
    """Names are looked up, not opened."""
    assert (await client.get(path)).status_code == 404


async def test_the_document_is_revalidated_not_resent(client: httpx2.AsyncClient) -> None:
    """By its ETag."""
    first = await client.get("/openapi.json")
    assert first.json()["openapi"] == "3.1.0"
    second = await client.get("/openapi.json", headers={"If-None-Match": first.headers["etag"]})
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["etag"] == first.headers["etag"]
