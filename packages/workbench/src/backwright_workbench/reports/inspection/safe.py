"""Values of reviewed code as they may be shown: no secret, no object, no end.

What lives here: these forms. What must not: where they are shown.
"""

import re
from collections.abc import Mapping

from backwright_workbench.reports.review.frames import printable, redacted

SECRET = re.compile(r"secret|password|passwd|token|key|credential|dsn|auth", re.I)
LITERAL = re.compile(r"'[^']{2,}'?")
LONGEST = 500


def safe_sql(text: str) -> str:
    """A statement without the values that stand in it."""
    return printable(" ".join(LITERAL.sub("'…'", text[:LONGEST]).split()))


def safe_options(options: Mapping[str, object]) -> dict[str, str]:
    """Options as texts; what is called like a secret is only said to be there."""
    return {
        str(name): "…" if SECRET.search(str(name)) else printable(redacted(str(value)))[:LONGEST]
        for name, value in options.items()
    }
