"""The state of a tree as a hash: it changes with what counts, and with nothing else."""

from pathlib import Path

import pytest
from backwright_workbench.verify.fingerprint import fingerprint
from backwright_workbench.verify.opening import snapshot


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small project."""
    root = tmp_path / "project"
    for path in ("src/shop/main.py", "tests/test_shop.py", ".github/workflows/ci.yml", "README.md"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)
    return root


@pytest.mark.parametrize(
    "path", ["src/shop/main.py", "README.md", ".github/workflows/ci.yml", "src/shop/new.py"]
)
def test_it_changes_with_every_file_that_counts(tree: Path, path: str) -> None:
    """Content, a new file, a removed one."""
    before = fingerprint(tree)
    (tree / path).write_text("other")
    changed = fingerprint(tree)
    (tree / path).unlink()
    assert len({before, changed, fingerprint(tree)}) == (3 if path != "src/shop/new.py" else 2)


@pytest.mark.parametrize(
    "path", [".env", ".coverage", "var/service.db", ".backwright/evidence/x", ".git/HEAD"]
)
def test_it_does_not_change_with_what_a_service_is_not(tree: Path, path: str) -> None:
    """Local secrets, data, evidence and history; nothing of it is copied either."""
    before = fingerprint(tree)
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    (tree / path).write_text("anything")
    assert fingerprint(tree) == before
    assert not (snapshot(tree, tree.parent / "copy") / path).exists()


def test_a_file_that_moves_is_another_state(tree: Path) -> None:
    """The same contents under other names are not the same tree."""
    before = fingerprint(tree)
    (tree / "README.md").rename(tree / "README.txt")
    assert fingerprint(tree) != before


def test_it_may_look_at_a_part(tree: Path) -> None:
    """Files and folders, by whole names."""
    before = fingerprint(tree, ("src", "README.md"))
    (tree / "src.py").write_text("")
    (tree / "tests/test_shop.py").write_text("other")
    assert fingerprint(tree, ("src", "README.md")) == before
    (tree / "README.md").write_text("other")
    assert fingerprint(tree, ("src", "README.md")) != before


def test_a_copy_has_the_same_fingerprint(tree: Path) -> None:
    """Links are copied as links, and never followed out of the tree."""
    (tree / "outside").symlink_to("/etc")
    (tree / "inside.md").symlink_to("README.md")
    copied = snapshot(tree, tree.parent / "copy")
    assert fingerprint(copied) == fingerprint(tree)
    assert (copied / "inside.md").is_symlink()
    assert not (copied / "outside").exists()
