"""Names of roles at the head of what they may do: `- Nurses` over a list of rights, `- Clerks issue badges`.

What lives here: telling such a name from a thing that is spoken of, and finding where it ends. What must not: lists of
roles (`role_mentions.py`), names before a mark (`role_labels.py`).
"""

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import BREAKS, DETERMINERS, is_plural, singular_words
from backwright_workbench.brief.lexicon import roles as role_terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.people import rolelike
from backwright_workbench.brief.statements import verb_at
from backwright_workbench.brief.things import Things

_LONGEST_NAME = 3
_BEFORE_VERB = frozenset({"can", "may", "must", "cannot", "not", "never", "only", "also", "should"})


def above_rights(page: Page, things: Things, clause: Clause) -> tuple[str, ...]:
    """The people whom an item or a heading names under which nothing but what they may do is listed; else nothing."""
    phrase = singular_words(tuple(word for word in clause.words if word not in DETERMINERS | {":", "*", "-"}))
    if clause.kind not in ("item", "heading") or not 0 < len(phrase) <= _LONGEST_NAME:
        return ()
    if not (rolelike(phrase, things) or phrase[-1] in role_terms.COLLECTIVE) or {*phrase} & BREAKS:
        return ()
    below = [other for other in page.clauses if other.parent is clause]
    tells = [
        bool(verb_at(b.words, _past_modal(b.words), things, begin=_past_modal(b.words))[0]) for b in below
    ]
    return phrase if below and all(tells) else ()


def _past_modal(words: tuple[str, ...]) -> int:
    """The first word that may be a verb of rights: `can read`, `must not change`."""
    at = next((i for i, word in enumerate(words[:4]) if word not in _BEFORE_VERB), 0)
    return min(at, len(words) - 1)


def name_end(things: Things, clause: Clause) -> int:
    """The word after the name of a role that begins an item: none if a thing is named there that is nobody."""
    end = _label_end(clause)
    verbs = (i for i in range(1, end) if verb_at(clause.words, i, things, begin=1)[0] and i <= _LONGEST_NAME)
    end = next((i for i in verbs if is_plural(clause.words[i - 1])), end)
    mention = next(iter(things.in_clause(clause, 0, end)), None)
    opens = mention is not None and not {*clause.words[: mention[0]]} - DETERMINERS
    if (
        mention
        and opens
        and not (mention[2].entry.person or rolelike((clause.words[mention[1] - 1],), things))
    ):
        return 0 if mention[1] == end or clause.words[mention[1]] in BREAKS else end
    return end


def _label_end(clause: Clause) -> int:
    for index, word in enumerate(clause.words):
        if word in (
            ":",
            "-",
            "(",
            "can",
            "may",
            "has",
            "have",
            "cannot",
            "is",
            "are",
            "with",
            "manages",
            "only",
            "→",
        ):
            return index
    return len(clause.words)
