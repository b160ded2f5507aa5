"""The audit log from a terminal: what is wrong is said, and the status tells a program."""

import asyncio
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import bare_environment
import pytest
from audit_tampering import tamper
from backwright.actor import SYSTEM
from backwright.app import create_app
from backwright.audit import Audit, audit_log
from backwright.audit_checkpoints import Checkpoint
from backwright.audit_seals import audit_seals
from backwright.callers import acting_as
from backwright.commands import main
from backwright.database import Database
from backwright.settings import Settings
from backwright.testing_databases import Template
from backwright.testing_kits import create_tables

SECRET = "q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB"


@pytest.fixture(autouse=True)
def database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: str) -> Database:
    """The service of this folder, with three entries."""
    bare_environment.enter(monkeypatch, tmp_path)
    url = template(engine).lend(tmp_path, "log.db")
    for name, value in {"ENVIRONMENT": "test", "SECRET_KEY": SECRET, "DATABASE_URL": url}.items():
        monkeypatch.setenv(name, value)
    found = Database(url)
    asyncio.run(write(found, 3))
    return found


def template(engine: str, made: dict[str, Template] = {}) -> Template:  # noqa: B006 - kept for all tests
    if engine not in made:
        made[engine] = Template(engine, lambda url: create_tables(url, [audit_log, audit_seals]))
    return made[engine]


async def write(database: Database, count: int) -> None:
    await database.connect()
    with acting_as(SYSTEM):
        for _ in range(count):
            await Audit(database).denied("update", "orders")
    await database.close()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command: its status, what it printed and what it complained of."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(partial(create_app, title="Log"), Settings, ["audit", *arguments])
        assert isinstance(ended.value.code, int)
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return call


Run = Callable[..., tuple[int, str, str]]


def test_a_sealed_log_is_sound(run: Run) -> None:
    """The checkpoint that is printed can be kept on paper."""
    status, printed, _ = run("seal")
    assert status == 0
    assert Checkpoint.parse(printed).sequence == 1
    status, printed, _ = run("verify")
    assert (status, printed.splitlines()[-1]) == (0, "The audit log is sound.")
    assert printed.startswith("3 entries are as they were sealed, in 1 seals")
    assert "no checkpoint was given" in printed


def test_an_unsealed_log_is_told(run: Run) -> None:
    """Nothing can be said of it yet, and nothing is wrong."""
    status, printed, _ = run("verify")
    assert status == 0
    assert printed.startswith("nothing is sealed yet\n3 entries since ")


def test_what_was_changed_is_named_and_the_status_is_1(run: Run, database: Database) -> None:
    """For monitoring."""
    run("seal")
    tamper(database, "UPDATE audit_log SET action = 'read'")
    status, printed, _ = run("verify")
    assert status == 1
    assert printed.count("WRONG  entry") == 3
    assert printed.endswith("The audit log is NOT what it was.\n")


def test_checkpoints_are_kept_where_the_setting_says(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And looked at without being asked."""
    monkeypatch.setenv("AUDIT_CHECKPOINTS", f"file:{tmp_path}/elsewhere/audit.jsonl")
    run("seal")
    status, printed, _ = run("verify")
    assert (status, "1 checkpoints agree" in printed) == (0, True)
    tamper(database, "DELETE FROM audit_log", "DELETE FROM audit_seals")
    status, printed, _ = run("verify")
    assert (status, "the end of the log was cut off" in printed) == (1, True)


def test_checkpoints_of_a_file_are_compared(run: Run, database: Database, tmp_path: Path) -> None:
    """Copied from the service's log, say. A line that is none is said."""
    kept = tmp_path / "kept"
    kept.write_text(run("seal")[1])
    assert run("verify", "--checkpoints", str(kept))[0] == 0
    tamper(database, "DELETE FROM audit_log", "DELETE FROM audit_seals")
    assert run("verify", "--checkpoints", str(kept))[0] == 1
    kept.write_text("{}\n")
    status, _, complaint = run("verify", "--checkpoints", str(kept))
    assert (status, complaint) == (2, f"{kept}, line 1: is no checkpoint: {{}}\n")
    status, _, complaint = run("verify", "--checkpoints", "nowhere")
    assert (status, complaint) == (2, "nowhere cannot be read: No such file or directory\n")


def test_an_export_has_every_entry_and_is_one_itself(run: Run, tmp_path: Path) -> None:
    """Reading the log leaves a trace in it, which is there before anything is shown."""
    status, printed, _ = run("export")
    assert status == 0
    entries: list[dict[str, Any]] = [json.loads(line) for line in printed.splitlines()]
    assert [(each["action"], each["object_type"]) for each in entries] == [
        *[("update.denied", "orders")] * 3,
        ("export", "audit_log"),
    ]
    status, _, complaint = run("export", "--output", str(tmp_path / "log.jsonl"))
    assert (status, complaint) == (0, f"5 entries are in {tmp_path}/log.jsonl.\n")
    status, _, complaint = run("export", "--output", str(tmp_path / "log.jsonl"))
    assert (status, complaint) == (2, f"{tmp_path}/log.jsonl cannot be written: File exists\n")


def test_an_export_can_be_of_some_days(run: Run) -> None:
    """From the beginning of one to the beginning of another."""
    assert len(run("export", "--since", "2020-01-01")[1].splitlines()) == 4
    assert run("export", "--until", "2020-01-01T08:00:00")[1] == ""
    status, _, complaint = run("export", "--since", "yesterday")
    assert status == 2
    assert "'yesterday' is no date; write 2026-01-31" in complaint


def test_old_entries_are_pruned_into_an_archive(run: Run, tmp_path: Path) -> None:
    """A new file each time; what is left is sound."""
    archive = tmp_path / "old.jsonl"
    run("seal")
    status, printed, _ = run("prune", "--before", "2020-01-01", "--archive", str(archive))
    assert (status, printed, archive.exists()) == (0, "No seal is that old. Nothing was dropped.\n", False)
    status, printed, _ = run("prune", "--before", "2999-01-01", "--archive", str(archive))
    assert status == 0
    assert printed.startswith(f"3 entries of the seals to 1 are in {archive} and dropped.\nsha256: ")
    assert len(archive.read_text().splitlines()) == 3
    status, printed, _ = run("verify")
    assert (status, "3 entries were archived and dropped, as seal 2 says" in printed) == (0, True)
    status, _, complaint = run("prune", "--before", "2999-01-01", "--archive", str(archive))
    assert (status, complaint) == (2, f"{archive} cannot be written: File exists\n")


def test_rights_are_printed_and_not_given(run: Run, engine: str) -> None:
    """For whoever owns the tables."""
    status, printed, complaint = run("grants", "app")
    if engine == "sqlite":
        assert (status, complaint) == (
            2,
            "SQLite has no accounts: whoever can write the file can change all of it.\n",
        )
        return
    assert status == 0
    assert "GRANT SELECT, INSERT ON" in printed
    assert printed.endswith(";\n")
