"""Programs that npm fetches for tests: once, into a folder that git ignores, for this run and the next ones."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

CACHE = Path(__file__).resolve().parents[3] / "var" / "npm"
"""Ignored by git: what npm fetched once stays."""


def node() -> str:
    """The program that runs them."""
    return shutil.which("node") or missing_node("node is not installed")


def fetched(package: str, version: str) -> Path:
    """The folder of a package; of several processes that look for it at once, one fetches it."""
    npm = shutil.which("npm") or missing_node(f"npm is not installed, so {package} cannot run")
    folder = CACHE / "node_modules" / package
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "fetching").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "package.json").exists():
            options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", "--silent"]
            got = subprocess.run([npm, "install", *options, f"{package}@{version}"], cwd=CACHE, timeout=180)
            if got.returncode:
                missing_node(f"npm could not fetch {package}")
    return folder


def missing_node(reason: str) -> NoReturn:
    """A failure where the pipeline says that it has node (`CI_NODE`), else a skip that can be seen."""
    if os.environ.get("CI") and os.environ.get("CI_NODE"):
        pytest.fail(f"{reason}, and CI_NODE says that it must")
    pytest.skip(reason)
