"""Headings that are things, told by the fields below them.

What lives here: whether what stands under a heading lists fields. What must not: the fields themselves (`fields.py`).
"""

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import LABELS, MODALS
from backwright_workbench.brief.inference import infer_field
from backwright_workbench.brief.lexicon import nouns as terms
from backwright_workbench.brief.lexicon.constraints import SURE_TYPES, TYPES
from backwright_workbench.brief.lexicon.targets import ACCOUNTS
from backwright_workbench.brief.lexicon.uploads import CARRIED
from backwright_workbench.brief.page import Page

_LONGEST_FIELD = 20
_LONGEST_NAME = 4
_LISTED = 3


def typed(rest: tuple[str, ...]) -> bool:
    """Whether what follows a noun says of which type a field is: `: decimal`, `(link to Hive, required)`."""
    if rest[:1] not in ((":",), ("(",), ("-",)) or len(rest) < 2:
        return False
    alone = rest[2:3] in ((), (",",), (")",), (".",), (";",), ("(",))
    return (
        rest[1] in SURE_TYPES
        or rest[1] in terms.TYPED
        or rest[1] in ACCOUNTS
        or rest[1:3] == ("one", "of")
        or (rest[1] in TYPES.keys() | terms.KINDS and alone)
    )


def fields_below(page: Page, heading: Clause) -> bool:
    """Whether most of the items right under a heading describe a field: by a type, or by a name that has one."""
    if all(word in LABELS for word in heading.words):
        return False
    heads = [heading, *(c for c in page.clauses if c.parent is heading and c.kind == "header")]
    below = [c for c in page.clauses if c.parent in heads and c.kind in ("item", "row")]
    return bool(below) and 2 * sum(is_field(item) for item in below) >= len(below)


def is_field(item: Clause) -> bool:
    """Whether an item is a short name, alone or before what describes it: several of them where commas part it."""
    words = item.words
    end = next((i for i, token in enumerate(item.tokens) if not token.is_word), len(words))
    if not 0 < end <= _LONGEST_NAME or set(words[:end]) & (MODALS | terms.NO_FIELD):
        return False
    if typed(words[end:]) or _like_one("_".join(words[:end])):
        return len(words) <= _LONGEST_FIELD or words[end : end + 1] == (",",)
    listed = [part.split(" ( ")[0].split() for part in " ".join(words).split(" , ")]
    known = [part for part in listed if 0 < len(part) <= _LONGEST_NAME and _like_one("_".join(part))]
    return len(listed) >= _LISTED and 2 * len(known) >= len(listed)


def labelled(item: Clause) -> bool:
    """Whether an item is one field with all that is said of it: a short name, and a colon or a dash."""
    words = item.words
    end = next((i for i, token in enumerate(item.tokens) if not token.is_word), 0)
    return (
        0 < end <= _LONGEST_NAME
        and words[end] in (":", "-")
        and end + 1 < len(words)
        and not set(words[:end]) & (MODALS | terms.NO_FIELD)
    )


def _like_one(name: str) -> bool:
    return infer_field(name) != infer_field("unheard") or CARRIED.fullmatch(name) is not None
