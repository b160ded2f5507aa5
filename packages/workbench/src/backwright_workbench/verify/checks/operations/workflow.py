"""The workflows run, and let nobody in.

What they would do is not run here. Red: a job that waits for one which does not exist, an action that is not pinned,
rights that nobody needs, a stranger's code that meets the secrets of the repository.
"""

import json
from pathlib import Path

from backwright_workbench.verify import yaml_files
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.operations import workflow_rules
from backwright_workbench.verify.outcome import Fault, NotRun, Outcome, judged
from backwright_workbench.verify.programs import found, needed
from backwright_workbench.verify.subject import Subject
from backwright_workbench.workspace.processes import clean_environment
from backwright_workbench.workspace.processes import run as run_process

FOLDER = ".github/workflows"
KNOWN = {
    "unpinned-uses": "is not pinned",
    "template-injection": "into a script",
    "excessive-permissions": "rights|may write",
}
"""What our own rules say too: zizmor's word for it, and ours."""

CHECK = Check(
    title="The workflows run, and let nobody in",
    needs=frozenset({Need.SOURCE}),
    proves=("OWASP CICD-SEC-4", "OWASP CICD-SEC-5", "SLSA", "CWE-94"),
    inputs=(".github",),
)


def run(subject: Subject) -> Outcome:
    """Reads each workflow with our own rules and with zizmor, and with actionlint where it is installed."""
    root = subject.files()
    paths = sorted(
        place.relative_to(root).as_posix()
        for ending in ("yml", "yaml")
        for place in (root / FOLDER).glob(f"*.{ending}")
    )
    if not paths:
        raise NotRun(f"there is no workflow in {FOLDER}", required=False)
    faults: list[Fault] = []
    for path in paths:
        faults += read(root / path, path)
    own = {fault.place for fault in faults}
    more, notes = zizmors(subject, root, paths)
    faults += [fault for fault in more if fault.place not in own]
    if (actionlint := found("actionlint")) is not None:
        faults += _actionlints(subject, root, actionlint, paths)
    else:
        notes.append("actionlint is not installed, so scripts in the workflows were not looked at")
    return judged(f"{', '.join(paths)} read", faults, notes=tuple(notes))


def read(place: Path, path: str) -> list[Fault]:
    """What our own rules find in one file."""
    try:
        (document,) = yaml_files.documents(place.read_text(encoding="utf-8"))
    except (yaml_files.Unreadable, ValueError) as error:
        why = "GitHub refuses the file, and nothing is checked"
        return [Fault(f"it is not YAML: {' '.join(str(error).split())[:200]}", path, why)]
    return list(workflow_rules.faults(document, path))


def zizmors(subject: Subject, root: Path, paths: list[str]) -> tuple[list[Fault], list[str]]:
    """What zizmor finds, offline; the project's configuration and comments do not count."""
    command = [
        needed("zizmor"),
        "--offline",
        "--no-config",
        "--no-ignores",
        "--no-progress",
        "--quiet",
        "--no-exit-codes",
    ]
    done = run_process([*command, "--format", "json", *paths], cwd=root, env=clean_environment(), timeout=60)
    text = "\n".join(done.output)
    subject.record.keep("zizmor.json", text + "\n", command=f"zizmor --offline {FOLDER}", exit_code=done.code)
    faults, notes = [], []
    for each in json.loads(text[text.find("[") :] or "[]"):
        where = next(
            (one for one in each["locations"] if one["symbolic"]["kind"] == "Primary"), each["locations"][0]
        )
        path = where["symbolic"]["key"]["Local"]["verbatim_path"].removeprefix("./")
        at = f"{path}:{where['concrete']['location']['start_point']['row'] + 1}"
        rated = each["determinations"]
        said = f"{each['desc']}: {where['symbolic']['annotation']} (zizmor {each['ident']})"
        if rated["severity"] in ("High", "Medium") and rated["confidence"] in ("High", "Medium"):
            faults.append(Fault(said, at, f"zizmor rates it {rated['severity'].lower()}", each["url"]))
        else:
            notes.append(f"{at}: {said}")
    return faults, notes


def _actionlints(subject: Subject, root: Path, actionlint: str, paths: list[str]) -> list[Fault]:
    command = [actionlint, "-no-color", "-config-file", "/dev/null", "-format", "{{json .}}", *paths]
    done = run_process(command, cwd=root, env=clean_environment(), timeout=60)
    text = "\n".join(done.output)
    subject.record.keep("actionlint.json", text + "\n", command="actionlint", exit_code=done.code)
    return [
        Fault(
            f"{each['message']} (actionlint)",
            f"{each['filepath']}:{each['line']}",
            "the workflow does not do what it says",
        )
        for each in json.loads(text or "[]") or ()
    ]
