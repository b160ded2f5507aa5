"""The code itself opens no known hole.

A project can tell its linters to look away; its ignores and comments do not count here. Red: what the reviewer's rules
about security find (docs/reference/review), and what ruff knows to be used in attacks: `eval`, a shell, a weak hash.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from backwright_workbench.codebase.application import read_application
from backwright_workbench.review.engine import findings
from backwright_workbench.review.rule import all_rules
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.fingerprint import files_of
from backwright_workbench.verify.outcome import Fault, NotRun, Outcome, judged
from backwright_workbench.verify.programs import needed
from backwright_workbench.verify.subject import Subject
from backwright_workbench.workspace.processes import clean_environment
from backwright_workbench.workspace.processes import run as run_process

CHECK = Check(
    title="The code opens no known hole",
    needs=frozenset({Need.SOURCE}),
    proves=("CWE-89", "CWE-78", "CWE-94", "CWE-295", "CWE-502", "CWE-798", "OWASP API8:2023"),
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
ASKED = frozenset(
    ["missing-auth", "missing-authz", "missing-csrf", "missing-rate-limit", "missing-security-headers",
     "missing-validation", "mass-assignment", "excessive-data-exposure", "user-enumeration", "insecure-cookie"]
)  # fmt: skip
"""What other checks find out by asking the running backend."""
APART = ("tests", "test", "migrations", "alembic", "docs", "examples", "scripts", "benchmarks")


def run(subject: Subject) -> Outcome:
    """Looks at the code twice: with the reviewer's rules about security, and with ruff's."""
    root = subject.files()
    files = list(sources(root))
    if not files:
        raise NotRun("there is no Python code here", required=False)
    faults = list(
        reviewed({path: (root / path).read_text(encoding="utf-8", errors="replace") for path in files})
    )
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


def reviewed(files: dict[str, str]) -> Iterator[Fault]:
    """What the rules of `backwright review` about security find; comments that suppress a rule do not count."""
    app = read_application(files)
    for path, why in app.unread.items():
        yield Fault(f"it cannot be read as Python: {why}", path)
    for found in findings(
        app, [each for each in all_rules() if each.family == "security" and each.name not in ASKED]
    ):
        cwe = f" (CWE-{found.cwe[0]})" if found.cwe else ""
        yield Fault(f"{found.message}{cwe}", str(found.place), f"rule {found.rule}", found.seen.fix)


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
