"""Trees of files: nothing leaves its root, nothing is half written, nothing is overwritten."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from backwright_workbench.errors import InternalError, UserError
from backwright_workbench.workspace.trees import (
    inside,
    new_directory,
    read_file,
    read_tree,
    remove,
    write_file,
    write_tree,
)


@pytest.mark.parametrize("path", ["../out", "/etc/passwd", "a/../../out", "", ".", "a\0b"])
def test_no_path_leaves_the_root(tmp_path: Path, path: str) -> None:
    """Absolute paths, parents, empty paths and NUL are refused before anything is touched."""
    with pytest.raises(InternalError, match="leaves"):
        inside(tmp_path, path)


def test_no_path_leaves_the_root_by_a_symbolic_link(tmp_path: Path) -> None:
    """A folder that is a link to elsewhere does not become a way out."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(InternalError, match="leaves"):
        write_tree(root, {"link/out.txt": "text"})
    assert not (tmp_path / "out.txt").exists()


def test_a_tree_reads_back_as_it_was_written(tmp_path: Path) -> None:
    """What is written in folders of any depth is read again by the same paths."""
    files = {"a.txt": "one\n", "b/c/d.txt": "zwei drei ä\n", ".github/workflows/ci.yml": "on: push\n"}
    write_tree(tmp_path, files)
    assert read_tree(tmp_path) == files


def test_reading_a_tree_leaves_out_what_nobody_wrote(tmp_path: Path) -> None:
    """Caches, data, secrets, binaries, hidden folders and symbolic links are not source."""
    write_tree(tmp_path, {"a.py": "1\n", "var/x.txt": "data", "__pycache__/a.txt": "", ".venv/b.py": "2"})
    (tmp_path / ".env").write_text("SECRET=1")
    (tmp_path / "image.bin").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "link.py").symlink_to(tmp_path / "a.py")
    assert read_tree(tmp_path) == {"a.py": "1\n"}


def test_a_new_directory_appears_complete(tmp_path: Path) -> None:
    """Until the block ends there is nothing at the target; then all of it is there, and nothing beside it."""
    target = tmp_path / "service"
    with new_directory(target) as place:
        write_tree(place, {"a.txt": "1"})
        assert not target.exists()
    assert read_tree(target) == {"a.txt": "1"}
    assert os.listdir(tmp_path) == ["service"]


def test_a_new_directory_may_exist_when_empty(tmp_path: Path) -> None:
    """An empty target is as good as none."""
    target = tmp_path / "service"
    target.mkdir()
    with new_directory(target) as place:
        write_tree(place, {"a.txt": "1"})
    assert read_tree(target) == {"a.txt": "1"}


def fill_and_raise(place: Path, trouble: type[BaseException]) -> None:
    """Work that fails after a part of it is written."""
    write_tree(place, {"a.txt": "1"})
    raise trouble


@pytest.mark.parametrize("trouble", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failed_block_leaves_nothing(tmp_path: Path, trouble: type[BaseException]) -> None:
    """Errors, Ctrl-C and termination alike."""
    with pytest.raises(trouble), new_directory(tmp_path / "service") as place:
        fill_and_raise(place, trouble)
    assert os.listdir(tmp_path) == []


def test_a_full_directory_is_refused_untouched(tmp_path: Path) -> None:
    """Nothing is overwritten; the message says what to do instead."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="not empty") as refused, new_directory(tmp_path):
        pass
    assert "--into" in str(refused.value)
    assert read_tree(tmp_path) == {"mine.txt": "mine"}


def test_a_target_filled_in_the_meantime_is_refused(tmp_path: Path) -> None:
    """Somebody else's file that appeared during the work is not overwritten either."""
    target = tmp_path / "service"
    with pytest.raises(UserError, match="not empty"), new_directory(target):
        write_tree(target, {"mine.txt": "mine"})
    assert read_tree(target) == {"mine.txt": "mine"}


def test_a_file_and_the_current_directory_are_refused_as_targets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither can be replaced by a directory in one step."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="is a file"), new_directory(tmp_path / "file"):
        pass
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(UserError, match="current directory"), new_directory(Path()):
        pass


def test_what_a_killed_process_left_is_swept_by_the_next(tmp_path: Path) -> None:
    """kill -9 leaves nothing at the target, and what it leaves beside it goes with the next run."""
    target = tmp_path / "service"
    program = (
        "import sys, time; from pathlib import Path\n"
        "from backwright_workbench.workspace.trees import new_directory\n"
        f"with new_directory(Path({str(target)!r})) as place:\n"
        "    (place / 'half.txt').write_text('half'); print('ready', flush=True); time.sleep(60)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        with new_directory(tmp_path / "other"):
            pass
        with new_directory(target) as place:
            assert len(list(tmp_path.glob(".service.*"))) == 2, "ours, and one in use"
            write_tree(place, {"first.txt": "1"})
        (target / "first.txt").unlink()
        child.send_signal(signal.SIGKILL)
        child.wait(60)
    assert len(list(tmp_path.glob(".service.*"))) == 1
    with new_directory(target) as place:
        write_tree(place, {"whole.txt": "1"})
    assert sorted(os.listdir(tmp_path)) == ["other", "service"]
    assert read_tree(target) == {"whole.txt": "1"}


def test_a_secret_file_is_never_readable_by_others(tmp_path: Path) -> None:
    """The mode is there before the content is."""
    write_file(tmp_path / ".env", "A=1\n", mode=0o600)
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    write_file(tmp_path / ".env", "A=2\n", mode=0o600)
    assert (tmp_path / ".env").read_text() == "A=2\n"
    assert os.listdir(tmp_path) == [".env"]


def test_removing_is_confined_and_forgiving(tmp_path: Path) -> None:
    """Files and folders go; what is not there is no trouble; what is elsewhere stays."""
    root = tmp_path / "root"
    write_tree(root, {"a.txt": "1", "folder/b.txt": "2", "c.txt": "3"})
    for path in ("a.txt", "folder", "absent"):
        remove(root, path)
    assert read_tree(root) == {"c.txt": "3"}
    with pytest.raises(InternalError, match="leaves"):
        remove(root, "../root")


def test_reading_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    """Absent, a directory, too large, not UTF-8: one clear message each."""
    (tmp_path / "big").write_text("x" * 11)
    (tmp_path / "latin").write_bytes("Größe".encode("latin-1"))
    with pytest.raises(UserError, match="cannot be read") as absent:
        read_file(tmp_path / "nothing", what="brief")
    assert "check the path" in str(absent.value)
    with pytest.raises(UserError, match="the brief cannot be read"):
        read_file(tmp_path, what="brief")
    with pytest.raises(UserError, match="too large"):
        read_file(tmp_path / "big", what="brief", limit=10)
    with pytest.raises(UserError, match="not UTF-8"):
        read_file(tmp_path / "latin", what="brief")


def test_reading_drops_a_byte_order_mark(tmp_path: Path) -> None:
    """Editors on Windows write one; it is no part of the text."""
    (tmp_path / "brief").write_bytes(b"\xef\xbb\xbfimplement")
    assert read_file(tmp_path / "brief", what="brief") == "implement"
