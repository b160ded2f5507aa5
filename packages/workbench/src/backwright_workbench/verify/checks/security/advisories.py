"""Known vulnerabilities of packages, as OSV tells them.

What lives here: asking, with bounds on time and size. What must not: which packages a project has (`packages.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from backwright_workbench.verify.checks.security.packages import Package
from backwright_workbench.verify.outcome import NotRun

OSV = "https://api.osv.dev"
REACH = 3.0
"""Seconds within which it has to answer at all."""

PATIENCE = 20.0
BATCH = 500
MOST = 40
"""Advisories of which the text is fetched."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """One known vulnerability of one package."""

    id: str
    package: Package
    summary: str = ""
    fixed: tuple[str, ...] = ()


def advisories(packages: Sequence[Package], base: str = OSV) -> list[Advisory]:
    """What is known about these versions. Raises `NotRun` if it cannot be asked."""
    found: list[Advisory] = []
    trusted = base == OSV  # proxies of the environment are for the world outside only
    try:
        with httpx2.Client(
            base_url=base, timeout=httpx2.Timeout(PATIENCE, connect=REACH), trust_env=trusted
        ) as client:
            for start in range(0, len(packages), BATCH):
                part = packages[start : start + BATCH]
                queries = [
                    {"package": {"name": each.name, "ecosystem": "PyPI"}, "version": each.version}
                    for each in part
                ]
                answer = client.post("/v1/querybatch", json={"queries": queries})
                answer.raise_for_status()
                for package, result in zip(part, answer.json()["results"], strict=True):
                    found += [Advisory(str(one["id"]), package) for one in (result or {}).get("vulns", ())]
            return [
                _told(client, each) if number < MOST else each for number, each in enumerate(_once(found))
            ]
    except (httpx2.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotRun(
            f"advisories cannot be reached ({type(error).__name__})", f"run it where {base} can be reached"
        ) from None


def _once(found: list[Advisory]) -> list[Advisory]:
    return list({(each.id, each.package): each for each in found}.values())


def _told(client: httpx2.Client, advisory: Advisory) -> Advisory:
    """What it is about, and since which version it is mended."""
    answer = client.get(f"/v1/vulns/{advisory.id}")
    if answer.status_code != 200:
        return advisory
    text: dict[str, Any] = answer.json()
    if text.get("withdrawn"):
        return Advisory("", advisory.package)
    fixed = [
        str(event["fixed"])
        for affected in text.get("affected", ())
        if str(affected.get("package", {}).get("name", "")).lower() == advisory.package.name
        for span in affected.get("ranges", ())
        if span.get("type") != "GIT"
        for event in span.get("events", ())
        if "fixed" in event
    ]
    summary = str(text.get("summary") or text.get("details") or "").strip().splitlines()
    return Advisory(advisory.id, advisory.package, (summary or [""])[0][:200], tuple(dict.fromkeys(fixed)))
