"""Running other reviewers that are installed: they read, as we do, and nothing of the project is executed.

What lives here: their command lines. What must not: reading what they found (`review/merge.py`).
They run in a folder of their own and without the project's configuration, which is not ours to obey.
"""

import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

from backwright_workbench.commands.events import Event, Step, StepSkipped
from backwright_workbench.errors import WorkbenchError
from backwright_workbench.review.merge import Told, results
from backwright_workbench.workspace.processes import run
from backwright_workbench.workspace.trees import read_file

TOOLS = ("bandit", "ruff", "semgrep")
SECONDS = 600.0
LARGEST = 200_000_000
"""Bytes of a report."""


def by_tools(names: tuple[str, ...], root: Path) -> Generator[Event, None, list[Told]]:
    """What those of the tools say that are installed."""
    found: list[Told] = []
    for name in names:
        program = shutil.which(name)
        if program is None:
            yield StepSkipped(name, f"Ask {name}", "it is not installed")
            continue
        step = Step(name, f"Ask {name}")
        yield step.started()
        try:
            told = _asked(name, program, root)
        except WorkbenchError as error:
            yield step.finished(str(error).replace("\n", " "), ok=False)
            continue
        found += told
        yield step.finished(f"{len(told)} results")
    return found


def _asked(name: str, program: str, root: Path) -> list[Told]:
    with tempfile.TemporaryDirectory(prefix="backwright-review-") as folder:
        place = Path(folder, "report.json")
        (Path(folder) / "empty.ini").write_text("[bandit]\n", encoding="utf-8")
        done = run([program, *_arguments(name, root, place)], cwd=Path(folder), timeout=SECONDS)
        if not place.is_file():
            raise WorkbenchError(f"{name} wrote no report", why=done.tail(3))
        return results(read_file(place, what=f"report of {name}", limit=LARGEST), str(place), str(root))


def _arguments(name: str, root: Path, report: Path) -> list[str]:
    if name == "bandit":
        ini = str(report.with_name("empty.ini"))
        return ["-q", "-r", "--ini", ini, "-f", "json", "-o", str(report), "--", str(root)]
    if name == "ruff":
        options = ["--isolated", "--no-cache", "--exit-zero", "--select", "S,BLE,E722,ASYNC,DJ"]
        return ["check", *options, "--output-format", "sarif", "--output-file", str(report), "--", str(root)]
    options = ["--metrics=off", "--disable-version-check", "--quiet", "--config", "p/default"]
    return ["scan", *options, "--sarif", "--output", str(report), "--", str(root)]
