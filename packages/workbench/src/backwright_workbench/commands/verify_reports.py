"""Writing the reports of a verification beside its evidence.

What lives here: which report goes into which file. What must not: how they look.
"""

from pathlib import Path

from backwright_workbench.reports.verification.document import document
from backwright_workbench.reports.verification.junit import junit
from backwright_workbench.reports.verification.note import note
from backwright_workbench.reports.verification.page.page import page
from backwright_workbench.reports.verification.sarif import sarif
from backwright_workbench.verify.verdict import Verification
from backwright_workbench.workspace.trees import write_file


def write_reports(
    verification: Verification,
    folder: Path,
    *,
    junit_file: Path | None = None,
    sarif_file: Path | None = None,
) -> dict[str, str]:
    """Writes what people, pull requests, programs and build servers read; returns the files by what they are."""
    files = {
        "page": (folder / "report.html", page),
        "JSON": (folder / "report.json", document),
        "note": (folder / "report.md", note),
    }
    if junit_file is not None:
        files["JUnit"] = (junit_file, junit)
    if sarif_file is not None:
        files["SARIF"] = (sarif_file, sarif)
    for place, drawn in files.values():
        write_file(place, drawn(verification))
    return {what: str(place) for what, (place, _) in files.items()}
