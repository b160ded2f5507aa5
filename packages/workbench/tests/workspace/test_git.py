"""The history of a new service: as far as git is there, and never a reason to fail."""

import subprocess
from pathlib import Path

import pytest
from backwright_workbench.workspace.git import begin


@pytest.fixture
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git that knows of no person."""
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")


def git(directory: Path, *arguments: str) -> str:
    """What git prints about a directory."""
    return subprocess.run(
        ["git", "-C", str(directory), *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.mark.usefixtures("nobody")
def test_everything_is_committed_by_the_person_git_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tree is clean afterwards, and ignored files stay out."""
    config = tmp_path / "gitconfig"
    config.write_text("[user]\nname = Ada\nemail = ada@example.com\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    service = tmp_path / "service"
    service.mkdir()
    (service / "a.txt").write_text("1")
    (service / ".env").write_text("SECRET=1")
    (service / ".gitignore").write_text(".env\n")
    found = begin(service, "Write it")
    assert (found.made, found.committed, found.reason) == (True, True, "")
    assert git(service, "log", "--format=%an %ae %s") == "Ada ada@example.com Write it"
    assert git(service, "status", "--porcelain") == ""
    assert git(service, "ls-files").split() == [".gitignore", "a.txt"]
    assert git(service, "branch", "--show-current") == "main"


@pytest.mark.usefixtures("nobody")
def test_without_an_identity_the_files_stay_uncommitted(tmp_path: Path) -> None:
    """Nobody's name is made up; the reason says what to do."""
    (tmp_path / "a.txt").write_text("1")
    found = begin(tmp_path, "Write it")
    assert (found.made, found.committed) == (True, False)
    assert "user.name" in found.reason


def test_without_git_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without git still gets its service."""
    monkeypatch.setenv("PATH", str(tmp_path))
    found = begin(tmp_path, "Write it")
    assert (found.made, found.committed) == (False, False)
    assert "not installed" in found.reason
