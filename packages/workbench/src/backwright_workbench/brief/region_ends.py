"""Where lists of fields end: at the full stop, or where a new statement begins.

What lives here: recognising the end. What must not: the beginning (`region_starts.py`).
"""

import re

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import BREAKS, DETERMINERS, VERBS, is_plural, word_set
from backwright_workbench.brief.lexicon.relations import ASSOCIATIONS

_INTO = word_set("in for to")
_LIMITED = (("limit",), ("limits",), ("limiting",), ("limited",))


def end_of_list(clause: Clause, begin: int, limit: int) -> int:
    """Where a list of fields ends before `limit`: at the full stop, or where a new statement begins."""
    depth = 0
    for index in range(begin, limit):
        word = clause.words[index]
        depth += (word in "([{") - (word in ")]}")
        if depth < 0 or (depth == 0 and word in (".", ";")):
            return index
        opens = clause.words[index - 1] in (",", "and") and index > begin
        if depth == 0 and opens and (_acts(clause, index, limit) or _does(clause, index, limit)):
            return index
        if (
            depth == 0
            and opens
            and not (word == "rate" and clause.words[index + 1 : index + 2] not in _LIMITED)
            and re.match(
                r"^(?:filter(?:s|ed|able)?|sort(?:ed|able)|search(?:ed|able)"
                r"|each|every|users?|only|customers can|is|are|can|cannot|they|it|we|support|rate"
                r"|search|jwt|oauth2|role|roles|rbac|postgresql|redis)$",
                word,
            )
        ):
            return index
    return limit


def _acts(clause: Clause, at: int, limit: int) -> bool:
    """Whether a statement begins at a word: `specialists upload photographs`."""
    follows = clause.words[at + 1 : min(at + 3, limit)]
    acting = len(follows) > 1 and follows[0] in VERBS and clause.tokens[at + 2].is_word
    return acting and is_plural(clause.words[at]) and follows[1] not in BREAKS


def _does(clause: Clause, at: int, limit: int) -> bool:
    """Whether a verb goes on with what the subject does: `register with name and birthday and enroll in courses`."""
    follows = clause.words[at + 1 : min(at + 2, limit)]
    doing = clause.words[at] in ASSOCIATIONS
    return doing and bool({*follows} & (DETERMINERS | _INTO))
