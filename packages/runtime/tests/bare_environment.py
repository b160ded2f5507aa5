"""A folder and an environment in which nothing is set."""

from pathlib import Path

import pytest
from backwright.settings import Settings


def enter(monkeypatch: pytest.MonkeyPatch, folder: Path, **values: str) -> None:
    """Go to the folder, with these settings in the environment and no others."""
    monkeypatch.chdir(folder)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
