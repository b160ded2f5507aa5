"""What is wrong with Kubernetes manifests: what lets others in, and what takes a service down with it.

What lives here: rules on documents that are already read. What must not: files, or the schemas (`kubernetes.py`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from backwright_workbench.verify.outcome import Fault
from backwright_workbench.verify.yaml_files import line, listed, mapped

SERVING = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
WORKLOADS = (*SERVING, "Pod", "Job", "CronJob")
SECRET = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|SECRET|SECRET_KEY|TOKEN|API_?KEY|PRIVATE_KEY|ACCESS_KEY)$", re.IGNORECASE
)
GRACE = 30


@dataclass(frozen=True, slots=True)
class Manifest:
    """One document, and the file that it stands in."""

    path: str
    body: dict[Any, Any]

    @property
    def kind(self) -> str:
        """`Deployment`, `Service` …"""
        return str(self.body.get("kind", ""))

    @property
    def name(self) -> str:
        """Kind and name, as people write it."""
        return f"{self.kind}/{mapped(self.body.get('metadata')).get('name', '?')}"

    @property
    def pod(self) -> dict[Any, Any]:
        """The specification of its pods; empty for what has none."""
        spec = mapped(self.body.get("spec"))
        if self.kind == "Pod":
            return spec
        if self.kind == "CronJob":
            spec = mapped(mapped(spec.get("jobTemplate")).get("spec"))
        return mapped(mapped(spec.get("template")).get("spec")) if self.kind in WORKLOADS else {}

    @property
    def labels(self) -> dict[Any, Any]:
        """The labels of its pods."""
        template = mapped(mapped(self.body.get("spec")).get("template"))
        return mapped(mapped(template.get("metadata")).get("labels"))

    def at(self, node: Any = None, key: Any = None) -> str:
        """A line in it."""
        return f"{self.path}:{line(self.body if node is None else node, key)}"


def findings(manifests: Sequence[Manifest]) -> Iterator[Fault]:
    """Everything that is wrong with them, together."""
    for each in manifests:
        if each.pod:
            yield from _pod(each, manifests)
            for container in (*listed(each.pod.get("containers")), *listed(each.pod.get("initContainers"))):
                yield from _container(each, mapped(container))
            if each.kind in ("Deployment", "StatefulSet"):
                yield from _serving(each, manifests)
        elif each.kind == "Secret":
            yield from _secret(each)
        elif each.kind in ("Role", "ClusterRole"):
            yield from _role(each)
        elif each.kind in ("Service", "PodDisruptionBudget"):
            yield from _selecting(each, manifests)


def _pod(each: Manifest, manifests: Sequence[Manifest]) -> Iterator[Fault]:
    pod = each.pod
    for key in ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"):
        if pod.get(key) is True and key != "shareProcessNamespace":
            yield Fault(
                f"{each.name} has {key}",
                each.at(pod, key),
                "it shares what belongs to the machine",
                f"without {key}",
            )
    for volume in listed(pod.get("volumes")):
        if "hostPath" in mapped(volume):
            yield Fault(
                f"{each.name} mounts a folder of the machine",
                each.at(pod, "volumes"),
                "it can read and change the machine",
                "a volume claim",
            )
    account = next(
        (
            other.body
            for other in manifests
            if other.kind == "ServiceAccount"
            and mapped(other.body.get("metadata")).get("name") == pod.get("serviceAccountName", "default")
        ),
        {},
    )
    if (
        pod.get("automountServiceAccountToken", account.get("automountServiceAccountToken", True))
        is not False
    ):
        yield Fault(
            f"{each.name} is given a token of the cluster",
            each.at(pod),
            "whoever breaks into the service can ask the cluster with it",
            "automountServiceAccountToken: false",
        )


def _container(each: Manifest, container: dict[Any, Any]) -> Iterator[Fault]:
    of = f"{container.get('name', '?')} of {each.name}"
    here = each.at(container)
    shared, own = mapped(each.pod.get("securityContext")), mapped(container.get("securityContext"))
    both = {**shared, **own}
    why = "the restricted pod standard refuses it; whoever breaks in has more than the service needs"
    if both.get("runAsNonRoot") is not True or both.get("runAsUser") == 0:
        yield Fault(
            f"{of} may run as root", here, why, "securityContext: {runAsNonRoot: true, runAsUser: 10001}"
        )
    if own.get("allowPrivilegeEscalation") is not False:
        yield Fault(f"{of} may gain rights", here, why, "allowPrivilegeEscalation: false")
    if own.get("privileged") is True:
        yield Fault(f"{of} is privileged", here, why, "without privileged")
    capabilities = mapped(own.get("capabilities"))
    if "ALL" not in listed(capabilities.get("drop")) or set(listed(capabilities.get("add"))) - {
        "NET_BIND_SERVICE"
    }:
        yield Fault(f"{of} keeps rights of root (capabilities)", here, why, "capabilities: {drop: [ALL]}")
    if mapped(both.get("seccompProfile")).get("type") not in ("RuntimeDefault", "Localhost"):
        yield Fault(f"{of} may make every system call", here, why, "seccompProfile: {type: RuntimeDefault}")
    if own.get("readOnlyRootFilesystem") is not True:
        yield Fault(
            f"{of} can change its own files",
            here,
            "what breaks in can stay",
            "readOnlyRootFilesystem: true, and an emptyDir for /tmp",
        )
    yield from _resources(of, here, mapped(container.get("resources")))
    yield from _image(of, each.at(container, "image"), str(container.get("image", "")))
    for variable in listed(container.get("env")):
        name, value = str(mapped(variable).get("name", "")), mapped(variable).get("value")
        if value and (SECRET.search(name) or re.search(r"://[^\s:/@]*:[^\s/@$]+@", str(value))):
            yield Fault(
                f"{name} of {of} stands in the manifest",
                each.at(container, "env"),
                "everybody who can read the file or the cluster's objects knows it",
                "valueFrom: {secretKeyRef: …}",
            )
    for port in listed(container.get("ports")):
        if mapped(port).get("hostPort"):
            yield Fault(f"{of} takes a port of the machine", each.at(container, "ports"), why, "a Service")


def _resources(of: str, here: str, resources: dict[Any, Any]) -> Iterator[Fault]:
    requests, limits = mapped(resources.get("requests")), mapped(resources.get("limits"))
    missing = [
        f"requests.{name}" for name in ("cpu", "memory") if not requests.get(name) and not limits.get(name)
    ]
    missing += [] if limits.get("memory") else ["limits.memory"]
    if missing:
        yield Fault(
            f"{of} says no {', '.join(missing)}",
            here,
            "it is put where there is no room, or takes the room of others",
            "resources: {requests: {cpu: 100m, memory: 256Mi}, limits: {memory: 512Mi}}",
        )


def _image(of: str, here: str, image: str) -> Iterator[Fault]:
    tag = image.rpartition("/")[2].partition(":")[2]
    if "@sha256:" not in image and tag in ("", "latest"):
        yield Fault(
            f"the image {image or '?'} of {of} has no version",
            here,
            "two pods of one rollout may run different code, and there is nothing to roll back to",
            "a version, or better a digest",
        )


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
