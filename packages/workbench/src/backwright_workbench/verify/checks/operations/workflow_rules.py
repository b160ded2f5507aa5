"""What is wrong with a workflow of GitHub Actions: what keeps it from running, and what lets others in.

What lives here: rules on one document. What must not: reading files, or asking zizmor (`workflow.py`).
"""

import re
from collections.abc import Iterator
from typing import Any

from backwright_workbench.verify.outcome import Fault
from backwright_workbench.verify.yaml_files import line, listed, mapped, texts

KEYS = re.compile("name|run-name|on|permissions|env|defaults|concurrency|jobs")
JOB_KEYS = re.compile(
    "name|permissions|needs|if|runs-on|environment|concurrency|outputs|env|defaults|steps|timeout-minutes|strategy|"
    "continue-on-error|container|services|uses|with|secrets"
)
STEP_KEYS = re.compile(
    "id|if|name|uses|run|working-directory|shell|with|env|continue-on-error|timeout-minutes"
)
PINNED = re.compile(r"(?:\./.*|docker://.+@sha256:[0-9a-f]{64}|[^@\s]+@[0-9a-f]{40})")
UNTRUSTED = re.compile(
    r"\$\{\{[^}]*(?:github\.event\.(?:issue|pull_request|comment|review|discussion|head_commit)\.(?:[\w.]*\.)?"
    r"(?:title|body|message|name|email|label|ref)|github\.head_ref)[^}]*\}\}"
)
CONTEXTS = re.compile(
    "github|env|vars|jobs?|steps|runner|secrets|strategy|matrix|needs|inputs|contains|startsWith|endsWith|format|join|"
    "toJSON|fromJSON|hashFiles|success|always|cancelled|failure|true|false|null|NaN|Infinity|case",
    re.IGNORECASE,
)


def faults(document: Any, path: str) -> Iterator[Fault]:
    """Everything that is wrong with a workflow."""
    workflow = mapped(document)
    triggers = workflow.get("on", workflow.get(True))
    if triggers is None or not mapped(workflow.get("jobs")):
        what = "no trigger (on)" if triggers is None else "no jobs"
        yield _dead(f"it has {what}", path, 1)
        return
    for key in workflow:
        if not KEYS.fullmatch(str(key)) and key is not True:
            yield _dead(f"{key!r} is nothing that a workflow has", path, line(workflow, key))
    jobs = mapped(workflow["jobs"])
    names = set(map(str, triggers if isinstance(triggers, dict | list) else [triggers]))
    for name, job in jobs.items():
        yield from _job(str(name), mapped(job), jobs, path, line(jobs, name))
        yield from _rights(workflow, str(name), mapped(job), path, line(jobs, name))
        if names & {"pull_request_target", "workflow_run"}:
            yield from _foreign_code(mapped(job), path)
    yield from _circles(jobs, path)
    yield from _expressions(workflow, path)


def _dead(what: str, path: str, at: int) -> Fault:
    return Fault(
        what, f"{path}:{at}", "GitHub refuses the file, and nothing is checked", "see the syntax of workflows"
    )


def _job(name: str, job: dict[Any, Any], jobs: dict[Any, Any], path: str, at: int) -> Iterator[Fault]:
    for key in job:
        if not JOB_KEYS.fullmatch(str(key)):
            yield _dead(f"{key!r} is nothing that a job has", path, line(job, key))
    for needed in listed(job.get("needs")):
        if needed not in jobs:
            yield _dead(f"the job {name} needs {needed}, which there is not", path, line(job, "needs"))
    if "uses" in job:
        yield from _pinned(str(job["uses"]), path, line(job, "uses"))
        return
    if "runs-on" not in job:
        yield _dead(f"the job {name} says no runs-on", path, at)
    if not listed(job.get("steps")):
        yield _dead(f"the job {name} has no steps", path, at)
    if "timeout-minutes" not in job:
        yield Fault(
            f"the job {name} has no timeout-minutes",
            f"{path}:{at}",
            "one that hangs costs six hours, and holds back what waits for it",
            "timeout-minutes: 15",
        )
    for number, step in enumerate(listed(job.get("steps"))):
        yield from _step(mapped(step), path, line(job["steps"], number))


