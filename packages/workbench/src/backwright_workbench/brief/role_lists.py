"""Roles one after another, where a sentence says for whom or by whom: `by clerks, guards or the manager`.

What lives here: reading such a list from a word on. What must not: who a sentence begins with (`speakers.py`).
"""

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.roles import Roles


def one_after_another(page: Page, roles: Roles, clause: Clause, at: int) -> list[tuple[int, int, str]]:
    """The roles of a list that begins at a word: `by clerks, guards or the manager`; `them` are those before it."""
    found: list[tuple[int, int, str]] = []
    words = clause.words
    if words[at : at + 1] in (("them",), ("him",), ("her",)):
        return [(at, at + 1, role) for role in _just_named(page, roles, clause, at)]
    while at < len(words):
        hit = roles.at(clause, at)
        if hit:
            found.append((at, at + hit[1], hit[0]))
            at += hit[1]
        elif found and words[at] == "only" and words[at - 1] in (",", "and", "but"):
            break
        elif words[at] in _BETWEEN and (found or words[at] not in (",", "and", "or")):
            at += 1
        else:
            break
    return found


def _just_named(page: Page, roles: Roles, clause: Clause, at: int) -> list[str]:
    """The roles that were spoken of last before a word, in its clause or the one before it in the same block."""
    number = page.clauses.index(clause)
    before = page.clauses[max(0, number - 1) : number]
    for each, end in ((clause, at), *((c, len(c.words)) for c in before if c.block == clause.block)):
        if named := [role for _, _, role in roles.in_clause(each, 0, end)]:
            return named[-1:]
    return []


_BETWEEN = frozenset(
    {",", "and", "or", "&", "/", "the", "a", "an", "our", "only", "by", "to", "all", "any", "except", "but"}
)
