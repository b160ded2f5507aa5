"""A service that is set to a bucket: what its environment must say, and how it starts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from backwright import configuration
from backwright.app import create_app
from backwright.s3_storage import S3Storage
from backwright.settings import Settings
from backwright.storage import Misconfigured
from pydantic import ValidationError
from services import free_port

TOKEN = "mt-9f8e7d6c5b4a3928"


def settings(folder: Path, **changed: Any) -> Settings:
    given: dict[str, Any] = {
        "environment": "test",
        "database_url": f"sqlite:///{folder}/data/test.db",
        "migrations": folder / "none",
        "metrics_token": TOKEN,
        "files_url": "s3://bucket",
    }
    return Settings(_env_file=None, **{**given, **changed})


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "REGION", "DEFAULT_REGION"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)


def test_credentials_come_from_the_usual_variables_or_from_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names that every AWS client knows, and …_FILE for mounted secrets; neither is ever printed."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-key")
    file = tmp_path / "secret"
    file.write_text("hunter2\n")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY_FILE", str(file))
    found = settings(tmp_path)
    assert (found.s3_access.key_id, found.s3_access.secret) == ("a-key", "hunter2")
    assert "hunter2" not in repr(found) + repr(found.s3_access) + configuration.explain(found)
    assert "a-key" not in configuration.explain(found)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"files_url": "s3://key:secret@bucket"}, "must not hold credentials"),
        ({"aws_access_key_id": "a"}, "go together"),
        ({"aws_secret_access_key": "a"}, "go together"),
        ({"aws_access_key_id": "a", "aws_secret_access_key_file": "/nowhere"}, "cannot be read"),
        ({"files_direct_url": "http://s3/bucket"}, "without a path"),
        ({"files_url": "file:./var/files", "files_direct_url": "https://s3"}, "is for S3 only"),
    ],
)
def test_half_a_configuration_is_refused(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    """Before anything is opened, with what to set."""
    with pytest.raises(ValidationError, match=said):
        settings(tmp_path, **changed)


def test_a_missing_client_is_told_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is not part of every installation."""
    monkeypatch.setattr("backwright.s3_place.find_spec", lambda name: None)
    with pytest.raises(ValidationError, match=r"install backwright-runtime\[s3\]"):
        settings(tmp_path)
    settings(tmp_path, files_url="file:./var/files")


async def test_a_service_starts_on_a_bucket_and_is_ready(
    tmp_path: Path, s3_servers: Callable[[str], Any]
) -> None:
    """Every setting arrives where it is used."""
    server = s3_servers("moto")
    keys = {"aws_access_key_id": "S3RVER", "aws_secret_access_key": "S3RVER"}
    found = settings(
        tmp_path, files_url=server.url(server.bucket()), files_direct_url=server.endpoint, **keys
    )
    made = create_app(found, title="Things")
    assert isinstance(made.state.runtime.storage, S3Storage)
    assert made.state.runtime.storage.direct is not None
    async with made.router.lifespan_context(made):
        assert await _ready(made) == (200, "ready", "ok")


async def test_a_service_starts_without_its_bucket_and_says_degraded(tmp_path: Path) -> None:
    """What needs no files is served, so that the probe takes no process away; operators read what is wrong."""
    url = f"s3://bucket?endpoint=http://127.0.0.1:{free_port()}&path_style=true"
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    made = create_app(settings(tmp_path, files_url=url, **keys), title="Things")
    async with made.router.lifespan_context(made):
        status, word, files = await _ready(made)
    assert (status, word) == (200, "degraded")
    assert "cannot be read or written" in files


async def test_a_public_bucket_refuses_the_start(tmp_path: Path, s3_servers: Callable[[str], Any]) -> None:
    """A service that would show its files to everybody does not run."""
    server = s3_servers("moto")
    bucket = server.bucket()
    server.client.put_bucket_acl(Bucket=bucket, ACL="public-read")
    keys = {"aws_access_key_id": "S3RVER", "aws_secret_access_key": "S3RVER"}
    made = create_app(settings(tmp_path, files_url=server.url(bucket), **keys), title="Things")
    with pytest.raises(Misconfigured, match="lets everybody in"):
        async with made.router.lifespan_context(made):
            pass
    await made.state.runtime.storage.close()
    await made.state.runtime.database.close()


async def _ready(app: Any) -> tuple[int, str, str]:
    transport = httpx2.ASGITransport(app, client=("203.0.113.7", 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
        answer = await client.get("/health/ready", headers={"Authorization": f"Bearer {TOKEN}"})
    return answer.status_code, answer.json()["status"], answer.json()["checks"]["files"]
