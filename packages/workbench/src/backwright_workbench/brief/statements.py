"""Statements about rights, as values, and what verbs mean for a thing.

What lives here: one statement; from a verb to what it lets one do. What must not: finding sentences
(`permissions.py`).
"""

from dataclasses import dataclass, replace

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.lexicon import permissions as terms
from backwright_workbench.brief.lexicon.states import STATE_VERBS
from backwright_workbench.brief.things import Thing, Things

EVERY_ROLE = "every_role"
"""Nobody in particular: `bids cannot be changed`."""


@dataclass(frozen=True)
class Statement:
    """Some roles may, or may not, do something with a thing; `thing` is `None` for all of them."""

    roles: tuple[str, ...]
    verbs: tuple[str, ...]
    """`read create update delete act everything`, or `act:NAME`."""
    thing: Thing | None
    clause: Clause
    place: tuple[int, int]
    """The words that say it: first, and after the last."""
    own: bool = False
    fields: tuple[str, ...] = ()
    only: bool = False
    """Whether nobody else may."""
    denied: bool = False

    @property
    def mentions_assignment(self) -> bool:
        """Whether the words speak of rows that are assigned to somebody."""
        return "assigned" in self.clause.words[slice(*self.place)]

    def about(self, thing: Thing | None, *verbs: str) -> "Statement":
        """The same said of another thing, with other verbs if some are given."""
        return replace(self, thing=thing, verbs=verbs or self.verbs)


def is_right(word: str, things: Things) -> bool:
    """Whether a word is a verb of rights: a common one, or an action of some thing."""
    common = word in terms.VERBS or word in terms.MAKING
    return common or any(word in thing.entry.actions or _changes_state(word, thing) for thing in things)


def rights(verb: str, thing: Thing | None) -> tuple[str, ...]:
    """What a verb means for a thing: its action of that name, else some of the common five."""
    if thing is not None and verb in thing.entry.actions:
        return (f"act:{verb}",)
    if thing is not None and verb in terms.MAKING:
        return ("create",)
    if thing is not None and verb not in terms.VERBS and _changes_state(verb, thing):
        return ("update",)
    return terms.VERBS.get(verb, ())


def base_form(participle: str, things: Things) -> str:
    """The verb of a participle: `edited` → `edit`, `deleted` → `delete`, `cancelled` → `cancel`."""
    if participle in terms.IRREGULAR:
        return terms.IRREGULAR[participle]
    endings = (participle[:-2], participle[:-1], participle[:-3], f"{participle[:-3]}y")
    return next((verb for verb in endings if verb and is_right(verb, things)), participle)


def _changes_state(verb: str, thing: Thing) -> bool:
    """Whether a verb leads to a state that a thing without declared moves may be in: to cancel is to change
    its status.
    """
    states = {state for state, word in STATE_VERBS.items() if word == verb}
    return any(states & set(field.values) for field in thing.entry.fields.values())
