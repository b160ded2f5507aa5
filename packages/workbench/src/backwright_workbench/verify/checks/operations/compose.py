"""What Compose starts comes up by itself, keeps its data, and is open to nobody.

Nothing is started: the files are read. Red: a database that every network can reach, a password in the file, `latest`,
a dependency that is not waited for, a key that Compose does not know.
"""

import re

from backwright_workbench.verify import yaml_files
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.operations.compose_rules import findings
from backwright_workbench.verify.fingerprint import files_of
from backwright_workbench.verify.outcome import Fault, NotRun, Outcome, judged
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="What Compose starts comes up, keeps its data and is closed",
    needs=frozenset({Need.SOURCE}),
    proves=("CIS Docker 5", "12factor X", "CWE-668", "CWE-798"),
)

NAMES = re.compile(r"(?:docker-)?compose(?:[.-][\w-]+)?\.ya?ml")
WORKING = re.compile(r"dev|local|test|ci\b|override|debug")
"""Files that are merged into another, or used while working: what is found in those is told, and is no fault."""


def run(subject: Subject) -> Outcome:
    """Reads each Compose file of the project."""
    root = subject.files()
    paths = [place.relative_to(root).as_posix() for place in files_of(root) if NAMES.fullmatch(place.name)]
    if not paths:
        raise NotRun("there is no Compose file", required=False)
    faults: list[Fault] = []
    notes: list[str] = []
    for path in paths:
        try:
            (document,) = yaml_files.documents((root / path).read_text(encoding="utf-8"))
        except (yaml_files.Unreadable, ValueError) as error:
            why = "docker compose refuses the file"
            faults.append(Fault(f"it is not YAML: {' '.join(str(error).split())[:200]}", path, why))
            continue
        is_working = bool(WORKING.search(path.rpartition("/")[2]))
        for said in findings(document, path):
            if not is_working and (said.is_sure or subject.blueprint is not None):
                faults.append(said.fault)
            else:
                notes.append(f"{said.fault.place}: {said.fault.what}")
    lines = [f"{each.place}: {each.what}" for each in faults] or ["nothing is wrong"]
    subject.record.keep(
        "compose.txt", "\n".join([", ".join(paths), *lines]) + "\n", command="reads the Compose files"
    )
    return judged(f"{', '.join(paths)} read", faults, notes=tuple(notes))
