"""What was found before and is left for later: a file of fingerprints, kept with the code.

What lives here: its form. What must not: reading and writing files.
"""

import json
from collections.abc import Iterable

from backwright_workbench.errors import UserError
from backwright_workbench.review.finding import Finding

VERSION = 1
FILE = "review-baseline.json"


def baseline(found: Iterable[Finding]) -> str:
    """The text of the file: a line for each finding, in an order that merges well."""
    rows = sorted({(each.rule, each.place.path, each.fingerprint) for each in found})
    body = ",\n".join(
        "  " + json.dumps({"rule": rule, "path": path, "fingerprint": print_}, ensure_ascii=False)
        for rule, path, print_ in rows
    )
    return (
        f'{{"version": {VERSION}, "findings": [\n{body}\n]}}\n'
        if rows
        else '{"version": 1, "findings": []}\n'
    )


def fingerprints(text: str, source: str) -> frozenset[str]:
    """The fingerprints of a baseline. Raises `UserError` if it is none."""
    try:
        document = json.loads(text)
        if document["version"] != VERSION:
            raise ValueError(f"its version is {document['version']!r}")
        return frozenset(str(each["fingerprint"]) for each in document["findings"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UserError(
            "the baseline is not one",
            where=source,
            why=str(error) or type(error).__name__,
            next_step="write it anew with --write-baseline",
        ) from None
