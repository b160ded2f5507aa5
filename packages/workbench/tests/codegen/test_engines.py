"""The engines that a brief names: what the files of the service say about them, and that what they say works."""

import itertools
import tomllib
from pathlib import Path
from typing import Any

import pytest
from backwright.configuration import load
from backwright.settings import Settings
from backwright_workbench.blueprint.model import Blueprint, Stores
from backwright_workbench.codegen import write
from backwright_workbench.codegen.engines import ENGINES, addresses, asked, bucket, engines
from ruamel.yaml import YAML

COMBINATIONS = [
    Stores(database=database, cache=cache, files=files)
    for database, cache, files in itertools.product(
        ("sqlite", "postgresql", "mariadb"), ("memory", "redis"), ("local", "s3")
    )
]


def on(blueprint: Blueprint, stores: Stores) -> dict[str, str]:
    """The files of the same service with other stores."""
    return write(blueprint.model_copy(update={"stores": stores}))


def parsed(text: str) -> Any:
    """YAML as values."""
    return YAML(typ="safe").load(text)


@pytest.mark.parametrize("stores", COMBINATIONS, ids=str)
def test_a_file_says_what_is_needed_and_nothing_else(work_orders: Blueprint, stores: Stores) -> None:
    """The engines of the stores are in each file that speaks of engines; others are in none."""
    files = on(work_orders, stores)
    requirement = tomllib.loads(files["pyproject.toml"])["project"]["dependencies"][0]
    settings = {engine.setting for engine in engines(stores)}
    for engine in ENGINES.values():
        wanted = engine in engines(stores)
        assert (engine.extra in requirement) == wanted
        assert (f"| {engine.asked} (" in files["docs/backend-setup.md"]) == wanted
        set_to = engine.setting in settings
        assert (f"{engine.setting}:" in files["compose.yaml"]) == set_to
        assert (f"`{engine.setting}=" in files["docs/backend-setup.md"]) == set_to
        assert (f"\n# {engine.setting}=" in files[".env.example"].partition("# Settings of")[0]) == set_to


@pytest.mark.parametrize("stores", COMBINATIONS, ids=str)
def test_the_compose_file_holds_together(work_orders: Blueprint, stores: Stores) -> None:
    """What a container waits for is there and tells when it is well; what it mounts is declared."""
    described = parsed(on(work_orders, stores)["compose.yaml"])
    for name, each in described["services"].items():
        for needed, how in each.get("depends_on", {}).items():
            other = described["services"][needed]
            assert how["condition"] != "service_healthy" or "healthcheck" in other, f"{name} → {needed}"
        for mount in each.get("volumes", ()):
            assert mount.partition(":")[0] in described["volumes"]
    waits = set(described["services"]["serve"]["depends_on"])
    assert ("redis" in waits, "bucket" in waits) == (stores.cache == "redis", stores.files == "s3")


@pytest.mark.parametrize(("database", "container"), [("postgresql", "postgres"), ("mariadb", "mariadb")])
def test_the_database_of_the_compose_file_is_the_one_that_was_asked_for(
    work_orders: Blueprint, database: Any, container: str
) -> None:
    """Its container is waited for, its address given to every process, its password made in the docs."""
    files = on(work_orders, Stores(database=database))
    described = parsed(files["compose.yaml"])["services"]
    assert set(described) == {"migrate", "serve", container}
    assert described["migrate"]["depends_on"] == {container: {"condition": "service_healthy"}}
    password = f"{container.upper()}_PASSWORD"
    address = f"{database}://work_orders:${{{password}:?make one with openssl rand -hex 24}}@{container}:"
    for each in ("migrate", "serve"):
        assert described[each]["environment"]["DATABASE_URL"].startswith(address)
    assert password in described[container]["environment"]
    assert f"export {password}=" in files["docs/backend-setup.md"]


def test_the_lines_to_uncomment_are_taken_by_the_settings(
    work_orders: Blueprint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With them the service is on the engines; without them, on the same file, it is embedded."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "REDIS_URL", "FILES_URL"):
        monkeypatch.delenv(name, raising=False)
    text = write(work_orders)[".env.example"]
    (tmp_path / ".env").write_text(text)
    assert load(Settings).database_url.startswith("sqlite:")
    for name in addresses(work_orders):
        text = text.replace(f"\n# {name}=", f"\n{name}=", 1)
    (tmp_path / ".env").write_text(text)
    settings = load(Settings)
    assert settings.database_url == "postgresql://work_orders:PASSWORD@localhost:5432/work_orders"
    assert (settings.rate_limit_store, settings.cache_store) == ("redis", "redis")
    assert settings.files_url.startswith("s3://work-orders-files?")
    assert settings.s3_access.secret == "PASSWORD"


@pytest.mark.parametrize(
    ("database", "container", "port"), [("postgresql", "postgres", "5432"), ("mariadb", "mariadb", "3306")]
)
def test_the_suite_runs_on_the_database_in_its_continuous_integration(
    work_orders: Blueprint, database: Any, container: str, port: str
) -> None:
    """With a server beside it; a service that was not asked to run there has neither."""
    files = on(work_orders, Stores(database=database))
    workflow = parsed(files[".github/workflows/ci.yml"])["jobs"]["check"]
    assert workflow["services"][container]["ports"] == [f"{port}:{port}"]
    assert workflow["steps"][-1]["env"]["BACKWRIGHT_TEST_DATABASES"] == database
    assert f"BACKWRIGHT_TEST_DATABASES={database}" in files["docs/backend-testing.md"]
    assert container not in on(work_orders, Stores())[".github/workflows/ci.yml"]


def test_the_runbook_says_what_mariadb_cannot(work_orders: Blueprint) -> None:
    """What a failed migration leaves, and who may empty the audit log; elsewhere neither is so."""
    for database, is_said in (("mariadb", True), ("postgresql", False), ("sqlite", False)):
        text = on(work_orders, Stores(database=database))["docs/runbook.md"]  # type: ignore[arg-type]
        assert ("stays done" in text, "TRUNCATE" in text) == (is_said, is_said)
        assert ("mariadb-dump" in text) == is_said


def test_a_bucket_has_a_name_that_every_server_takes(work_orders: Blueprint) -> None:
    """Three characters at least and 63 at most, also for the shortest and the longest service."""
    for service in ("x", "y" * 60):
        assert 3 <= len(bucket(work_orders.model_copy(update={"service": service}))) <= 63


def test_engines_are_named_in_a_row() -> None:
    """As people write it, however many there are."""
    assert asked(Stores()) == ""
    assert asked(Stores(cache="redis")) == "Redis"
    assert asked(Stores(database="postgresql", files="s3")) == "PostgreSQL and S3"
    assert asked(Stores(database="postgresql", cache="redis", files="s3")) == "PostgreSQL, Redis and S3"
