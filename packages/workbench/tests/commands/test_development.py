"""The password of the sample accounts."""

from pathlib import Path

from backwright_workbench.commands.development import development_password


def test_the_password_is_made_once_and_kept_to_its_owner(tmp_path: Path) -> None:
    """Random, in a file that nobody else can read, the same the next time."""
    first = development_password(tmp_path)
    assert len(first) >= 12
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert development_password(tmp_path) == first
    other = tmp_path / "other"
    other.mkdir()
    assert development_password(other) != first


def test_other_settings_in_the_file_stay(tmp_path: Path) -> None:
    """The password joins what a person wrote there, and a password of theirs is taken as it is."""
    (tmp_path / ".env").write_text("LOG_LEVEL=DEBUG")
    made = development_password(tmp_path)
    lines = (tmp_path / ".env").read_text().splitlines()
    assert lines[0] == "LOG_LEVEL=DEBUG"
    assert lines[-1] == f"DEV_PASSWORD={made}"
    (tmp_path / ".env").write_text("DEV_PASSWORD='of my own choice'\n")
    assert development_password(tmp_path) == "of my own choice"
