"""Running single checks on the example service, as it is and with one fault planted in it.

`checked(opened, "family/name")` runs a check; `planted(good, tmp_path, {...})` opens a copy of the service in which
texts were replaced. A copy with the same tables starts on a copy of the good service's prepared database.
"""

import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from backwright import testing_databases
from backwright_workbench.verify.check import Profile, all_checks
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.opening import Opened, open_service
from backwright_workbench.verify.outcome import Status
from backwright_workbench.verify.runner import Chosen, Done, Runner
from backwright_workbench.verify.stand.stands import ServiceStands
from backwright_workbench.verify.store import Store
from sqlalchemy.engine import make_url

EXAMPLE = Path(__file__).parents[3] / "examples/work-orders"

Edits = Mapping[str, tuple[str, str]]
"""Path → what is replaced in that file, and by what. What is replaced must be there exactly once."""


def copied(folder: Path, edits: Edits | None = None) -> Path:
    """A copy of the example service with these edits; an edit that finds nothing to replace fails the test."""
    target = Path(shutil.copytree(EXAMPLE, folder / "service"))
    for path, (before, after) in (edits or {}).items():
        text = (target / path).read_text() if (target / path).exists() else ""
        assert text.count(before) == 1 or not before, f"{path} has {before!r} {text.count(before)} times"
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(text.replace(before, after) if before else text + after)
    return target


@contextmanager
def planted(good: Opened, folder: Path, edits: Edits, *, same_tables: bool = True) -> Iterator[Opened]:
    """The example service with one fault in it, opened."""
    stands = good.subject.stands
    assert isinstance(stands, ServiceStands)
    if same_tables:
        stands.template()
    prepared = None
    if same_tables:  # what this copy prepares beyond that goes with it
        prepared = replace(stands.prepared, templates=dict(stands.prepared.templates))
    with open_service(
        copied(folder, edits), Profile.QUICK, engine=stands.engine, prepared=prepared
    ) as opened:
        yield opened


def checked(opened: Opened, name: str, folder: Path, *, full: bool = False, rows: int = 2_000) -> Evidence:
    """Run one check, and return its evidence."""
    profile = Profile.FULL if full else Profile.QUICK
    subject = replace(opened.subject, profile=profile, rows=rows)
    runner = Runner(
        subject, Store(folder / "kept"), all_checks(), Chosen(only=(name,)), secrets=opened.secrets
    )
    (done,) = [event.evidence for event in runner.run() if isinstance(event, Done)]
    return done


def passed(evidence: Evidence) -> bool:
    """Whether it passed, or passed on SQLite where the example is meant for PostgreSQL. A failure is shown."""
    assert evidence.status is not Status.FAILED, (evidence.summary, *evidence.faults)
    return evidence.status is Status.PASSED or evidence.summary.startswith(
        "not run on postgresql; on sqlite:"
    )


def faults(evidence: Evidence) -> str:
    """Everything that a check found wrong, as text to look into; empty unless it failed."""
    if evidence.status is not Status.FAILED:
        return ""
    return "\n".join(f"{each.place}: {each.what} ({each.why})" for each in evidence.faults)


def postgresql() -> str:
    """The PostgreSQL server for tests: missing, it skips the test, and fails it in continuous integration."""
    address = testing_databases.server("postgresql")
    url = make_url(address)
    try:
        socket.create_connection((url.host or "127.0.0.1", url.port or 5432), timeout=1).close()
    except OSError:
        reason = f"no PostgreSQL answers at {url.host}:{url.port or 5432}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return address
