"""Words of an item that says to what a field refers.

What lives here: tables, as data. What must not: code that reads them (`targets.py`).
"""

from backwright_workbench.brief.grammar import word_set

REFERS = word_set(
    "→ reference references ref refers fk foreign key link links linked relation points belongs"
)
LEADS_TO = REFERS | word_set(": , - ( to of the a an one id =")
"""Between the name of a field and what it refers to."""
ACCOUNTS = word_set("user users account accounts")
AFTER = word_set(", ) ( . ; id required mandatory optional nullable unique not if indexed")
OPTIONAL = word_set("optional optionally opt nullable null")
