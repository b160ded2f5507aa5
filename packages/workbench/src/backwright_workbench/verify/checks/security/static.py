"""The code itself opens no known hole.

A project can tell its linters to look away; its ignores and comments do not count here. Red: `eval`, a statement put
together from values, a certificate that is not checked, a shell, a weak hash, debugging left on.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.security.static_rules import Weakness, weaknesses
from backwright_workbench.verify.fingerprint import files_of
from backwright_workbench.verify.outcome import Fault, NotRun, Outcome, judged
from backwright_workbench.verify.programs import needed
from backwright_workbench.verify.subject import Subject
from backwright_workbench.workspace.processes import clean_environment
from backwright_workbench.workspace.processes import run as run_process

CHECK = Check(
    title="The code opens no known hole",
    needs=frozenset({Need.SOURCE}),
    proves=("CWE-89", "CWE-78", "CWE-95", "CWE-295", "CWE-502", "CWE-798", "OWASP API8:2023"),
)

SELECTED = (
    "S102,S103,S104,S108,S113,S201,S202,S301,S302,S303,S304,S305,S306,S307,S308,S312,S313,S314,S315,S316,S317,S318,"
    "S319,S321,S323,S324,S501,S502,S503,S504,S505,S506,S507,S508,S509,S601,S602,S604,S605,S609,S611,S612,S701,S702,"
    "S704,B006,B012,B019,B023,B039,ASYNC210,ASYNC212,ASYNC220,ASYNC221,ASYNC222,ASYNC230,ASYNC250,ASYNC251"
)
"""Rules of ruff that say something is wrong, and not only that it might be."""

STALLS = "the whole service waits meanwhile, for every caller"
WHY = {
    "ASYNC": STALLS,
    "B006": "it is shared by all calls, so that one caller sees what belongs to another",
    "B012": "an error that is under way is lost",
    "B019": "nothing that it has seen is ever let go",
    "B023": "every call sees the last value, not its own",
    "B039": "all requests share it",
    "S104": "it listens on every network that the machine is in",
    "S113": "a server that does not answer holds a request for ever",
}
APART = ("tests", "test", "migrations", "alembic", "docs", "examples", "scripts", "benchmarks")
SETTINGS = re.compile(r"(?:dev|development|local|test|testing|ci)\.py$")


def run(subject: Subject) -> Outcome:
    """Looks at each file twice: with our own rules, and with ruff's."""
    root = subject.files()
    files = list(sources(root))
    if not files:
        raise NotRun("there is no Python code here", required=False)
    faults = [fault for path in files for fault in own(root / path, path)]
    places = {fault.place for fault in faults}
    faults += [fault for fault in ruffs(subject, root, files) if fault.place not in places]
    faults.sort(key=lambda fault: fault.place)
    return judged(
        f"{len(files)} files of Python, {len(faults)} weaknesses",
        faults,
        notes=("tests, migrations, scripts and examples were not looked at",),
    )


def sources(root: Path) -> Iterator[str]:
    """The files that a service is made of: under `src` if it has one."""
    begun = root / "src" if (root / "src").is_dir() else root
    for place in files_of(begun):
        path = place.relative_to(root).as_posix()
        name = path.rpartition("/")[2]
        if not name.endswith(".py") or name.startswith(("test_", "conftest")):
            continue
        if not any(part in APART for part in place.relative_to(begun).parts[:-1]):
            yield path


def own(place: Path, path: str) -> Iterator[Fault]:
    """What our own rules find in a file."""
    try:
        found = list(weaknesses(place.read_text(encoding="utf-8")))
    except (SyntaxError, ValueError) as error:
        yield Fault(f"it cannot be read as Python: {error}", path)
        return
    for each in found:
        if each.cwe == "CWE-489" and SETTINGS.search(path):
            continue
        yield _fault(path, each)


def _fault(path: str, weakness: Weakness) -> Fault:
    return Fault(
        f"{weakness.what} ({weakness.cwe})", f"{path}:{weakness.line}", weakness.why, weakness.next_step
    )


def ruffs(subject: Subject, root: Path, files: list[str]) -> Iterator[Fault]:
    """What ruff finds, with our selection and without the project's exceptions."""
    command = [needed("ruff"), "check", "--isolated", "--ignore-noqa", "--no-cache", "--quiet", "--exit-zero"]
    command += ["--target-version", "py311", "--select", SELECTED, "--output-format", "json", "--", *files]
    done = run_process(command, cwd=root, env=clean_environment(), timeout=120)
    text = "\n".join(done.output)
    shown = text.replace(str(root), ".")
    subject.record.keep(
        "ruff.json",
        shown + "\n",
        command=f"ruff check --isolated --ignore-noqa --select {SELECTED}",
        exit_code=done.code,
    )
    for found in json.loads(text or "[]"):
        code = str(found["code"] or "")
        path = Path(found["filename"]).resolve().relative_to(root.resolve()).as_posix()
        why = WHY.get(code) or WHY.get(code.rstrip("0123456789")) or "it is known to be used in attacks"
        yield Fault(
            f"{found['message']} ({code})", f"{path}:{found['location']['row']}", why, found["url"] or ""
        )
