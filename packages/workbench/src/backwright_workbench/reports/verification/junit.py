"""A verification as JUnit XML, which every build server reads: a suite for each family, a case for each check.

What lives here: that form. What must not: judging.
"""

import re
import xml.etree.ElementTree as Tree

from backwright_workbench.reports.verification.closing import next_of
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.outcome import Fault, Status
from backwright_workbench.verify.verdict import Verification

UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""


def junit(verification: Verification) -> str:
    """The document. What was not run is skipped, with its reason."""
    root = Tree.Element("testsuites", {"name": _clean(verification.name), **_counts(verification.evidence)})
    for family in sorted({each.family for each in verification.evidence}):
        members = [each for each in verification.evidence if each.family == family]
        suite = Tree.SubElement(root, "testsuite", {"name": family, **_counts(tuple(members))})
        if verification.began:
            suite.set("timestamp", verification.began)
        for each in members:
            _case(suite, each)
    Tree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(root, encoding="unicode") + "\n"


def _case(suite: Tree.Element, evidence: Evidence) -> None:
    case = Tree.SubElement(
        suite,
        "testcase",
        classname=f"verify.{evidence.family}",
        name=evidence.check,
        time=f"{evidence.seconds:.3f}",
    )
    if evidence.status is Status.FAILED:
        failure = Tree.SubElement(case, "failure", message=_clean(evidence.summary), type="fault")
        failure.text = _clean("\n\n".join(map(_told, evidence.faults)) + f"\n\nagain: {evidence.command}")
    elif evidence.status is Status.NOT_RUN:
        step = next_of(evidence)
        said = f"not run: {evidence.summary}" + (f"; next: {step}" if step else "")
        Tree.SubElement(case, "skipped", message=_clean(said))


def _told(fault: Fault) -> str:
    parts = [f"{fault.place}: {fault.what}" if fault.place else fault.what]
    parts += [f"why: {fault.why}"] if fault.why else []
    return "\n".join([*parts, *([f"next: {fault.next_step}"] if fault.next_step else [])])


def _counts(evidence: tuple[Evidence, ...]) -> dict[str, str]:
    return {
        "tests": str(len(evidence)),
        "failures": str(sum(each.status is Status.FAILED for each in evidence)),
        "errors": "0",
        "skipped": str(sum(each.status is Status.NOT_RUN for each in evidence)),
        "time": f"{sum(each.seconds for each in evidence):.3f}",
    }


def _clean(text: str) -> str:
    return UNWRITABLE.sub("\ufffd", text)
