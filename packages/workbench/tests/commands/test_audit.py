"""`backwright audit verify`: the service looks at its log, and the verb's status is its."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from backwright_workbench.commands.audit import verify
from backwright_workbench.commands.events import Summary
from backwright_workbench.errors import UserError
from backwright_workbench.workspace.services import find_service

EXAMPLE = Path(__file__).parents[4] / "examples/work-orders"


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A migrated service with one administrator, whose making is an entry; sealed."""
    place = tmp_path / "service"
    shutil.copytree(EXAMPLE, place, ignore=shutil.ignore_patterns("var", "__pycache__"))
    found = find_service(place)
    assert found.call("migrate", "up").ok
    password = "a password that is long enough 7"
    command = found.command("create-admin", "ada@example.org")
    subprocess.run(command, cwd=place, env=found.environment, input=f"{password}\n".encode(), check=True)
    assert found.call("audit", "seal").ok
    return place


def told(directory: Path, checkpoints: Path | None = None) -> Summary:
    (found,) = verify(directory, checkpoints)
    assert isinstance(found, Summary)
    return found


@pytest.mark.slow
def test_a_log_is_sound_until_somebody_changes_it(service: Path, tmp_path: Path) -> None:
    """Then the entry is named; an end that was cut off is found with a checkpoint."""
    sound = told(service)
    assert sound.ok
    assert sound.text.endswith("The audit log is sound.")
    kept = tmp_path / "kept.jsonl"
    kept.write_text("\n".join(find_service(service).call("audit", "seal").output))
    assert told(service, kept).ok
    with sqlite3.connect(service / "var/work-orders.db") as database:
        database.execute("DROP TRIGGER audit_log_no_update")
        database.execute("UPDATE audit_log SET action = 'nothing'")
    database.close()
    changed = told(service, kept)
    assert not changed.ok
    assert "was changed after seal 1" in changed.text
    assert "the trigger audit_log_no_update is gone" in changed.text
    assert changed.values == {"findings": "2"}


def test_where_there_is_no_database_it_says_so(tmp_path: Path) -> None:
    """And not that all is well."""
    place = tmp_path / "service"
    shutil.copytree(EXAMPLE, place, ignore=shutil.ignore_patterns("var", "__pycache__"))
    with pytest.raises(UserError) as refused:
        list(verify(place))
    assert "migrate up" in str(refused.value), sys.executable
