"""What is wrong with Kubernetes manifests: what lets others in, and what takes a service down with it.

What lives here: rules on documents that are already read. What must not: files, or the schemas (`kubernetes.py`).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from backwright_workbench.verify.checks.operations.kubernetes_manifest import SERVING, Manifest
from backwright_workbench.verify.checks.operations.kubernetes_pods import container_faults, pod_faults
from backwright_workbench.verify.outcome import Fault
from backwright_workbench.verify.yaml_files import listed, mapped

GRACE = 30
"""Seconds that a pod gets to end if nothing says otherwise."""


def findings(manifests: Sequence[Manifest]) -> Iterator[Fault]:
    """Everything that is wrong with them, together."""
    for each in manifests:
        if each.pod:
            yield from pod_faults(each, manifests)
            for container in (*listed(each.pod.get("containers")), *listed(each.pod.get("initContainers"))):
                yield from container_faults(each, mapped(container))
            if each.kind in ("Deployment", "StatefulSet"):
                yield from _serving(each, manifests)
        elif each.kind == "Secret":
            yield from _secret(each)
        elif each.kind in ("Role", "ClusterRole"):
            yield from _role(each)
        elif each.kind in ("Service", "PodDisruptionBudget"):
            yield from _selecting(each, manifests)


def _serving(each: Manifest, manifests: Sequence[Manifest]) -> Iterator[Fault]:
    """What keeps answering while pods come and go."""
    served = [mapped(one) for one in listed(each.pod.get("containers")) if mapped(one).get("ports")]
    for container in served:
        of, here = f"{container.get('name', '?')} of {each.name}", each.at(container)
        if "readinessProbe" not in container:
            yield Fault(
                f"{of} has no readiness probe",
                here,
                "it gets requests before it can answer",
                "readinessProbe: /health/ready",
            )
        if "livenessProbe" not in container:
            yield Fault(
                f"{of} has no liveness probe",
                here,
                "one that hangs is never started again",
                "livenessProbe: /health/live",
            )
        elif _asks(container, "livenessProbe") == _asks(container, "readinessProbe") != "":
            yield Fault(
                f"{of} is killed for what makes it only unready",
                each.at(container, "livenessProbe"),
                "when its database is away, every pod is killed, again and again",
                "a liveness probe that asks nothing of the outside: /health/live",
            )
        yield from _leaving(each, container, of)
    replicas = mapped(each.body.get("spec")).get("replicas", 1)
    if (
        served
        and isinstance(replicas, int)
        and replicas > 1
        and not any(_covers(one, each) for one in manifests)
    ):
        yield Fault(
            f"{each.name} has no PodDisruptionBudget",
            each.at(),
            "maintenance of the cluster may take all of its pods at once",
            "a PodDisruptionBudget with minAvailable: 1",
        )


def _asks(container: dict[Any, Any], probe: str) -> str:
    return str(mapped(mapped(container.get(probe)).get("httpGet")).get("path", ""))


def _leaving(each: Manifest, container: dict[Any, Any], of: str) -> Iterator[Fault]:
    grace = each.pod.get("terminationGracePeriodSeconds", GRACE)
    hook = mapped(mapped(container.get("lifecycle")).get("preStop"))
    drain = next(
        (
            str(mapped(one).get("value", ""))
            for one in listed(container.get("env"))
            if mapped(one).get("name") == "DRAIN_S"
        ),
        "",
    )
    slept = mapped(hook.get("sleep")).get("seconds")
    command = [str(word) for word in listed(mapped(hook.get("exec")).get("command"))]
    found = re.search(r"sleep\D*(\d+)", " ".join(command))
    waits = float(slept or (found[1] if found else 0)) + float(drain if re.fullmatch(r"[\d.]+", drain) else 0)
    if not hook and not drain:
        yield Fault(
            f"{of} ends before the cluster stops sending requests",
            each.at(container),
            "requests of the seconds between are refused, at every rollout",
            "lifecycle: {preStop: {sleep: {seconds: 5}}}, or DRAIN_S",
        )
    elif isinstance(grace, int) and waits >= grace:
        yield Fault(
            f"{of} waits {waits:g} s before it ends, and is killed after {grace} s",
            each.at(each.pod, "terminationGracePeriodSeconds"),
            "requests under way are cut",
            f"terminationGracePeriodSeconds: {int(waits) + 30}",
        )


def _covers(budget: Manifest, workload: Manifest) -> bool:
    """Whether it is a disruption budget for the pods of that workload."""
    return budget.kind == "PodDisruptionBudget" and _selects(budget, workload)


def _selects(selecting: Manifest, workload: Manifest) -> bool:
    selector = mapped(mapped(selecting.body.get("spec")).get("selector"))
    wanted = mapped(selector.get("matchLabels")) if selecting.kind == "PodDisruptionBudget" else selector
    return bool(wanted) and all(workload.labels.get(key) == value for key, value in wanted.items())


def _selecting(each: Manifest, manifests: Sequence[Manifest]) -> Iterator[Fault]:
    spec = mapped(each.body.get("spec"))
    workloads = [one for one in manifests if one.kind in SERVING]
    if workloads and spec.get("selector") and not any(_selects(each, one) for one in workloads):
        yield Fault(
            f"{each.name} selects no pod",
            each.at(spec, "selector"),
            "it does nothing",
            "the labels of the pods",
        )


def _secret(each: Manifest) -> Iterator[Fault]:
    given = {**mapped(each.body.get("data")), **mapped(each.body.get("stringData"))}
    said = [
        key
        for key, value in given.items()
        if value and not re.search(r"\$\{|<[^>]+>|\{\{|CHANGE|REPLACE|PLACEHOLDER", str(value))
    ]
    if said:
        yield Fault(
            f"{each.name} holds {', '.join(map(str, said))}",
            each.at(),
            "everybody who can read the file knows it: base64 hides nothing",
            "an external or a sealed secret",
        )


def _role(each: Manifest) -> Iterator[Fault]:
    for rule in listed(each.body.get("rules")):
        if "*" in listed(mapped(rule).get("verbs")) or "*" in listed(mapped(rule).get("resources")):
            yield Fault(
                f"{each.name} may do everything",
                each.at(each.body, "rules"),
                "so may whoever breaks in",
                "name verbs and resources",
            )
