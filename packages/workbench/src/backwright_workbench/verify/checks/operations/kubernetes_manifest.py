"""A Kubernetes manifest as its kind, its pods and its lines.

What lives here: reading one. What must not: what is wrong with it.
"""

from dataclasses import dataclass
from typing import Any

from backwright_workbench.verify.yaml_files import line, mapped

SERVING = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
WORKLOADS = (*SERVING, "Pod", "Job", "CronJob")


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
