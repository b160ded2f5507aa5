"""The reports of a review: which format is drawn by what, and writing them.

What lives here: that table. What must not: how they look.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from backwright_workbench.reports.review.document import document
from backwright_workbench.reports.review.note import note
from backwright_workbench.reports.review.page import page
from backwright_workbench.reports.review.sarif import sarif
from backwright_workbench.reports.review.text import text
from backwright_workbench.review.outcome import Review
from backwright_workbench.workspace.trees import write_file

FORMATS: Mapping[str, Callable[[Review], str]] = {
    "text": text,
    "json": document,
    "sarif": sarif,
    "markdown": note,
    "html": page,
}
NAMES = {"json": "JSON", "sarif": "SARIF", "markdown": "Markdown", "html": "page", "text": "text"}


def drawn(review: Review, form: str, *, colour: bool, width: int, verbose: bool) -> str:
    """The review in one format."""
    if form == "text":
        return text(review, colour=colour, width=width, verbose=verbose)
    return FORMATS[form](review)


def write_reports(review: Review, files: Mapping[str, Path]) -> dict[str, str]:
    """Writes reports by their format; returns the files by what they are."""
    for form, place in files.items():
        write_file(place, FORMATS[form](review))
    return {NAMES[form]: str(place) for form, place in files.items()}
