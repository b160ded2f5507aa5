"""Which version an API document shows: that of what is installed, else what the checkout says of itself."""

from importlib.metadata import version
from pathlib import Path

import pytest
from backwright.service_version import service_version
from backwright.settings import Settings


def settings(folder: Path, service: str) -> Settings:
    return Settings(environment="test", service=service, migrations=folder / "migrations")


def test_an_installed_service_says_what_is_installed(tmp_path: Path) -> None:
    """Whatever lies in the directory that it is started from."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "pytest"\nversion = "0.0.7"\n')
    assert service_version(settings(tmp_path, "pytest")) == version("pytest")


def test_a_checkout_says_what_is_written_there(tmp_path: Path) -> None:
    """Before it is installed, and in a test suite."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "corner-shop"\nversion = "1.4.2"\n')
    assert service_version(settings(tmp_path, "corner-shop")) == "1.4.2"


@pytest.mark.parametrize(
    "text", [None, "", "[project", '[project]\nname = "other"\nversion = "2.0"\n', "project = 1"]
)
def test_anything_else_is_no_version(tmp_path: Path, text: str | None) -> None:
    """No file, a broken one, that of another project: the service starts all the same."""
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    assert service_version(settings(tmp_path, "corner-shop")) == "0.0.0"
