"""Evidence is kept whole, and shows when it was changed."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from backwright_workbench.errors import UserError
from backwright_workbench.verify.evidence import Evidence, from_json
from backwright_workbench.verify.outcome import Fault, Figure, Status
from backwright_workbench.verify.store import RESULT, Recorder, Store

EVIDENCE = Evidence(
    check="a/one",
    title="One holds",
    status=Status.FAILED,
    summary="one does not hold",
    required=True,
    command="backwright verify . --only a/one",
    began="2026-11-21T12:00:00+00:00",
    seconds=1.5,
    profile="quick",
    engine="sqlite",
    tree="t",
    inputs="i",
    versions={"python": "3.11.7"},
    machine={"cores": 2},
    faults=(Fault("bad", "main.py:1", "because", "mend it"),),
    figures=(Figure("p95", 12.5, "ms", 100),),
    notes=("on a small machine",),
    proves=("CWE-89",),
    data={"rows": [1, 2]},
)


def put(folder: Path, evidence: Evidence = EVIDENCE, text: str = "what was seen") -> Store:
    """A store with one record that has one output."""
    store = Store(folder)
    outputs = store.begin()
    record = Recorder(outputs, set())
    record.keep("out.txt", text, command="look", exit_code=0)
    store.put(replace(evidence, outputs=tuple(record.outputs)), outputs)
    return store


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    """With its faults, figures, outputs and data."""
    found = put(tmp_path).get("a/one")
    assert found is not None
    assert replace(found, outputs=()) == EVIDENCE
    assert [(each.file, each.command, each.exit_code) for each in found.outputs] == [("out.txt", "look", 0)]


def test_a_newer_record_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    """With all of its outputs; nothing else is left."""
    put(tmp_path)
    store = put(tmp_path, replace(EVIDENCE, summary="newer"))
    assert [each.summary for each in store.all()] == ["newer"]
    assert list((tmp_path / "partial").iterdir()) == []


@pytest.mark.parametrize("changed", ["status", "summary", "seconds", "data", "tree"])
def test_a_record_that_was_edited_is_none(tmp_path: Path, changed: str) -> None:
    """Its own hash does not fit any more."""
    store = put(tmp_path)
    place = tmp_path / "evidence/a/one" / RESULT
    content = json.loads(place.read_text())
    content[changed] = "passed" if changed == "status" else {}
    place.write_text(json.dumps(content))
    assert store.get("a/one") is None
    assert list(store.all()) == []


def test_an_output_that_was_edited_or_removed_makes_the_record_void(tmp_path: Path) -> None:
    """The record names it by its hash."""
    store = put(tmp_path)
    output = tmp_path / "evidence/a/one/out.txt"
    output.write_text("something else")
    assert store.get("a/one") is None
    output.unlink()
    assert store.get("a/one") is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"sha256": "x"}', "null"])
def test_what_is_no_record_is_refused(tmp_path: Path, text: str) -> None:
    """A file that was cut off or is something else is no evidence, and no crash."""
    store = put(tmp_path)
    (tmp_path / "evidence/a/one" / RESULT).write_text(text)
    assert store.get("a/one") is None
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        from_json(text)


def test_a_process_that_is_killed_while_it_writes_leaves_the_older_record(tmp_path: Path) -> None:
    """What it had begun lies apart, and goes at the next start."""
    store = put(tmp_path)
    program = (
        "import os, sys; from pathlib import Path; from backwright_workbench.verify.store import Recorder, Store;"
        f"place = Store(Path({str(tmp_path)!r})).begin();"
        "Recorder(place, set()).keep('out.txt', 'half', command='look'); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", program], env=dict(os.environ)).returncode == -9
    assert [each.summary for each in store.all()] == [EVIDENCE.summary]
    assert len(list((tmp_path / "partial").iterdir())) == 1
    with store.held():
        assert not (tmp_path / "partial").exists()


def test_two_verifications_of_one_project_do_not_run_at_once(tmp_path: Path) -> None:
    """The second is told so; afterwards there is room again, also if the first was killed."""
    store = Store(tmp_path)
    with store.held(), pytest.raises(UserError, match="another verification"), Store(tmp_path).held():
        pass
    program = (
        "import os; from pathlib import Path; from backwright_workbench.verify.store import Store;"
        f"held = Store(Path({str(tmp_path)!r})).held(); held.__enter__(); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", program], env=dict(os.environ)).returncode == -9
    with store.held():
        pass
