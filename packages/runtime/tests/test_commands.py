"""A service is run and looked after from a terminal; mistakes end in one message, never in a stack."""

import io
import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import bare_environment
import pytest
from backwright.accounts import Account, Accounts
from backwright.app import create_app as build
from backwright.commands import main
from backwright.database import Database
from backwright.entity import Entity
from backwright.lifecycle import open_database
from backwright.local_storage import LocalStorage
from backwright.settings import Settings
from backwright.storage import Misconfigured
from fastapi import FastAPI
from sqlalchemy import create_engine, text


class Role(StrEnum):
    ADMIN = "admin"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    bare_environment.enter(
        monkeypatch,
        tmp_path,
        ENVIRONMENT="test",
        PASSWORD_MEMORY_KIB="8",
        PASSWORD_TIME_COST="1",
        SECRET_KEY="q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB",
    )
    (tmp_path / "var").mkdir()
    return tmp_path


def plain(settings: Settings | None = None) -> FastAPI:
    return build(settings or Settings(), title="Plain")


def run(factory: Any, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(factory, Settings, arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_document_is_printed_and_written(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """The same bytes each time, so that a committed copy can be compared."""
    assert run(plain, "openapi") == 0
    printed = capsys.readouterr().out
    assert "\ninfo:\n  title: Plain\n" in printed
    assert run(plain, "openapi", "--output", "api.yaml") == 0
    assert (folder / "api.yaml").read_text() == printed


def test_settings_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """`example` works in a broken environment too: it is what helps to mend it."""
    assert run(plain, "config", "explain") == 0
    assert "ENVIRONMENT" in capsys.readouterr().out
    assert run(plain, "config", "example") == 0
    assert "# DATABASE_URL=" in capsys.readouterr().out


def test_a_broken_environment_still_prints_the_example(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every other command stops with the list of problems."""
    monkeypatch.setenv("RATE_LIMIT", "lots")
    assert run(plain, "config", "example") == 0
    capsys.readouterr()
    assert run(plain, "openapi") == 2
    assert "RATE_LIMIT: must be a count and a time" in capsys.readouterr().err


def test_migrations_that_are_not_there_are_one_message(capsys: pytest.CaptureFixture[str]) -> None:
    """With the way out, without a stack."""
    assert run(plain, "migrate", "up") == 2
    printed = capsys.readouterr().err
    assert "There are no migrations in" in printed
    assert "Traceback" not in printed


def test_a_route_without_a_rule_is_one_message(capsys: pytest.CaptureFixture[str]) -> None:
    """Before the address is taken."""

    def forgetful(settings: Settings | None = None) -> FastAPI:
        app = plain(settings)

        @app.get("/report")
        async def report() -> None: ...

        return app

    assert run(forgetful, "serve") == 2
    assert "GET /report" in capsys.readouterr().err


def test_several_processes_need_one_count(capsys: pytest.CaptureFixture[str]) -> None:
    """Also when their number is an argument instead of a setting."""
    assert run(plain, "serve", "--workers", "2") == 2
    printed = capsys.readouterr().err
    assert "WORKERS: several processes need one count of requests" in printed
    assert "REDIS_URL" in printed
    assert "RATE_LIMIT_STORE=database" in printed


@pytest.mark.parametrize("workers", ["0", "-1", "65", "many"])
def test_a_number_of_processes_that_cannot_be_is_refused(
    capsys: pytest.CaptureFixture[str], workers: str
) -> None:
    """As the same setting in the environment is."""
    assert run(plain, "serve", "--workers", workers) == 2
    assert "workers" in capsys.readouterr().err.lower()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_database_that_cannot_be_opened_is_one_message(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path, workers: str
) -> None:
    """Nothing is served, nothing stands in a stack, and the status says that trying later may help."""
    monkeypatch.setattr("backwright.commands.open_database", partial(open_database, seconds=0))
    monkeypatch.setenv("RATE_LIMIT_STORE", "database")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder}")
    assert run(plain, "serve", "--workers", workers, "--port", "0") == 69
    printed = capsys.readouterr().err
    assert "database" in printed
    assert "Traceback" not in printed


def test_a_start_waits_for_the_database_before_it_looks_at_migrations(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """A service and its database may be started together."""
    (folder / "migrations" / "versions").mkdir(parents=True)
    (folder / "migrations" / "env.py").write_text("")
    happened: list[str] = []

    async def wait(database: Database) -> None:
        await open_database(database)
        happened.append("the database is open")

    async def revision(_: Database) -> None:
        happened.append("it is asked where it stands")

    monkeypatch.setattr("backwright.commands.open_database", wait)
    monkeypatch.setattr(Database, "revision", revision)
    monkeypatch.setattr("backwright.serving.serve", lambda *_, **__: 0)
    assert run(plain, "serve") == 0
    assert happened == ["the database is open", "it is asked where it stands"]


def test_files_that_cannot_be_kept_are_one_message(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what an operator has to mend, before anything is served."""

    async def check(_: LocalStorage) -> None:
        raise Misconfigured("the bucket is open to everybody")

    monkeypatch.setattr(LocalStorage, "check", check)
    assert run(plain, "serve", "--port", "0") == 69
    printed = capsys.readouterr().err
    assert "the bucket is open to everybody" in printed
    assert "Traceback" not in printed


def test_sample_rows_are_refused_in_production(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was changed."""
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("PUBLIC_URL", "https://api.example.com")
    monkeypatch.delenv("PASSWORD_MEMORY_KIB")
    monkeypatch.delenv("PASSWORD_TIME_COST")
    assert run(plain, "seed") == 2
    assert "Sample rows do not belong into production" in capsys.readouterr().err


class TestAccounts:
    """Accounts are made on the server; a chosen password never stands on a command line."""

    @pytest.fixture
    def factory(self, user_class: type[Account]) -> Any:
        accounts = Accounts(user_class, roles=Role, admin=Role.ADMIN)
        Entity.metadata.create_all(create_engine("sqlite:///var/service.db"))

        def made(settings: Settings | None = None) -> FastAPI:
            return build(settings or Settings(), title="Little", accounts=accounts)

        return made

    def test_the_password_comes_from_standard_input(
        self, factory: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """And only a hash of it is stored."""
        monkeypatch.setattr(sys, "stdin", io.StringIO("correct-horse-battery\n"))
        assert run(factory, "create-admin", "Ada@example.com") == 0
        assert "can sign in as an administrator" in capsys.readouterr().out
        with create_engine("sqlite:///var/service.db").connect() as connection:
            row = connection.execute(text("SELECT email, roles, password_hash FROM users")).one()
        assert (row.email, row.roles) == ("ada@example.com", '["admin"]')
        assert row.password_hash.startswith("$argon2id$")

    def test_a_weak_password_and_a_known_address_are_refused(
        self, factory: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """In one message."""
        monkeypatch.setattr(sys, "stdin", io.StringIO("ada@example.com\nshort\n"))
        assert run(factory, "create-admin") == 2
        for expected in (0, 2):
            monkeypatch.setattr(sys, "stdin", io.StringIO("correct-horse-battery\n"))
            assert run(factory, "create-admin", "ada@example.com") == expected
        printed = capsys.readouterr().err
        assert "already" in printed
        assert "Traceback" not in printed

    def test_sample_accounts_are_made_once_and_told_with_their_password(
        self, factory: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """One for each role; a second run leaves them alone."""
        assert run(factory, "seed", "--rows", "3") == 0
        assert "Sign in as admin@example.com with the password " in capsys.readouterr().out
        assert run(factory, "seed", "--rows", "3") == 0
        assert "Sign in" not in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [(), ("dance",), ("serve", "--port", "x"), ("migrate", "sideways")])
def test_wrong_arguments_are_explained(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Usage and status 2."""
    assert run(plain, *arguments) == 2
    assert "usage:" in capsys.readouterr().err
