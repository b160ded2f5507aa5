"""Accounts of tenants, on every engine.

A process has one table `users`, and that of the other tests has no column for a tenant. So these tests
(`alone/accounts_of_tenants.py` and its like, which read as specifications) run in a process of their own.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ALONE = Path(__file__).parent / "alone"


@pytest.mark.parametrize("file", ["accounts_of_tenants.py", "providers_of_tenants.py"])
def test_accounts_belong_to_tenants(engine: str, file: str) -> None:
    """Every sentence of the specification holds; what fails is shown as it is."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--noconftest",
        "-p",
        "no:cacheprovider",
        "-n",
        "0",
        str(ALONE / file),
    ]
    given = {**os.environ, "BACKWRIGHT_TEST_DATABASES": engine}
    given["PYTHONPATH"] = os.pathsep.join(map(str, (ALONE, ALONE.parent)))
    given.pop("PYTEST_XDIST_WORKER", None)
    ended = subprocess.run(command, capture_output=True, text=True, env=given, check=False, timeout=600)
    assert ended.returncode == 0, ended.stdout[-20_000:] + ended.stderr[-2_000:]
    assert " passed" in ended.stdout or "100%" in ended.stdout
