"""Answers are shared by processes of the same code, database and secret, and by no others."""

import sys
from pathlib import Path
from typing import Any

import pytest
from backwright.fingerprint import fingerprint, sources
from backwright.settings import Settings

GIVEN: dict[str, Any] = {
    "environment": "test",
    "database_url": "sqlite:///./var/a.db",
    "secret_key": "a secret for tests only, forty-eight characters!",
}


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **{**GIVEN, **given})


def test_the_same_service_has_the_same_fingerprint() -> None:
    """In each of its processes."""
    assert fingerprint(settings()) == fingerprint(settings())
    assert len(fingerprint(settings())) == 32


@pytest.mark.parametrize(
    "other",
    [
        {"database_url": "sqlite:///./var/b.db"},
        {"secret_key": "another for tests only, of forty-eight characters"},
        {"public_url": "http://other.example.com"},
        {"service": "shop"},
    ],
)
def test_a_test_system_and_the_real_one_are_told_apart(other: dict[str, Any]) -> None:
    """Even if somebody lets them share a Redis."""
    assert fingerprint(settings(**other)) != fingerprint(settings())


def test_a_change_of_the_code_is_another_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old and the new release may answer differently."""
    package = tmp_path / "fingerprinted"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "settings.py").write_text(
        "from backwright.settings import Settings\nclass Mine(Settings): ...\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    from fingerprinted.settings import Mine  # type: ignore[import-not-found]

    before = fingerprint(Mine(_env_file=None, **GIVEN))
    (package / "rules.py").write_text("ROLES = ()\n")
    assert fingerprint(Mine(_env_file=None, **GIVEN)) != before
    assert [path.name for path in sources("fingerprinted")] == ["__init__.py", "rules.py", "settings.py"]
    for name in ("fingerprinted", "fingerprinted.settings"):
        monkeypatch.delitem(sys.modules, name)
