"""`backwright review --fix`: a diff first, and everything or nothing when it is written."""

import subprocess
from pathlib import Path

import pytest
from backwright_workbench.cli.verbs import run
from backwright_workbench.errors import UserError
from backwright_workbench.workspace.rewriting import rewrite

UNSAFE = (
    "import requests\n\n\ndef stock(url: str) -> object:\n"
    "    return requests.get(url, timeout=3, verify=False).json()\n"
)
SAFE = UNSAFE.replace(", verify=False", "")
SECRET = 'API_KEY = "correct-horse-battery"\n'
ONLY = ["--only", "tls-verify-off"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project under git with one finding, and a secret beside it."""
    place = tmp_path / "shop"
    place.mkdir()
    (place / "stock.py").write_text(SECRET + UNSAFE)
    (place / "stock.py").chmod(0o755)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=place, check=True)
    commit(place)
    return place


def commit(place: Path) -> None:
    """Commits everything."""
    who = ["-c", "user.name=n", "-c", "user.email=e@example.com"]
    subprocess.run(["git", *who, "commit", "-qam", "all"], cwd=place, check=True)


def test_the_diff_is_shown_and_nothing_is_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It ends as a review does: what was found is still there."""
    assert run(["review", str(project), "--fix", *ONLY]) == 1
    said = capsys.readouterr().out

    assert "-    return requests.get(url, timeout=3, verify=False).json()" in said
    assert "+    return requests.get(url, timeout=3).json()" in said
    assert "Can be mended: 1 finding in 1 file" in said
    assert "--fix --write" in said
    assert (project / "stock.py").read_text() == SECRET + UNSAFE


def test_it_is_written_when_that_is_asked_for(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rights of the file stay, and a second time there is nothing to do."""
    assert run(["review", str(project), "--fix", "--write", *ONLY]) == 0
    assert (project / "stock.py").read_text() == SECRET + SAFE
    assert (project / "stock.py").stat().st_mode & 0o777 == 0o755
    assert [each.name for each in project.iterdir() if each.name != ".git"] == ["stock.py"]
    commit(project)
    assert run(["review", str(project), "--fix", "--write", *ONLY]) == 0
    assert "Nothing of what was found has a fix that is safe here." in capsys.readouterr().out


def test_changes_that_are_not_committed_are_not_written_over(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless somebody says so."""
    (project / "stock.py").write_text(UNSAFE)
    assert run(["review", str(project), "--fix", "--write", *ONLY]) == 2
    assert "not committed" in capsys.readouterr().err
    assert (project / "stock.py").read_text() == UNSAFE
    assert run(["review", str(project), "--fix", "--write", "--allow-dirty", *ONLY]) == 0
    assert (project / "stock.py").read_text() == SAFE


def test_a_secret_beside_a_fix_is_not_shown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines around a change are shortened as in any report."""
    (project / "stock.py").write_text(SECRET + UNSAFE.replace("import requests\n\n\n", "import requests\n"))
    run(["review", str(project), "--fix", *ONLY])
    said = capsys.readouterr().out

    assert "API_KEY" in said
    assert "horse" not in said


def test_a_secret_on_a_line_that_changes_is_not_shown(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither as it was nor as it will be."""
    line = 'requests.get("https://a", auth=("shop", "correct-horse-battery"), verify=False, timeout=3)\n'
    (project / "stock.py").write_text(f"import requests\n\n{line}")
    run(["review", str(project), "--fix", *ONLY, "--only", "hardcoded-secret"])
    said = capsys.readouterr().out

    assert '+requests.get("https://a", auth=("…", "co…"), timeout=3)' in said
    assert "horse" not in said


def test_writing_needs_fixing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An option alone that does nothing would be misleading."""
    assert run(["review", str(project), "--write"]) == 2
    assert "--write goes with --fix" in capsys.readouterr().err


def test_all_files_are_written_or_none(tmp_path: Path) -> None:
    """One that is another by now stops all of them; the byte order mark stays."""
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbfa = 1\r\n")
    (tmp_path / "b.py").write_text("b = 1\n")
    before = {"a.py": "a = 1\r\n", "b.py": "b = 2\n"}
    with pytest.raises(UserError, match="not what it was"):
        rewrite(tmp_path, {"a.py": "a = 2\r\n", "b.py": "b = 3\n"}, before)
    assert (tmp_path / "a.py").read_bytes() == b"\xef\xbb\xbfa = 1\r\n"

    rewrite(tmp_path, {"a.py": "a = 2\r\n", "new/c.py": "c = 1\n"}, before)

    assert (tmp_path / "a.py").read_bytes() == b"\xef\xbb\xbfa = 2\r\n"
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["a.py", "b.py", "c.py", "new"]


def test_a_file_that_cannot_be_replaced_leaves_all_as_they_were(tmp_path: Path) -> None:
    """What was exchanged before the failure is put back."""
    (tmp_path / "a.py").write_text("a = 1\n")
    (tmp_path / "folder").write_text("not a folder\n")
    with pytest.raises(UserError, match="cannot be written"):
        rewrite(tmp_path, {"a.py": "a = 2\n", "folder/b.py": "b = 1\n"}, {"a.py": "a = 1\n"})

    assert (tmp_path / "a.py").read_text() == "a = 1\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.py", "folder"]
