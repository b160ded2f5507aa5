"""A commit of somebody else's repository, read without checking it out and without running anything of it."""

import subprocess
from pathlib import Path

import pytest
from backwright_workbench.errors import UserError
from backwright_workbench.workspace.history import read_commit, uncommitted


def git(root: Path, *arguments: str) -> str:
    """Git in a directory, as somebody."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    done = subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one commit on `main`."""
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/app.py").write_text("x = 1\n" * 20)
    (tmp_path / "shop/logo.png").write_bytes(b"\x89PNG")
    (tmp_path / "shop/link.py").symlink_to("app.py")
    (tmp_path / "other.py").write_bytes(b"y = '\xe4'\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "one")
    return tmp_path


def test_the_files_of_the_commit_are_read(root: Path) -> None:
    """Not what lies in the directory now, and no link."""
    (root / "shop/app.py").write_text("x = 2\n")
    assert read_commit(root, "main").reading.files == {"other.py": "y = 'ä'\n", "shop/app.py": "x = 1\n" * 20}
    assert git(root, "status", "--porcelain") == "M shop/app.py"


def test_a_directory_of_a_repository_is_a_project(root: Path) -> None:
    """Its paths begin there."""
    assert list(read_commit(root / "shop", "HEAD").reading.files) == ["app.py"]


def test_what_others_did_on_the_base_since_does_not_count(root: Path) -> None:
    """The commit where both part is what is compared with."""
    first = git(root, "rev-parse", "HEAD")
    git(root, "checkout", "-q", "-b", "change")
    git(root, "commit", "-qm", "mine", "--allow-empty")
    git(root, "checkout", "-q", "main")
    (root / "shop/app.py").write_text("x = 3\n")
    git(root, "commit", "-qam", "theirs")
    git(root, "checkout", "-q", "change")
    commit = read_commit(root, "main")
    assert commit.name == f"main at {first[:8]}"
    assert commit.reading.files["shop/app.py"] == "x = 1\n" * 20


def test_files_that_moved_are_known(root: Path) -> None:
    """By their old names."""
    git(root, "mv", "shop/app.py", "shop/main.py")
    git(root, "commit", "-qm", "move")
    assert read_commit(root, "HEAD~1").renamed == {"shop/app.py": "shop/main.py"}
    assert read_commit(root / "shop", "HEAD~1").renamed == {"app.py": "main.py"}


@pytest.mark.parametrize("base", ["nowhere", "--output=x", "HEAD:shop", "main..main", ""])
def test_what_is_no_commit_is_refused(root: Path, base: str) -> None:
    """An option is no commit either."""
    with pytest.raises(UserError, match="no commit"):
        read_commit(root, base)
    assert not (root / "x").exists()


def test_without_a_repository_there_is_nothing_to_compare_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the words of git."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UserError, match="no commit"):
        read_commit(tmp_path, "main")


def test_filters_of_the_repository_are_not_run(root: Path) -> None:
    """Checking out would run them."""
    script = root / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch {root}/was-run\ncat\n")
    script.chmod(0o755)
    for key in ("filter.x.smudge", "filter.x.clean", "filter.x.process", "core.fsmonitor", "diff.x.textconv"):
        git(root, "config", key, str(script))
    (root / ".gitattributes").write_text("*.py filter=x diff=x\n")
    (root / ".git/info/attributes").write_text("*.py filter=x diff=x\n")
    read_commit(root, "main")
    assert not (root / "was-run").exists()


def test_before_the_first_commit_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    """So that a hook works from the beginning; another name is a mistake all the same."""
    git(tmp_path, "init", "-q")
    assert read_commit(tmp_path, "HEAD").reading.files == {}
    with pytest.raises(UserError, match="no commit"):
        read_commit(tmp_path, "main")


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_what_is_not_committed_is_known_without_running_filters(tmp_path: Path, form: str) -> None:
    """Changed, or unknown to git; line ends do not count, and what is not there is nothing."""
    git(tmp_path, "init", "-q", f"--object-format={form}")
    for name in ("same.py", "changed.py", "ends.py"):
        (tmp_path / name).write_text("x = 1\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "one")
    (tmp_path / "changed.py").write_text("x = 2\n")
    (tmp_path / "ends.py").write_bytes(b"x = 1\r\n")
    (tmp_path / "new.py").write_text("x = 1\n")
    script = tmp_path / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\ncat\n")
    script.chmod(0o755)
    git(tmp_path, "config", "filter.x.clean", str(script))
    (tmp_path / ".git/info/attributes").write_text("*.py filter=x\n")
    asked = ["same.py", "changed.py", "ends.py", "new.py", "gone.py"]
    assert uncommitted(tmp_path, asked) == ["changed.py", "new.py"]
    assert not (tmp_path / "was-run").exists()
