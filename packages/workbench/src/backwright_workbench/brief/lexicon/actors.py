"""How briefs tell who acts.

What lives here: tables and patterns, as data. What must not: code that reads them (`actors.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set

ROLES = re.compile(
    r"(?<!\S)(?:roles?|rbac|permissions?|user types|actors|who can do what|access (?:rules|control))(?!\S)"
)
RIGHTS = re.compile(
    r"(?::|-|\|) (?:full|crud|everything|all|can|may|read|reads|r|rw|cru|crd|view|views|manages?|only|no|access|writes?"
    r"|creates?|edits?|updates?|deletes?|sees?|handles?|approves?|admin|adds?|own"
    r"|(?:their|his|her) own|none|nothing|enters?|uploads?|plans|assigns?|confirms?|submits?|(?:read|view) ?only)(?!\S)"
)
"""After a noun and a colon: rights, and no fields."""
DOES = word_set(
    "sign signs create creates make makes see sees look order orders book books post posts dont shouldnt can cannot who"
    " rate rates comment comments review reviews request requests cancel cancels check checks report reports log logs"
)
"""Verbs besides those of the grammar, some of them nouns elsewhere."""
