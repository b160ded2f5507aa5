"""The manifests are valid, and their pods are closed, bounded and replaced without cutting requests.

Nothing is applied: manifests anywhere in the tree are read. Red: a Deployment without limits or probes, a pod that may
be root, `latest`, a secret in plain text, a drain that is longer than the grace.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from backwright_workbench.verify import yaml_files
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.operations.kubernetes_manifest import Manifest
from backwright_workbench.verify.checks.operations.kubernetes_rules import findings
from backwright_workbench.verify.fingerprint import files_of
from backwright_workbench.verify.outcome import Fault, NotRun, Outcome, judged
from backwright_workbench.verify.subject import Subject

VERSION = "1.33"
"""The version of Kubernetes that manifests are held against."""

LARGEST = 1_000_000

CHECK = Check(
    title="The manifests are valid, closed and bounded",
    needs=frozenset({Need.SOURCE}),
    proves=("Kubernetes restricted", "CIS Kubernetes 5", "CWE-250", "CWE-770"),
)


def run(subject: Subject) -> Outcome:
    """Reads every manifest, and holds it against the schema of its kind and against our rules."""
    manifests, faults, notes = manifests_in(subject.files())
    if not manifests and not faults:
        raise NotRun("there are no Kubernetes manifests", required=False)
    try:
        validator = import_module("kubernetes_validate")
    except ImportError:
        raise NotRun(
            "manifests are validated by kubernetes-validate, which is not installed",
            "pip install kubernetes-validate",
        ) from None
    for each in manifests:
        problem = invalid(each, validator)
        if problem is not None:
            faults.append(problem)
    faults += findings(manifests)
    lines = [f"{each.path}: {each.name}" for each in manifests]
    subject.record.keep("manifests.txt", "\n".join(lines) + "\n", command=f"kubernetes-validate {VERSION}")
    return judged(f"{len(manifests)} manifests read", faults, notes=tuple(notes))


def manifests_in(root: Path) -> tuple[list[Manifest], list[Fault], list[str]]:
    """Every manifest below a folder, what cannot be read, and what was left out."""
    found: list[Manifest] = []
    faults: list[Fault] = []
    notes: list[str] = []
    for place in files_of(root):
        if place.suffix not in (".yaml", ".yml") or place.is_symlink() or place.stat().st_size > LARGEST:
            continue
        path = place.relative_to(root).as_posix()
        text = place.read_text(encoding="utf-8", errors="replace")
        if "apiVersion:" not in text or "kind:" not in text:
            continue
        if "{{" in text and "templates/" in path:
            notes.append(f"{path} is a template of Helm, and was not looked at")
            continue
        try:
            documents = yaml_files.documents(text)
        except yaml_files.Unreadable as error:
            faults.append(
                Fault(
                    f"it is not YAML: {' '.join(str(error).split())[:200]}", path, "kubectl refuses the file"
                )
            )
            continue
        for each in documents:
            items = each.get("items", []) if isinstance(each, dict) and each.get("kind") == "List" else [each]
            found += [Manifest(path, one) for one in items if _is_manifest(one)]
    return found, faults, notes


def _is_manifest(document: Any) -> bool:
    if not isinstance(document, dict) or not isinstance(document.get("kind"), str):
        return False
    group = str(document.get("apiVersion", ""))
    return bool(group) and not group.startswith(("kustomize.", "backstage.io", "helm."))


def invalid(manifest: Manifest, validator: ModuleType) -> Fault | None:
    """What the schema of its kind says; none also for kinds that Kubernetes itself does not have."""
    try:
        validator.validate(manifest.body, VERSION, strict=True)
    except validator.SchemaNotFoundError:
        return None
    except validator.ValidationError as error:
        where = ".".join(str(step) for step in error.path)
        return Fault(
            f"{manifest.name} is not valid: {where}: {error.message[:200]}",
            manifest.at(),
            "the cluster refuses it",
            f"kubectl explain {manifest.kind.lower()}",
        )
    return None
