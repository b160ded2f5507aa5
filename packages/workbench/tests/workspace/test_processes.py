"""Processes: what they print is streamed, and none of them outlives its block."""

import os
import sys
import time
from pathlib import Path

import pytest
from backwright_workbench.errors import SetupError
from backwright_workbench.workspace.processes import clean_environment, run, start


def python(program: str) -> list[str]:
    """A command that runs a short program."""
    return [sys.executable, "-c", program]


def is_alive(pid: int) -> bool:
    """Whether a process exists that is more than a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def gone_soon(pid: int) -> bool:
    """Whether the process ends within a minute; a killed one may take a moment."""
    end = time.monotonic() + 60
    while is_alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not is_alive(pid)


def test_running_returns_code_and_output(tmp_path: Path) -> None:
    """Both streams, in order, and the exit code; the last line needs no newline."""
    program = "import sys; print('one', flush=True); sys.stderr.write('two'); sys.exit(3)"
    finished = run(python(program), cwd=tmp_path)
    assert (finished.code, finished.output, finished.ok) == (3, ("one", "two"), False)


def test_lines_come_while_the_process_still_runs(tmp_path: Path) -> None:
    """Progress is seen when it happens, and a second loop goes on where the first stopped."""
    program = (
        "import os, time; print('first', flush=True)\n"
        "while not os.path.exists('seen'): time.sleep(0.01)\n"
        "print('second')"
    )
    with start(python(program), cwd=tmp_path, timeout=60) as running:
        for line in running:
            assert line == "first"
            assert not running.is_over
            (tmp_path / "seen").touch()
            break
        assert list(running) == ["second"]
        assert running.finished().output == ("first", "second")


def test_a_process_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    """The error tells the last lines; neither the process nor what it started goes on."""
    program = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True); time.sleep(60)\n"
    )
    with pytest.raises(SetupError, match="took too long") as slow:
        run(python(program), cwd=tmp_path, timeout=5)
    assert slow.value.why is not None
    child = int(slow.value.why.splitlines()[-1])
    assert gone_soon(child)


def test_leaving_the_block_ends_the_process(tmp_path: Path) -> None:
    """An interrupt in the middle leaves nothing running."""
    with (
        pytest.raises(KeyboardInterrupt),
        start(python("import time; time.sleep(60)"), cwd=tmp_path, timeout=None) as running,
    ):
        raise KeyboardInterrupt
    assert running.is_over
    assert not is_alive(running.pid)


def test_a_program_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    """The message names the program and what to check."""
    with pytest.raises(SetupError, match="no-such-program cannot be started") as refused:
        run(["no-such-program"], cwd=tmp_path)
    assert "installed" in str(refused.value)


def test_nothing_of_the_shell_reaches_a_clean_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that a developer's shell points to is out of reach for a service in the making."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:///precious.db")
    program = (
        "import os; print(os.environ.get('DATABASE_URL'), os.environ.get('GIVEN'), 'PATH' in os.environ)"
    )
    finished = run(python(program), cwd=tmp_path, env=clean_environment(GIVEN="yes"))
    assert finished.output == ("None yes True",)
    assert os.environ["DATABASE_URL"] == "sqlite:///precious.db"
