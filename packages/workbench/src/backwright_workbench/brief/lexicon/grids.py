"""What cells of tables about rights say.

What lives here: tables and patterns, as data. What must not: code that reads them (`grids.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set
from backwright_workbench.brief.lexicon.actions import FAMILIES
from backwright_workbench.brief.lexicon.right_verbs import VERBS

ROLE_HEADS = word_set(
    "role roles who actor actors user users group groups permission permissions action actions right rights"
)
"""What stands above the first column of a table about rights, if anything does."""

THING_HEADS = word_set(
    "entity entities resource resources table tables object objects model models endpoint endpoints data"
)

YES = word_set("✓ ✔ ✅ ☑ yes y true ● • ◉ 1 allowed all full everything")
NO = word_set("✗ ✘ ❌ ☒ ✖ no n false none 0 - never nothing denied forbidden ○ na")
MARK = word_set("x")
"""Says yes in a table that has no other mark for it."""

LETTERS = {"c": "create", "r": "read", "u": "update", "d": "delete", "w": "write", "e": "update", "a": "act"}
CODE = re.compile(r"[crudwea]{1,5}")

WORDS = {
    "read": ("read",),
    "view": ("read",),
    "see": ("read",),
    "list": ("read",),
    "search": ("read",),
    "create": ("create",),
    "add": ("create",),
    "insert": ("create",),
    "write": ("create", "update"),
    "edit": ("update",),
    "update": ("update",),
    "change": ("update",),
    "modify": ("update",),
    "delete": ("delete",),
    "remove": ("delete",),
    "manage": ("read", "create", "update", "delete", "act"),
}
OWN = word_set("own theirs their assigned self mine themselves")
FILL = word_set("only access ( ) : , / + and & * it rows records ones the their")
"""What may stand in a cell beside its code."""

DOINGS = (
    frozenset(WORDS)
    | word_set(
        "approve reject assign cancel close comment upload download export import submit book invite pay publish"
        " archive reopen start complete finish send share reset access use run print moderate"
    )
    | {*VERBS}
    | {verb for family in FAMILIES for verb in family}
)
"""What a row that says what is done begins with."""

ACTIONS = DOINGS - frozenset(WORDS) - YES - NO - MARK
"""Words of a cell that are actions of the entity: `read, accept, reject`."""

RIGHT_WORDS = frozenset(WORDS) | word_set(
    "own only all no crud rw r approve reject assign cancel close submit publish reopen start complete finish pay book"
)
"""What each part of a bracket begins with that says nothing but rights."""
