"""Fields that are said formally to refer: `patient: Patient, required`, `guest -> user`, `category (link to Category)`.

What lives here: reading one such item. What must not: nouns that are references by themselves (`fields.py`).
"""

from backwright_workbench.blueprint.model import USER
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.field_naming import field_name
from backwright_workbench.brief.lexicon import targets as terms
from backwright_workbench.brief.links import link
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.things import Thing, Things

_LONGEST_NAME = 4


def read_target(page: Page, things: Things, thing: Thing, clause: Clause, first: int, stop: int) -> bool:
    """Whether an item says in so many words to what its field refers; if so, enter the reference."""
    words = clause.words
    end = next((i for i in range(first, stop) if not clause.tokens[i].is_word), stop)
    if not first < end <= min(first + _LONGEST_NAME, stop - 1):
        return False
    at = end
    while at < stop and words[at] in terms.LEADS_TO:
        at += 1
    alone = words[end] in (":", "(") and at == end + 1
    to, after = _target(things, clause, at, stop, said=bool({*words[end:at]} & terms.REFERS), alone=alone)
    name = field_name(words[first:end], "")
    if not to or not name or (after < stop and words[after] not in terms.AFTER):
        return False
    if set(words[after:stop]) & {"/", "|"} or (alone and not set(words[after:stop]) <= terms.AFTER):
        return False
    optional = bool({*words[after:stop]} & terms.OPTIONAL)
    name = link(thing, name, to, optional=optional)
    if optional and thing.links[name].set is None:
        thing.links[name] = thing.links[name].model_copy(update={"optional": True, "on_delete": None})
    page.claim(clause, first, stop, f"entities.{thing.name}.fields.{name}")
    return True


def _target(
    things: Things, clause: Clause, at: int, stop: int, *, said: bool, alone: bool
) -> tuple[str, int]:
    """What is referred to from a word on, and the word after it; empty if that is no thing and no user."""
    if at >= stop:
        return "", at
    if clause.words[at] in terms.ACCOUNTS:
        return USER, at + 1
    hit = things.at(clause, at)
    if hit is None or not (said or hit[0].laid_out or (alone and hit[0].listed)):
        return "", at
    return hit[0].name, at + hit[1]
