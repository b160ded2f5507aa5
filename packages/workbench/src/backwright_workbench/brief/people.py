"""Which words mean people who may have a role.

What lives here: telling names of roles from other nouns. What must not: where in a sentence they stand (`doers.py`,
`acted_on.py`).
"""

from backwright_workbench.brief.grammar import BREAKS, GLUE, PREPOSITIONS, sounds_like_person
from backwright_workbench.brief.lexicon import permissions as terms
from backwright_workbench.brief.lexicon import roles as role_terms
from backwright_workbench.brief.things import Things


def unheard(phrase: tuple[str, ...], things: Things) -> bool:
    """Whether a phrase names nothing yet and is no word of every brief."""
    word = phrase[-1]
    no_name = GLUE | BREAKS | role_terms.NOT_ACTORS | terms.SUBJECT_FILL
    plain = word.isalpha() and word.isascii() and not set(phrase) & no_name
    return (
        plain
        and " ".join(phrase) not in role_terms.SAME
        and not things.meant_by(phrase)
        and not things.meant_by((word,))
    )


def rolelike(phrase: tuple[str, ...], things: Things) -> bool:
    """Whether words name a role: one of the usual ones, or people that the service keeps."""
    name = "_".join(phrase)
    thing = things.meant_by(phrase)
    if phrase and phrase[-1] in role_terms.NOT_ACTORS:
        return False
    if name in things.actors:
        return True
    if thing and (thing.entry.person or (not thing.known and sounds_like_person(name))):
        return True
    if not thing and sounds_like_person(name) and not set(phrase) & PREPOSITIONS:
        return True
    return not (thing and thing.known) and any(
        name in names or (len(phrase) > 1 and phrase[-1] in names) for names in role_terms.KINDS.values()
    )
