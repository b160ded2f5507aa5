"""`python -m <service> access`: who may do what, without opening anything."""

import json
from typing import Any

import pytest
from backwright.commands import main
from backwright.settings import Settings
from shop.resources import accounts, resources


def create(settings: Settings | None = None) -> Any:
    from backwright.app import create_app

    return create_app(settings or Settings(), title="Shop", accounts=accounts, resources=resources)


@pytest.fixture(autouse=True)
def a_database_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "test")
    monkeypatch.setenv("SECRET_KEY", "q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB")
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(create, Settings, arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_matrix_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each route and kind of row, a column for each caller, then the fields."""
    assert run("access") == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].split() == [
        "row", "manager", "clerk", "shopper", "auditor", "supplier", "signed_in", "public",
    ]  # fmt: skip
    lines = {" ".join(line.split()) for line in printed}
    assert "GET /customers/{id} other 200 200 404 200 403 403 401" in lines
    assert "GET /customers/{id} account 200 200 200 200 403 403 401" in lines
    assert "customers vip RCUF RUF rF RF - - -" in lines


def test_programs_get_json(capsys: pytest.CaptureFixture[str]) -> None:
    """One line, the same as the table."""
    assert run("access", "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert set(json.loads(line)) == {"service", "callers", "routes", "fields", "rules", "warnings"}


def test_a_request_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """In words, or as JSON."""
    assert run("access", "explain", "get", "/orders/{id}", "--role", "shopper", "--other") == 0
    assert "gets 404 (as if the row were not there)" in capsys.readouterr().out
    assert run("access", "explain", "GET", "/orders/{id}", "--role", "shopper", "--own", "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["statuses"] == [200]


def test_an_unfinished_question_is_one_message(capsys: pytest.CaptureFixture[str]) -> None:
    """With the form that it takes."""
    assert run("access", "explain", "GET") == 2
    assert "access explain METHOD PATH --role ROLE" in capsys.readouterr().err
