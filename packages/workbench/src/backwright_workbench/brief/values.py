"""Lists of values: `status (new, paid, shipped)`, `draft | published`, `open → closed`.

What lives here: recognising that a list of words enumerates the values of one field. What must not: the field itself.
"""

import re

from backwright_workbench.brief.constraints import SURE_TYPES

ENUM_NAMES = frozenset(
    "status state priority type kind level category stage severity role size color colour gender sex method condition grade"
    " tier visibility frequency mode format species source channel language plan urgency result outcome difficulty phase"
    " importance genre class rating unit currency payment shift risk impact position department breed transmission fuel"
    " allergies availability decision membership sentiment".split()
)
"""Last words of names whose brackets list values rather than parts."""

COMPOSITE = frozenset("address location name names contact dimensions details info information coordinates".split())
"""Last words of names whose brackets list parts, each a field."""

_INTRO = re.compile(r"^(?:(?:enum|one of|either|values?|possible values|allowed values|options?|can be|could be|may be|e\.?g|eg|is|are|of|being|from|:|,|-|–|=|\() ?)+ ")
_SPLIT = re.compile(r" ?(?:,? or |,? and | , | \| | / | → | ; |,|\|) ?")
_STOP = re.compile(r"(?<!\S)(?:required|optional|unique|default|defaults|max|min|maximum|up|characters|chars|between|must|nullable|length|number|numbers|positive)(?!\S)|\d{3,}")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


def values_in(text: str) -> tuple[str, ...]:
    """The values that a text lists, as names; empty if it is no list of values (types and limits, or one word only)."""
    text = re.sub(r"(?<!\S)(?:by )?default[a-z]*(?: (?:is|to|of|value))* ?[:=]? ?[a-z_]+(?: (?:progress|review|stock|transit|hold))?", " ", text)
    text = re.sub(r"(?<!\S)(?:required|mandatory|optional|nullable|etc)(?!\S)", " ", text)
    text = _INTRO.sub("", f" {text} ".strip() + " ").strip(" ,.:;()[]|→")
    parts = [part.strip(" ()[].:") for part in _SPLIT.split(text)]
    names = [_value(part) for part in parts if part]
    if len(names) < 2 or not all(names) or _STOP.search(text):
        return ()
    if any(name in SURE_TYPES for name in names):
        return ()
    return tuple(dict.fromkeys(names))


def _value(part: str) -> str:
    words = part.split()
    name = "_".join(words)
    return name if 1 <= len(words) <= 3 and _NAME.fullmatch(name) and len(name) <= 40 else ""
