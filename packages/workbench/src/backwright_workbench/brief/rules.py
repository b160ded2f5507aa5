"""Rules of the business that no declaration says: `at most 5 loans per member`, `visits must not overlap`.

What lives here: recognising them in what nobody understood, and saying where they are written. What must not:
conditions on rights (`predicates.py`), limits on values (`constraints.py`).
"""

from backwright_workbench.blueprint.naming import plural
from backwright_workbench.brief.grammar import GLUE
from backwright_workbench.brief.lexicon.permissions import RULE
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.things import Things


def note_rules(page: Page, things: Things) -> None:
    """Say of every rule that was left over where it would be written. Comes last: it takes what is free."""
    for clause in page.clauses:
        mentions = things.in_clause(clause)
        if not mentions or clause.kind == "heading" or not RULE.search(clause.text):
            continue
        words = range(len(clause.words))
        free = [i for i in words if page.free(clause, i) and clause.tokens[i].kind != "mark"]
        if any(clause.words[index] not in GLUE for index in free):
            area = plural(mentions[0][2].name)
            hint = f"a rule of the business that no declaration says: write it in `service.py` of {area}"
            for index in free:
                page.claim(clause, index, index + 1, status="not understood", note=hint)
