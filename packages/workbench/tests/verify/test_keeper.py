"""Nothing is left behind, however a verification ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from backwright.testing_servers import SERVERS
from backwright_workbench.workspace.processes import VERIFICATION
from sqlalchemy.engine import make_url
from verify_planting import postgresql

PROGRAM = """
WAIT = '''
import os, signal, time
signal.signal(signal.SIGTERM, getattr(signal, os.environ["DEAF"]))
time.sleep(60)
'''
import os, subprocess, sys, time
from pathlib import Path
from backwright_workbench.verify.keeper import Keeper
from backwright_workbench.workspace.processes import clean_environment
from backwright.testing_servers import SERVERS

with Keeper() as keeper:
    folder = Path(sys.argv[1]); folder.mkdir(); (folder / "file").write_text("x")
    keeper.folder(folder)
    child = subprocess.Popen(
        [sys.executable, "-c", WAIT],
        env=clean_environment(DEAF=os.environ["DEAF"]), start_new_session=True)
    if sys.argv[2:]:
        keeper.databases("postgresql")
        type(SERVERS["postgresql"])(keeper.prefix).create()
    print(child.pid, keeper.prefix, flush=True)
    time.sleep(float(os.environ["HOLD"]))
"""


def started(
    folder: Path, *arguments: str, hold: str = "60", deaf: str = "SIG_DFL"
) -> "tuple[subprocess.Popen[str], int, str]":
    """A process that has made things, the process that it has started, and how the names of its databases begin."""
    verifying = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "HOLD": hold, "DEAF": deaf},
        start_new_session=True,
    )
    assert verifying.stdout is not None
    with verifying.stdout as printed:
        child, prefix = printed.readline().split()
        return verifying, int(child), prefix


def is_gone(process: int) -> bool:
    """Whether there is no such process any more; one that nobody has waited for counts as gone."""
    try:
        return "Z" in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True


def wait_until_gone(folder: Path, child: int) -> None:
    """The keeper works after the other process has ended."""
    until = time.monotonic() + 20
    while (folder.exists() or not is_gone(child)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not folder.exists()
    assert is_gone(child)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are found by /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_what_was_made_goes_when_the_process_is_ended(tmp_path: Path, number: signal.Signals) -> None:
    """Folders go and processes end, also one that does not listen to SIGTERM and has left its group."""
    folder = tmp_path / "made"
    verifying, child, _ = started(folder, deaf="SIG_IGN" if number == signal.SIGKILL else "SIG_DFL")
    os.killpg(verifying.pid, number)
    verifying.wait(20)
    wait_until_gone(folder, child)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are found by /proc")
def test_what_was_made_goes_at_the_end(tmp_path: Path) -> None:
    """And the process waits for that."""
    folder = tmp_path / "made"
    verifying, child, _ = started(folder, hold="0")
    verifying.wait(30)
    assert not folder.exists()
    assert is_gone(child)


def test_databases_go_when_the_process_is_killed(tmp_path: Path) -> None:
    """Those that were made for this verification, and no others."""
    postgresql()
    server = SERVERS["postgresql"]
    kept = server.create()
    folder = tmp_path / "made"
    verifying, child, prefix = started(folder, "database")
    assert len(server.named(prefix)) == 1
    os.killpg(verifying.pid, signal.SIGKILL)
    verifying.wait(20)
    wait_until_gone(folder, child)
    assert server.named(prefix) == []
    assert make_url(kept).database in server.named("backwright_test_")
    server.drop(kept)


def test_the_mark_is_there_only_as_long_as_the_verification() -> None:
    """Processes that are started afterwards are none of its business."""
    from backwright_workbench.verify.keeper import Keeper

    before = os.environ.get(VERIFICATION)
    with Keeper():
        assert os.environ[VERIFICATION] != before
    assert os.environ.get(VERIFICATION) == before
