"""Verbs of people: their forms, and which action of a thing they mean.

What lives here: from a word as it stands in a sentence to its base form, from a base form to an action, from a
state to the verb that leads to it. What must not: who may do it (`permissions.py`).
"""

import re
from functools import lru_cache

from backwright_workbench.blueprint.checks.actions import RESERVED_ACTIONS
from backwright_workbench.brief.lexicon import actions as terms
from backwright_workbench.brief.lexicon.states import NO_VERB, PARTICIPLES, STATE_VERBS
from backwright_workbench.brief.things import Thing

_KEEPS_E = re.compile(
    r"[^aeiou]*[aeiou][^aeiouwxy]|.*(?:[cvuz]|[^s]s|[^n]g|[ae]ng|[^e]at|creat|ut|let|[^aeou]ir|[^e]ar|[sl]tor|plor"
    r"|[^aeiou]in|[^aeioulrw]l|[tsd]ul|[^aeou]id|ur|[^o]ok|quot)"
)
"""Stems of verbs that end in a silent e."""
_DOUBLED = re.compile(r".*[aeiou]([bdgmnprt])\1")


@lru_cache(10_000)
def base(word: str) -> str:
    """The infinitive of a regular participle: `approved` → `approve`, `shipped` → `ship`, `tried` → `try`."""
    if word in PARTICIPLES:
        return PARTICIPLES[word]
    if word.endswith("ied") and len(word) > 4:
        return f"{word[:-3]}y"
    for ending in ("ed", "ing"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return _bare(word.removesuffix(ending))
    return word


def _bare(stem: str) -> str:
    """The infinitive of a stem without its ending: `approv` → `approve`, `shipp` → `ship`."""
    if _DOUBLED.fullmatch(stem):
        return stem[:-1]
    return f"{stem}e" if _KEEPS_E.fullmatch(stem) else stem


@lru_cache(10_000)
def third_person(word: str) -> str:
    """The infinitive of a third person singular: `cancels` → `cancel`, `carries` → `carry`."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if re.fullmatch(r".*(?:sh|ch|ss|x|zz|o)es", word):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


@lru_cache(10_000)
def verb_of(state: str) -> str:
    """The action that leads to a state: `approved` → `approve`, `in_progress` → `start`, `waiting` → `wait`."""
    if state in STATE_VERBS:
        return STATE_VERBS[state]
    head, _, rest = state.partition("_")
    verb = base(head)
    if head in NO_VERB or verb == head or not verb.isalpha():
        return f"mark_{state}"
    name = f"{verb}_{rest}" if rest else verb
    return f"{name}_item" if name in RESERVED_ACTIONS else name


def meant(verb: str, thing: Thing) -> str:
    """The action of a thing that a verb means, by its name, its target or a verb like it; empty if none."""
    actions = thing.entry.actions
    for name in (verb, *_like(verb)):
        if name in actions:
            return name
        for action, each in actions.items():
            longer = action.startswith(f"{name}_") and action not in terms.PHRASAL
            if longer or (each.to and verb_of(each.to) == name):
                return action
    return ""


@lru_cache(10_000)
def _like(verb: str) -> tuple[str, ...]:
    """Verbs that may stand for a verb, the likeliest first."""
    own = [name for family in terms.FAMILIES if family[0] == verb for name in family[1:]]
    others = [name for family in terms.FAMILIES if verb in family[1:] for name in (family[0], *family[1:])]
    return tuple(dict.fromkeys(name for name in (*own, *others) if name != verb))
