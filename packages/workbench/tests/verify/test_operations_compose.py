"""operations/compose: what Compose starts comes up, keeps its data and is closed."""

from pathlib import Path

import pytest
from backwright_workbench.verify import yaml_files
from backwright_workbench.verify.checks.operations.compose_reach import Said
from backwright_workbench.verify.checks.operations.compose_rules import findings
from backwright_workbench.verify.opening import Opened
from verify_planting import EXAMPLE, checked, faults, passed, planted

COMPOSE = "operations/compose"
FILE = "compose.yaml"
GOOD = (EXAMPLE / FILE).read_text()
POSTGRES = "    image: postgres:17-bookworm\n"
HEALTH = '      test: ["CMD", "redis-cli", "ping"]\n'

PLANTED = {
    "database-open-to-all": (
        POSTGRES,
        f'{POSTGRES}    ports: ["5432:5432"]\n',
        "port 5432 of postgres is open",
    ),
    "database-open-on-zero": (
        POSTGRES,
        f'{POSTGRES}    ports:\n      - "0.0.0.0:5432:5432"\n',
        "is open to every network",
    ),
    "database-open-in-long-form": (
        POSTGRES,
        f"{POSTGRES}    ports:\n      - target: 5432\n        published: 15432\n",
        "port 5432 of postgres is open",
    ),
    "database-open-by-default": (
        POSTGRES,
        f'{POSTGRES}    ports: ["${{AT:-0.0.0.0}}:5432:5432"]\n',
        "is open to every",
    ),
    "latest": ("image: redis:7-bookworm", "image: redis:latest", "redis:latest of redis has no version"),
    "no-tag": ("image: redis:7-bookworm", "image: redis", "has no version"),
    "latest-by-default": ("image: redis:7-bookworm", "image: redis:${TAG:-latest}", "has no version"),
    "password-in-the-file": (
        "      POSTGRES_USER: work_orders\n",
        "      POSTGRES_USER: work_orders\n      APP_PASSWORD: hunter2\n",
        "APP_PASSWORD of postgres stands in the file",
    ),
    "password-by-default": (
        "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?make one with openssl rand -hex 24}",
        "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-postgres}",
        "POSTGRES_PASSWORD of postgres stands in the file",
    ),
    "password-in-an-address": (
        "${POSTGRES_PASSWORD:?make one with openssl rand -hex 24}@postgres",
        "hunter2@postgres",
        "DATABASE_URL of migrate has a password in it",
    ),
    "no-password-at-all": (
        "      POSTGRES_USER: work_orders\n",
        "      POSTGRES_HOST_AUTH_METHOD: trust\n",
        "postgres asks for no password",
    ),
    "not-waited-for": (
        "      redis:\n        condition: service_healthy\n",
        "      redis:\n        condition: service_started\n",
        "serve does not wait until redis is healthy",
    ),
    "waits-for-ever": (
        HEALTH,
        "      disable: true\n",
        "waits for the health of redis, which has no healthcheck",
    ),
    "waits-for-nothing": (
        "      bucket:\n        condition",
        "      buckets:\n        condition",
        "depends on buckets",
    ),
    "no-volume": (
        "      - postgres:/var/lib/postgresql/data\n",
        "      - /var/lib/postgresql/data\n",
        "in no named volume",
    ),
    "volume-not-declared": ("\n  s3:\n" + "", "\n", ""),
    "misspelt-key": (
        "    mem_limit: 512m\n",
        "    memory_limit: 512m\n",
        "'memory_limit' is nothing that a service has",
    ),
    "no-limit": ("    mem_limit: 512m\n", "", "serve has no limit of memory"),
    "privileged": ("    init: true\n", "    privileged: true\n", "serve has privileged: true"),
    "docker-socket": (
        "    init: true\n",
        "    volumes_from: []\n    cap_add: [SYS_ADMIN]\n",
        "is given all rights of root",
    ),
}
PLANTED["volume-not-declared"] = (
    "  data:\n  postgres:\n",
    "  postgres:\n",
    "the volume data is not declared",
)


def said(text: str) -> list[Said]:
    (document,) = yaml_files.documents(text)
    return list(findings(document, FILE))


@pytest.mark.parametrize(("before", "after", "what"), PLANTED.values(), ids=PLANTED)
def test_a_weak_file_is_found(before: str, after: str, what: str) -> None:
    """Each fault alone, at a line of the file."""
    assert GOOD.count(before) == 1, GOOD.count(before)
    text = GOOD.replace(before, after)
    found = [each.fault for each in said(text)]
    assert [each for each in found if what in each.what], found
    assert all(0 < int(each.place.rpartition(":")[2]) <= text.count("\n") for each in found)


def test_a_restart_policy_is_missed_where_nothing_ends_by_itself() -> None:
    """The service and its stores run for ever; what migrates does not."""
    found = [each.fault.what for each in said(GOOD.replace("    restart: unless-stopped\n", ""))]
    assert found == [f"{name} has no restart policy" for name in ("serve", "postgres", "redis", "s3")]


def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """All of it comes up in the right order, and only the service can be reached."""
    assert passed(checked(good, COMPOSE, tmp_path))


def test_an_open_database_fails(good: Opened, tmp_path: Path) -> None:
    """At the line that opens it."""
    edits = {FILE: (POSTGRES, f'{POSTGRES}    ports: ["5432:5432"]\n')}
    with planted(good, tmp_path, edits, same_tables=False) as opened:
        found = faults(checked(opened, COMPOSE, tmp_path))
    assert "compose.yaml:49: port 5432 of postgres is open to every network" in found
