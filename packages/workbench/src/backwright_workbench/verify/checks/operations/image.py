"""The image that the service runs in is small, pinned, without secrets and without root.

Nothing is built: the Dockerfile is read, by hadolint and by rules of our own. Red: root, a base without a version, a
shell that swallows SIGTERM, a secret in an ARG or a copied `.env`, compilers or test tools in what is shipped.
"""

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.operations.dockerfile import Stage, leaves_out, stages
from backwright_workbench.verify.checks.operations.image_rules import LOCKS, context_faults, weaknesses
from backwright_workbench.verify.fingerprint import files_of
from backwright_workbench.verify.outcome import Fault, NotRun, Outcome, judged
from backwright_workbench.verify.programs import needed
from backwright_workbench.verify.subject import Subject
from backwright_workbench.workspace.processes import clean_environment
from backwright_workbench.workspace.processes import run as run_process

CHECK = Check(
    title="The image is pinned, without secrets and without root",
    needs=frozenset({Need.SOURCE}),
    proves=("CIS Docker 4.1", "CWE-250", "12factor V", "Kubernetes restricted"),
)

NAMES = re.compile(r"(?:.*\.)?(?:Dockerfile|Containerfile)(?:\.(?!dockerignore)[\w-]+)?")
GRAVE = (
    "DL3002",
    "DL3004",
    "DL3006",
    "DL3007",
    "DL3020",
    "DL3021",
    "DL3022",
    "DL3023",
    "DL3024",
    "DL3025",
    "DL4000",
)
"""Findings of hadolint that are faults whatever level it gives them; so is what it calls an error."""

OURS = {"DL3002": "root", "DL3006": "version", "DL3007": "version", "DL3025": "shell"}
"""What our own rules say too, in more words."""


def run(subject: Subject) -> Outcome:
    """Looks at every Dockerfile of the project."""
    root = subject.files()
    paths = [
        place.relative_to(root).as_posix()
        for place in files_of(root)
        if NAMES.fullmatch(place.name)
        and not {"tests", "fixtures", "node_modules"} & set(place.relative_to(root).parts)
    ]
    if not paths:
        raise NotRun("there is no Dockerfile", required=False)
    faults: list[Fault] = []
    notes: list[str] = []
    for path in paths:
        text = (root / path).read_text(encoding="utf-8", errors="replace")
        found = stages(text)
        if not found:
            faults.append(Fault("it has no FROM", path, "nothing can be built from it", "begin with FROM"))
            continue
        own = list(weaknesses(found, path))
        if "/" not in path:
            ignored = _ignored(root, path)
            own += context_faults(found, path, root, ignored)
            notes += hints(found, root, path, ignored)
        said, told = hadolints(subject, path, {each.place for each in own})
        faults += own + said
        notes += told
        if found[-1].last("HEALTHCHECK") is None:
            missing = Fault(
                "it has no HEALTHCHECK",
                path,
                "what starts containers cannot tell one that hangs",
                "HEALTHCHECK CMD, asking /health/live",
            )
            if subject.blueprint is not None:
                faults.append(missing)
            else:
                notes.append(f"{path}: {missing.what}; an orchestrator may ask by itself")
    return judged(f"{', '.join(paths)} read by hadolint and our own rules", faults, notes=tuple(notes))


def hints(found: list[Stage], root: Path, path: str, ignored: list[str] | None) -> Iterator[str]:
    """What could be better and is no fault."""
    if len(found) == 1:
        yield f"{path}: one stage: what is needed to install stays in the image"
    loose = sorted({each.base for each in found if each.parent is None and "@sha256:" not in each.base})
    if loose:
        yield f"{path}: not pinned by digest: {', '.join(loose)}"
    if not any((root / name).is_file() for name in LOCKS):
        yield "there is no lock file: two builds may hold different versions"
    if (root / "tests").is_dir() and not leaves_out(ignored or (), "tests"):
        yield ".dockerignore does not leave out the tests"


def hadolints(subject: Subject, path: str, known: set[str]) -> tuple[list[Fault], list[str]]:
    """What hadolint finds, with its own rules: the project's configuration and comments do not count."""
    place = subject.files() / path
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as empty:  # instead of the project's configuration
        empty.write("ignored: []\n")
        empty.flush()
        command = [needed("hadolint"), "--no-fail", "--disable-ignore-pragma", "--config", empty.name]
        command += ["--format", "json", str(place)]
        done = run_process(command, cwd=place.parent, env=clean_environment(), timeout=60)
    text = "\n".join(done.output).replace(f"{subject.files()}/", "")
    subject.record.keep(
        f"hadolint-{path.replace('/', '-')}.json",
        text + "\n",
        command=f"hadolint {path}",
        exit_code=done.code,
    )
    faults, notes = [], []
    for found in json.loads(text or "[]"):
        at = f"{path}:{found['line']}"
        said = f"{found['message']} ({found['code']})"
        if found["code"] in OURS and at in known:
            continue
        if found["level"] == "error" or found["code"] in GRAVE:
            why = "hadolint holds it for wrong"
            faults.append(Fault(said, at, why, f"https://github.com/hadolint/hadolint/wiki/{found['code']}"))
        else:
            notes.append(f"{at}: {said}")
    return faults, notes


def _ignored(root: Path, path: str) -> list[str] | None:
    for name in (f"{path}.dockerignore", ".dockerignore"):
        if (root / name).is_file():
            return (root / name).read_text(encoding="utf-8", errors="replace").splitlines()
    return None