def _step(step: dict[Any, Any], path: str, at: int) -> Iterator[Fault]:
    for key in step:
        if not STEP_KEYS.fullmatch(str(key)):
            yield _dead(f"{key!r} is nothing that a step has", path, line(step, key))
    if ("run" in step) == ("uses" in step):
        yield _dead("a step has either run or uses", path, at)
    if "uses" in step:
        yield from _pinned(str(step["uses"]), path, line(step, "uses"))
    if (found := UNTRUSTED.search(str(step.get("run", "")))) is not None:
        yield Fault(
            f"{found[0]} is written into a script",
            f"{path}:{line(step, 'run')}",
            "whoever opens an issue or a pull request can run commands there",
            'give it as an environment variable, and write "$TITLE"',
        )
    for key, value in mapped(step.get("with")).items():
        if str(key).lower() in ("password", "token", "api-key") and "${{" not in str(value):
            yield Fault(
                f"{key} stands in the workflow",
                f"{path}:{line(step['with'], key)}",
                "everybody can read it",
                "${{ secrets.NAME }}",
            )


def _pinned(uses: str, path: str, at: int) -> Iterator[Fault]:
    if not PINNED.fullmatch(uses):
        yield Fault(
            f"{uses} is not pinned",
            f"{path}:{at}",
            "whoever can move that tag runs code with the rights of this workflow",
            f"{uses.partition('@')[0]}@<the 40 digits of a commit> # its version",
        )


def _rights(workflow: dict[Any, Any], name: str, job: dict[Any, Any], path: str, at: int) -> Iterator[Fault]:
    rights = job.get("permissions", workflow.get("permissions"))
    if rights is None:
        yield Fault(
            f"nothing says which rights the job {name} has",
            f"{path}:{at}",
            "it has those of the repository's setting, which may be to write everything",
            "permissions: {contents: read} at the top",
        )
    elif rights == "write-all":
        yield Fault(
            f"the job {name} may write everything",
            f"{path}:{at}",
            "so may every action that it uses",
            "name what it writes",
        )
    elif (
        job.get("permissions") is None
        and "write" in mapped(rights).values()
        and len(mapped(workflow["jobs"])) > 1
    ):
        written = ", ".join(key for key, value in mapped(rights).items() if value == "write")
        yield Fault(
            f"the job {name} may write {written} because all jobs may",
            f"{path}:{line(workflow, 'permissions')}",
            "what only reads needs no right to write",
            "permissions at the job that writes",
        )


def _foreign_code(job: dict[Any, Any], path: str) -> Iterator[Fault]:
    steps = listed(job.get("steps"))
    for number, step in enumerate(steps):
        ref = str(mapped(mapped(step).get("with")).get("ref", ""))
        gets = str(mapped(step).get("uses", "")).startswith("actions/checkout") and re.search(
            r"head|merge", ref
        )
        fetches = re.search(
            r"gh pr checkout|refs/pull/|git (?:fetch|checkout).*(?:head|pull)",
            str(mapped(step).get("run", "")),
        )
        if gets or fetches:
            yield Fault(
                "code of a stranger's pull request is checked out with the secrets of the repository",
                f"{path}:{line(steps, number)}",
                "its build scripts can read them",
                "on: pull_request, which gets no secrets",
            )


def _circles(jobs: dict[Any, Any], path: str) -> Iterator[Fault]:
    waits = {
        str(name): {str(each) for each in listed(mapped(job).get("needs"))} for name, job in jobs.items()
    }
    while free := [name for name, needs in waits.items() if not needs & waits.keys()]:
        for name in free:
            del waits[name]
    if waits:
        names = " and ".join(sorted(waits))
        yield _dead(f"{names} wait for each other", path, line(jobs, next(iter(waits))))


def _expressions(workflow: dict[Any, Any], path: str) -> Iterator[Fault]:
    for text in texts(workflow):
        if text.count("${{") != len(re.findall(r"\$\{\{.*?\}\}", text, re.DOTALL)):
            yield _dead(f"an expression is not closed: {text.strip()[:60]}", path, 1)
            continue
        for inner in re.findall(r"\$\{\{(.*?)\}\}", text, re.DOTALL):
            bare = re.sub(r"'(?:[^']|'')*'", "", inner)
            if bare.count("(") != bare.count(")") or bare.count("[") != bare.count("]"):
                yield _dead(f"the brackets of an expression do not match:{inner}", path, 1)
            for word in re.findall(r"(?<![\w.\]-])([A-Za-z_][\w-]*)", bare):
                if not CONTEXTS.fullmatch(word):
                    yield _dead(f"{word} is nothing that an expression knows", path, 1)
