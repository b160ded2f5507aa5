"""No version of a dependency that the project runs on has a known vulnerability.

What is known changes every day, and is asked of OSV; only names and versions leave the machine. Red: a locked version
with an advisory. Where nothing is locked, the versions that are installed here are looked at.
"""

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.security.advisories import OSV, Advisory, advisories
from backwright_workbench.verify.checks.security.packages import installed, locked, loose
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="No dependency has a known vulnerability",
    needs=frozenset({Need.SOURCE}),
    proves=("CWE-1395", "OWASP A06:2021", "SLSA"),
    required=False,
    reusable=False,
)


def run(subject: Subject) -> Outcome:
    """Asks what is known about each version."""
    return looked_up(subject, OSV)


def looked_up(subject: Subject, base: str) -> Outcome:
    """The same, asked at `base`."""
    root = subject.files()
    packages, notes = locked(root)
    notes += loose(root)
    said = "locked"
    if not packages:
        notes.append("there is no lock file: two installations may hold different versions")
        packages, said = installed(root), "installed here"
    if not packages:
        raise NotRun("no dependency with a version was found", "lock them: uv lock")
    found = [each for each in advisories(packages, base) if each.id]
    lines = [f"{each.name} {each.version} ({each.source})" for each in packages]
    subject.record.keep("packages.txt", "\n".join(lines) + "\n", command=f"POST {base}/v1/querybatch")
    return judged(
        f"{len(packages)} packages {said}, {len(found)} known vulnerabilities",
        [_fault(each) for each in found],
        figures=(Figure("packages", len(packages)),),
        notes=tuple(notes),
    )


def _fault(advisory: Advisory) -> Fault:
    package = advisory.package
    place = (
        package.source
        if package.source.endswith(("lock", "toml")) or ":" in package.source
        else f"through {package.source}"
    )
    return Fault(
        f"{package.name} {package.version} is vulnerable: {advisory.id} {advisory.summary}".rstrip(),
        place,
        "how to use it is public",
        f"update to {' or '.join(advisory.fixed)}"
        if advisory.fixed
        else "no version without it is known: replace it",
    )
