"""security/dependencies: no dependency has a known vulnerability. The advisories come from a server of the tests."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from backwright_workbench.verify.checks.security.dependencies import looked_up
from backwright_workbench.verify.checks.security.packages import Package, installed, locked
from backwright_workbench.verify.opening import Opened
from backwright_workbench.verify.outcome import NotRun, Outcome, Status
from backwright_workbench.verify.store import Recorder
from verify_planting import EXAMPLE

KNOWN = {("jinja2", "2.4.1"): ["GHSA-test-1"], ("pyyaml", "5.3"): ["GHSA-test-2", "GHSA-withdrawn"]}
TOLD = {
    "GHSA-test-1": {
        "summary": "A sandbox that can be left",
        "affected": [
            {
                "package": {"name": "Jinja2"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "2.11.3"}]}],
            }
        ],
    },
    "GHSA-test-2": {"details": "Loads objects\nof any class"},
    "GHSA-withdrawn": {"summary": "It was none", "withdrawn": "2026-01-01T00:00:00Z"},
}


class Osv(BaseHTTPRequestHandler):
    """Answers as OSV does."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        keys = [(each["package"]["name"], each["version"]) for each in asked]
        self._send(
            {
                "results": [
                    {"vulns": [{"id": id_} for id_ in KNOWN[key]]} if key in KNOWN else {} for key in keys
                ]
            }
        )

    def do_GET(self) -> None:
        self._send(TOLD[self.path.rpartition("/")[2]])

    def _send(self, value: object) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def osv() -> Iterator[str]:
    """A server with three advisories."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Osv) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def looked(good: Opened, root: Path, base: str) -> Outcome:
    record = Recorder(root / "kept", set())
    return looked_up(replace(good.subject, root=root, record=record), base)


def test_what_is_known_of_the_good_service_passes(good: Opened, osv: str, tmp_path: Path) -> None:
    """It has no lock file, so what is installed is looked at, and that is said."""
    record = Recorder(tmp_path, set())
    outcome = looked_up(replace(good.subject, record=record), osv)
    assert outcome.status is Status.PASSED
    assert "no lock file" in outcome.notes[-1]
    assert {"fastapi", "sqlalchemy", "asyncpg"} <= {each.name for each in installed(EXAMPLE)}


def test_a_vulnerable_version_fails(good: Opened, osv: str, tmp_path: Path) -> None:
    """At its line, with the version that mends it; an advisory that was taken back counts no more."""
    (tmp_path / "requirements.txt").write_text(
        "fastapi==0.110.0\nJinja2==2.4.1 ; python_version > '3'\nPyYAML==5.3\nredis>=5\n"
    )
    outcome = looked(good, tmp_path, osv)
    assert [(each.place, each.next_step) for each in outcome.faults] == [
        ("requirements.txt:2", "update to 2.11.3"),
        ("requirements.txt:3", "no version without it is known: replace it"),
    ]
    assert "jinja2 2.4.1 is vulnerable: GHSA-test-1 A sandbox" in outcome.faults[0].what
    assert "requirements.txt:4: redis is not pinned" in outcome.notes


def test_a_lock_file_is_read(good: Opened, osv: str, tmp_path: Path) -> None:
    """What it says counts, and the project itself is no dependency."""
    lock = '[[package]]\nname = "{}"\nversion = "{}"\nsource = {}\n'
    (tmp_path / "uv.lock").write_text(
        lock.format("jinja2", "2.4.1", '{registry = "x"}') + lock.format("shop", "1", '{editable = "."}')
    )
    assert locked(tmp_path)[0] == [Package("jinja2", "2.4.1", "uv.lock")]
    assert [each.place for each in looked(good, tmp_path, osv).faults] == ["uv.lock"]


def test_without_advisories_nothing_is_proven(good: Opened, tmp_path: Path) -> None:
    """Nobody listens there."""
    (tmp_path / "requirements.txt").write_text("jinja2==2.4.1\n")
    with pytest.raises(NotRun, match="advisories cannot be reached"):
        looked(good, tmp_path, "http://127.0.0.1:9")
