"""`secrets reseal` from a terminal: what was carried over is counted, and the status tells what is lost."""

from functools import partial
from pathlib import Path

import bare_environment
import pytest
from backwright.app import create_app
from backwright.commands import main
from backwright.keyring import PURPOSE, signing_keys
from backwright.sealing import Sealer
from backwright.second_factor_rows import second_factors
from backwright.settings import Settings
from backwright.testing_kits import create_tables
from sqlalchemy import create_engine, text

OLD = "Kx3vB9nQ7mZ2pL5wR8tY1cF4gH6jD0sAeUiOqWzXv-b"
NEW = "q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB"


@pytest.fixture(autouse=True)
def database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user_class: object) -> str:
    """The address of a database with one signing key that is sealed under the secret before."""
    bare_environment.enter(monkeypatch, tmp_path, ENVIRONMENT="test", SECRET_KEY=NEW)
    url = f"sqlite:///{tmp_path}/var/service.db"
    (tmp_path / "var").mkdir()
    tables = signing_keys.metadata.tables
    create_tables(url, [tables["users"], signing_keys, second_factors])
    with create_engine(url).begin() as connection:
        moment = "2026-11-21T08:30:00.000000Z"
        row = {"kid": "k1", "sealed": Sealer(OLD.encode(), PURPOSE).seal(b"a key", b"k1"), "at": moment}
        connection.execute(text("INSERT INTO signing_keys VALUES (:kid, :sealed, '{}', :at, :at, NULL)"), row)
    return url


def run(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(partial(create_app, title="Office"), Settings, ["secrets", "reseal"])
    assert isinstance(ended.value.code, int)
    return ended.value.code, capsys.readouterr().out


def test_what_was_carried_over_is_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And a second time there is nothing left to do."""
    monkeypatch.setenv("SECRET_KEY_PREVIOUS", OLD)
    assert run(capsys) == (0, "signing_keys: 1 sealed anew\nsecond_factors: 0 sealed anew\n")
    monkeypatch.delenv("SECRET_KEY_PREVIOUS")
    assert run(capsys) == (0, "signing_keys: 0 sealed anew\nsecond_factors: 0 sealed anew\n")


def test_what_is_lost_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Without the secret before."""
    status, printed = run(capsys)
    assert status == 1
    assert printed.startswith("signing_keys: 0 sealed anew, 1 open with neither secret\n")
