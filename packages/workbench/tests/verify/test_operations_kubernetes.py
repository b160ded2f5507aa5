"""operations/kubernetes: the manifests are valid, closed and bounded."""

from pathlib import Path

import kubernetes_validate
import pytest
from backwright_workbench.verify.checks.operations.kubernetes import invalid, manifests_in
from backwright_workbench.verify.checks.operations.kubernetes_rules import findings
from backwright_workbench.verify.opening import Opened
from backwright_workbench.verify.outcome import Status
from verify_planting import checked, faults, passed, planted

KUBERNETES = "operations/kubernetes"
GOOD = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata:
      labels: {app: shop}
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 40
      securityContext:
        runAsNonRoot: true
        seccompProfile: {type: RuntimeDefault}
      containers:
        - name: serve
          image: registry.example.com/shop:1.4.2
          ports: [{containerPort: 8000}]
          env:
            - name: SECRET_KEY
              valueFrom: {secretKeyRef: {name: shop, key: secret-key}}
          lifecycle: {preStop: {sleep: {seconds: 5}}}
          readinessProbe: {httpGet: {path: /health/ready, port: 8000}}
          livenessProbe: {httpGet: {path: /health/live, port: 8000}}
          resources:
            requests: {cpu: 100m, memory: 256Mi}
            limits: {memory: 512Mi}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports: [{port: 80, targetPort: 8000}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: shop}
spec:
  minAvailable: 1
  selector: {matchLabels: {app: shop}}
"""
PLANTED = {
    "no-limits": ("            limits: {memory: 512Mi}\n", "", "says no limits.memory"),
    "no-requests": ("            requests: {cpu: 100m, memory: 256Mi}\n", "", "says no requests.cpu"),
    "root": ("        runAsNonRoot: true\n", "", "may run as root"),
    "root-by-number": (
        "        runAsNonRoot: true\n",
        "        runAsNonRoot: true\n        runAsUser: 0\n",
        "may run as root",
    ),
    "privileged": (
        "          securityContext:\n",
        "          securityContext:\n            privileged: true\n",
        "is privileged",
    ),
    "escalation": ("            allowPrivilegeEscalation: false\n", "", "may gain rights"),
    "capabilities": ("{drop: [ALL]}", "{drop: [NET_RAW]}", "keeps rights of root"),
    "capability-taken-back": ("{drop: [ALL]}", "{drop: [ALL], add: [SYS_ADMIN]}", "keeps rights of root"),
    "system-calls": ("        seccompProfile: {type: RuntimeDefault}\n", "", "may make every system call"),
    "own-files": ("            readOnlyRootFilesystem: true\n", "", "can change its own files"),
    "token": ("      automountServiceAccountToken: false\n", "", "is given a token of the cluster"),
    "latest": ("shop:1.4.2", "shop:latest", "has no version"),
    "no-tag": ("shop:1.4.2", "shop", "has no version"),
    "no-readiness": (
        "          readinessProbe: {httpGet: {path: /health/ready, port: 8000}}\n",
        "",
        "no readiness probe",
    ),
    "no-liveness": (
        "          livenessProbe: {httpGet: {path: /health/live, port: 8000}}\n",
        "",
        "no liveness probe",
    ),
    "killed-with-its-database": ("/health/live", "/health/ready", "is killed for what makes it only unready"),
    "no-pause-before-the-end": (
        "          lifecycle: {preStop: {sleep: {seconds: 5}}}\n",
        "",
        "ends before the cluster stops",
    ),
    "pause-longer-than-the-grace": (
        "seconds: 5",
        "seconds: 60",
        "waits 60 s before it ends, and is killed after 40 s",
    ),
    "budget-of-others": (
        "  minAvailable: 1\n  selector: {matchLabels: {app: shop}}",
        "  selector: {matchLabels: {app: web}}",
        "no PodDisr",
    ),
    "service-of-nobody": (
        "  selector: {app: shop}\n  ports",
        "  selector: {app: web}\n  ports",
        "Service/shop selects no pod",
    ),
    "secret-in-the-open": (
        "valueFrom: {secretKeyRef: {name: shop, key: secret-key}}",
        "value: hunter2",
        "stands in the manifest",
    ),
    "host-network": ("      containers:", "      hostNetwork: true\n      containers:", "has hostNetwork"),
    "host-folder": (
        "      containers:",
        "      volumes: [{name: a, hostPath: {path: /}}]\n      containers:",
        "folder of the machine",
    ),
    "misspelt-field": ("  replicas: 2", "  replica: 2", "is not valid"),
    "text-for-a-number": ("  replicas: 2", "  replicas: two", "is not valid: spec.replicas"),
    "secret-object": (
        "kind: Service\n",
        "kind: Secret\nstringData: {password: hunter2}\n",
        "Secret/shop holds password",
    ),
}


def said(folder: Path, text: str) -> list[str]:
    (folder / "app.yaml").write_text(text)
    manifests, unreadable, _ = manifests_in(folder)
    invalids = [invalid(each, kubernetes_validate) for each in manifests]
    return [each.what for each in (*unreadable, *findings(manifests), *invalids) if each is not None]


def test_good_manifests_are_good(tmp_path: Path) -> None:
    """Valid, restricted, bounded, and replaced without a refused request."""
    assert said(tmp_path, GOOD) == []


@pytest.mark.parametrize(("before", "after", "what"), PLANTED.values(), ids=PLANTED)
def test_a_weak_manifest_is_found(before: str, after: str, what: str, tmp_path: Path) -> None:
    """Each fault alone."""
    assert GOOD.count(before) == 1, GOOD.count(before)
    found = said(tmp_path, GOOD.replace(before, after))
    assert [each for each in found if what in each], found


def test_a_service_without_manifests_has_nothing_to_say(good: Opened, tmp_path: Path) -> None:
    """And that leaves no verdict open."""
    evidence = checked(good, KUBERNETES, tmp_path)
    assert (evidence.status, evidence.required) == (Status.NOT_RUN, False)


def test_a_deployment_without_limits_fails_and_a_good_one_passes(good: Opened, tmp_path: Path) -> None:
    """Wherever in the tree it stands."""
    with planted(good, tmp_path, {"deploy/k8s/shop.yaml": ("", GOOD)}, same_tables=False) as opened:
        assert passed(checked(opened, KUBERNETES, tmp_path))
        place = opened.subject.files() / "deploy/k8s/shop.yaml"
        place.write_text(GOOD.replace("            limits: {memory: 512Mi}\n", ""))
        found = faults(checked(opened, KUBERNETES, tmp_path / "again"))
    assert "deploy/k8s/shop.yaml:18: serve of Deployment/shop says no limits.memory" in found
