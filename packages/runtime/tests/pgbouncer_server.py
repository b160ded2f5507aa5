"""A PgBouncer of a test's own in front of the PostgreSQL server for tests, in transaction mode."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import services
from sqlalchemy.engine import make_url

SETTINGS = "extra_float_digits,jit,statement_timeout,lock_timeout,idle_in_transaction_session_timeout"
"""What the service sets for each session, and PgBouncer is told to pass over."""


def program() -> str:
    """The program. Where it is not installed the test is skipped; `.ci/run` installs it where it can."""
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None and os.environ.get("CI_PGBOUNCER"):
        pytest.fail("pgbouncer is not installed")
    return found or pytest.skip("pgbouncer is not installed (apt-get install pgbouncer)")


def keeps_statements() -> bool:
    """Whether this PgBouncer keeps prepared statements in transaction mode: from 1.21 on."""
    said = subprocess.run([program(), "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"(\d+)\.(\d+)", said)
    assert version is not None, said
    return (int(version[1]), int(version[2])) >= (1, 21)


@contextmanager
def pgbouncer(ignored: str, *, statements: int = 0) -> Iterator[int]:
    """The port of a started one with four connections to the server for each database."""
    server, port, folder = make_url(services.postgresql()), services.free_port(), Path(tempfile.mkdtemp())
    there = f"host={server.host or '127.0.0.1'} port={server.port or 5432} user={server.username or 'root'}"
    if server.password:
        there += f" password={server.password}"
    lines = [
        "[databases]", f"* = {there}", "[pgbouncer]", "listen_addr = 127.0.0.1", f"listen_port = {port}",
        "unix_socket_dir =", "auth_type = any", "pool_mode = transaction", "default_pool_size = 4",
        f"ignore_startup_parameters = {ignored}", f"logfile = {folder}/log",
        *([f"max_prepared_statements = {statements}"] if statements else []),
    ]  # fmt: skip
    (folder / "pgbouncer.ini").write_text("\n".join(lines) + "\n")
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        for each in (folder, folder / "pgbouncer.ini"):
            shutil.chown(each, user)
    process = subprocess.Popen(
        [program(), str(folder / "pgbouncer.ini")], user=user, cwd=folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        services.wait_for_port(port)
        yield port
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
