"""A program is registered from a terminal, and its secret is shown once."""

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import bare_environment
import pytest
from backwright.accounts import Account, Accounts
from backwright.app import create_app
from backwright.commands import main
from backwright.entity import Entity
from backwright.settings import Settings
from sqlalchemy import create_engine, text


class Role(StrEnum):
    ADMIN = "admin"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    bare_environment.enter(
        monkeypatch, tmp_path, ENVIRONMENT="test", SECRET_KEY="q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB"
    )
    (tmp_path / "var").mkdir()
    engine = create_engine("sqlite:///var/service.db")
    Entity.metadata.create_all(
        engine, [Entity.metadata.tables[name] for name in ("oauth_clients", "audit_log")]
    )
    return tmp_path


def run(user: type[Account], *arguments: str, oauth: bool = True) -> int:
    factory = partial(
        create_app, title="Office", accounts=Accounts(user, roles=Role, admin=Role.ADMIN, oauth=oauth)
    )
    with pytest.raises(SystemExit) as ended:
        main(lambda settings: factory(settings), Settings, ["oauth-client", *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def stored() -> list[tuple[Any, ...]]:
    with create_engine("sqlite:///var/service.db").connect() as connection:
        return [
            tuple(row) for row in connection.execute(text("SELECT id, name, secret_hash FROM oauth_clients"))
        ]


def test_a_program_is_registered(user_class: type[Account], capsys: pytest.CaptureFixture[str]) -> None:
    """Its id and its secret are printed; the database has a digest."""
    back = ("--redirect-uri", "https://app.example.org/done")
    assert run(user_class, "Warehouse", "--scope", "openid", "--scope", "admin", *back) == 0
    first, second = capsys.readouterr().out.splitlines()
    [(client_id, name, secret_hash)] = stored()
    assert first == f"client_id: {client_id}"
    assert name == "Warehouse"
    assert second.startswith("client_secret: ")
    assert second.removeprefix("client_secret: ") not in secret_hash


def test_a_public_one_has_no_secret(user_class: type[Account], capsys: pytest.CaptureFixture[str]) -> None:
    """Only its id is printed."""
    back = ("--redirect-uri", "com.example.app:/done")
    assert run(user_class, "App", "--public", "--scope", "openid", *back) == 0
    assert "client_secret" not in capsys.readouterr().out


def test_mistakes_are_one_message(user_class: type[Account], capsys: pytest.CaptureFixture[str]) -> None:
    """With all that is wrong, and nothing is stored."""
    assert run(user_class, "App", "--scope", "owner") == 2
    said = capsys.readouterr().err
    assert "must be some of" in said
    assert "must name where people are sent back to" in said
    assert run(user_class, "Bot", "--grant", "client_credentials", oauth=False) == 2
    assert "oauth=True" in capsys.readouterr().err
    assert stored() == []
