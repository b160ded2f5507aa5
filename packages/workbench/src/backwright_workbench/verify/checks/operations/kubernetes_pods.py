"""What is wrong with the pods of a manifest: rights that they do not need, room that they do not say, secrets.

What lives here: the restricted pod standard, and what it leaves out. What must not: how pods come and go
(`kubernetes_rules.py`).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from backwright_workbench.verify.checks.operations.kubernetes_manifest import Manifest
from backwright_workbench.verify.outcome import Fault
from backwright_workbench.verify.yaml_files import listed, mapped

SECRET = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|SECRET|SECRET_KEY|TOKEN|API_?KEY|PRIVATE_KEY|ACCESS_KEY)$", re.IGNORECASE
)


def pod_faults(each: Manifest, manifests: Sequence[Manifest]) -> Iterator[Fault]:
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


def container_faults(each: Manifest, container: dict[Any, Any]) -> Iterator[Fault]:
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
