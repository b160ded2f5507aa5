"""What a service says about a thing or an action that its blueprint does not describe.

What lives here: the two sentences. What must not: where they stand.
"""

import re

from backwright_workbench.blueprint import naming


def article(thing: str) -> str:
    """`a` or `an`, as said before a word: `an asset`, `a unit`."""
    return "an" if re.match(r"(?i)[aeio](?!ne\b|nce\b|u)|u(?!n[ai]|s[aeiu]|ti|r[ai])|au", thing) else "a"


def about(entity: str) -> str:
    """`WorkOrder` → `A work order.`"""
    thing = naming.title(entity).lower()
    return f"{article(thing).capitalize()} {thing}."


def about_action(action: str, entity: str) -> str:
    """`assign`, `WorkOrder` → `Assign the work order.`"""
    return f"{naming.title(action)} the {naming.title(entity).lower()}."
