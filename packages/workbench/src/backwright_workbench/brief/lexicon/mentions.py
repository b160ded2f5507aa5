"""Words that say no.

What lives here: tables and patterns, as data. What must not: code that reads them (`mentions.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set

NOT = word_set("no not without never exclude excluding except dont avoid skip instead rather isnt nor")
OUT_OF_SCOPE = re.compile(
    r"(?<!\S)(?:out of scope|not in scope|non goals|not (?:needed|required|included)|(?:we"
    r"|i) (?:do not|dont) need)(?!\S)"
)
KEEPERS = word_set(
    "manage manages managing track tracks tracking store stores storing handle handles "
    "handling maintain record tables"
    " entities models resources crud create creates submit view"
)
