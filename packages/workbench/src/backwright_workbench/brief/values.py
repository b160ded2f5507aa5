"""Lists of values: `status (new, paid, shipped)`, `draft | published`, `open → closed`.

What lives here: recognising that a list of words enumerates the values of one field. What must not: the field
itself.
"""

import re

from backwright_workbench.brief.lexicon import values as terms
from backwright_workbench.brief.lexicon.constraints import SURE_TYPES

_MANY = 3
"""Among so many values one may be the word for a type too: `single, double, suite`."""


def values_in(text: str) -> tuple[str, ...]:
    """The values that a text lists, as names; empty if it is no list of values (types and limits, or one word
    only).
    """
    text = re.sub(
        r"(?<!\S)(?:by )?default[a-z]*(?: (?:is|to|of|value))* ?[:=]? ?[a-z_]+(?: (?:progress"
        r"|review|stock|transit|hold))?",
        " ",
        text,
    )
    text = re.sub(r"(?<!\S)(?:required|mandatory|optional|nullable|etc)(?!\S)", " ", text)
    text = terms.INTRO.sub("", f" {text} ".strip() + " ").strip(" ,.:;()[]{}|→")
    parts = [part.strip(" ()[]{}.:") for part in terms.SPLIT.split(text)]
    names = [_value(part) for part in parts if part]
    if len(names) < 2 or not all(names) or terms.STOP.search(text):
        return ()
    types = sum(name in SURE_TYPES for name in names)
    if types and (2 * types >= len(names) or len(names) < _MANY):
        return ()
    return tuple(dict.fromkeys(names))


def _value(part: str) -> str:
    words = part.split()
    name = "_".join(words)
    return name if 1 <= len(words) <= 3 and terms.NAME.fullmatch(name) and len(name) <= 40 else ""
