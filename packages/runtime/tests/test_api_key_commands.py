"""Keys are made, listed, replaced and revoked from a terminal."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import bare_environment
import pytest
from backwright.accounts import Account, Accounts
from backwright.api_key_form import PATTERN
from backwright.app import create_app
from backwright.commands import main
from backwright.entity import Entity
from backwright.settings import Settings
from office_roles import Role
from sqlalchemy import create_engine, text

TABLES = ("users", "audit_log", "api_keys", "api_key_places")


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user_class: type[Account]) -> Path:
    bare_environment.enter(
        monkeypatch, tmp_path, ENVIRONMENT="test", SECRET_KEY="q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB"
    )
    (tmp_path / "var").mkdir()
    engine = create_engine("sqlite:///var/service.db")
    Entity.metadata.create_all(engine, [Entity.metadata.tables[name] for name in TABLES])
    return tmp_path


@pytest.fixture
def run(user_class: type[Account], capsys: pytest.CaptureFixture[str]) -> Any:
    """`status, out, err = run("list")`."""

    def call(*arguments: str, api_keys: bool = True) -> tuple[int, str, str]:
        declared = Accounts(user_class, roles=Role, admin=Role.ADMIN, api_keys=api_keys)
        factory = partial(create_app, title="Office", accounts=declared)
        with pytest.raises(SystemExit) as ended:
            main(lambda settings: factory(settings), Settings, ["api-keys", *arguments])
        assert isinstance(ended.value.code, int)
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return call


def stored(statement: str) -> list[Any]:
    with create_engine("sqlite:///var/service.db").connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


MACHINE = ("--service-account", "importer")


def test_a_key_for_a_machine_is_one_command(run: Any) -> None:
    """The account is made if it is not there; the key is printed once and stored as a digest."""
    more = ("--role", "editor", "--scope", "editor", "--network", "10.0.0.0/8", "--rate", "600/minute")
    status, out, _ = run("create", "Nightly", *MACHINE, *more, "--days", "30")
    assert status == 0
    key = re.search(rf"^key: ({PATTERN})$", out, re.MULTILINE)
    assert key is not None
    [(name, rate, secret_hash)] = stored("SELECT name, rate, secret_hash FROM api_keys")
    assert (name, rate) == ("Nightly", "600/minute")
    assert key[1].partition(".")[2] not in secret_hash
    assert stored("SELECT email FROM users") == [("importer@service.invalid",)]
    methods = stored("SELECT object_type, auth_method FROM audit_log ORDER BY id")
    assert methods == [("users", "system"), ("api_keys", "system")]
    again, _, _ = run("create", "Second", *MACHINE, "--scope", "editor")
    assert again == 0
    assert len(stored("SELECT id FROM users")) == 1


def test_the_list_has_everything_but_the_key(run: Any) -> None:
    """Which one, whether it is good, when it was used, what it may, what for."""
    _, made, _ = run("create", "Nightly", *MACHINE, "--role", "editor", "--scope", "editor")
    secret = made.strip().rpartition(".")[2]
    status, out, _ = run("list")
    assert status == 0
    assert "Nightly" in out
    assert "never used" in out
    assert secret not in out
    assert run("list", *MACHINE)[1] == out
    assert run("list", "--owner", "nobody@example.org")[0] == 2


def test_a_key_is_replaced_and_revoked(run: Any) -> None:
    """By its id, whoever owns it."""
    run("create", "Nightly", *MACHINE, "--role", "editor", "--scope", "editor")
    [(first,)] = stored("SELECT id FROM api_keys")
    status, out, _ = run("rotate", first, "--grace-hours", "0")
    assert status == 0
    assert re.search(PATTERN, out)
    second = out.split()[1]
    assert run("revoke", second)[0] == 0
    assert run("list")[1].count("revoked") == 1
    status, _, err = run("revoke", second)
    assert (status, "no such key" in err) == (2, True)


def test_mistakes_are_one_message(run: Any) -> None:
    """And nothing is stored."""
    assert run("create", "x", "--owner", "nobody@example.org", "--scope", "editor")[0] == 2
    status, _, err = run("create", "x", *MACHINE, "--role", "editor", "--scope", "admin", "--days", "999")
    assert status == 2
    assert "must be some of what the owner may: editor, signed_in" in err
    assert "must be from 1 to 365" in err
    assert "Traceback" not in err
    assert stored("SELECT id FROM api_keys") == []
    status, _, err = run("list", api_keys=False)
    assert (status, "api_keys=True" in err) == (2, True)
