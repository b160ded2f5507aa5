"""Statements about rights, as values, and what verbs mean for a thing.

What lives here: one statement; from a verb to what it lets one do. What must not: finding sentences
(`permissions.py`).
"""

from dataclasses import dataclass, replace

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.doings import base, meant, third_person, verb_of
from backwright_workbench.brief.lexicon import right_verbs
from backwright_workbench.brief.lexicon.actions import DOINGS, PHRASAL
from backwright_workbench.brief.things import Thing, Things

EVERY_ROLE = "every_role"
"""Nobody in particular: `bids cannot be changed`."""

WRITING = ("create", "update", "delete", "act")


@dataclass(frozen=True)
class Statement:
    """Some roles may, or may not, do something with a thing; `thing` is `None` for all of them."""

    roles: tuple[str, ...]
    verbs: tuple[str, ...]
    """`read create update delete act everything`, `act:NAME`, or `own:VERB` for the caller's own rows."""
    thing: Thing | None
    clause: Clause
    place: tuple[int, int]
    """The words that say it: first, and after the last."""
    own: bool = False
    fields: tuple[str, ...] = ()
    only: bool = False
    """Whether nobody else may."""
    denied: bool = False
    general: bool = False
    """Whether it is said of all roles, or all staff, together: it adds to what each may do, and tells no more."""
    of_one: bool = False
    """Whether it speaks of the one person that a row belongs to: `the employee submits it`."""
    again: bool = False
    """Whether it is about `them`: the rows that the statement before it is about."""
    states: tuple[str, ...] = ()
    """The states in which alone it holds, where a condition tells these."""
    condition: tuple[int, int] = (0, 0)
    """The words of that condition: first, and after the last."""

    @property
    def mentions_assignment(self) -> bool:
        """Whether the words speak of rows that are assigned to somebody."""
        return "assigned" in self.clause.words[slice(*self.place)]

    def after(self, before: "Statement") -> "Statement":
        """The same of no more rows than those that the one before it is about: who sees their own claims and edits
        them edits no others, and who enters claims and edits them edits those that they entered.
        """
        if not before.verbs:
            return replace(self, verbs=())
        makes = "create" in before.verbs
        return replace(self, own=self.own or before.own, of_one=self.of_one or makes)

    def about(self, thing: Thing | None, *verbs: str) -> "Statement":
        """The same said of another thing, with other verbs if some are given."""
        return replace(self, thing=thing, verbs=verbs or self.verbs)


@dataclass(frozen=True)
class Subject:
    """Who is spoken of, and the words that speak of them."""

    roles: tuple[str, ...]
    clause: Clause
    first: int
    begin: int
    """The first word of what is said of them."""
    end: int
    only: bool = False
    of_one: bool = False
    """Whether one of them is meant: `the employee`."""
    denied: bool = False
    """Whether all that is said of them is forbidden: `neither cooks nor waiters may …`."""
    before: Thing | None = None
    """What was spoken of last: what `it` and `them` mean."""
    verbs: tuple[str, ...] = ()
    """The verbs that the sentence does not repeat: `clerks see all orders, customers only the ones they placed`."""


def is_right(word: str, things: Things) -> bool:
    """Whether a word is a verb of rights: a common one, or an action of some thing."""
    common = (
        word in right_verbs.VERBS
        or word in right_verbs.MAKING
        or word in right_verbs.GIVING
        or word in DOINGS
        or word in right_verbs.UNDOING
    )
    common = common or word in right_verbs.MOVING
    return common or any(meant(word, thing) or changes_state(word, thing) for thing in things)


def rights(verb: str, thing: Thing | None) -> tuple[str, ...]:
    """What a verb means for a thing: its action of that name, else some of the common five."""
    common = right_verbs.VERBS.get(verb, ())
    if thing is None:
        return tuple(right for right in common if right != "act:decide")
    action = meant(verb, thing) if not common or verb in thing.entry.actions else ""
    if action:
        return (f"act:{action}",)
    if "act:decide" in common:
        decisions = [f"act:{name}" for name in thing.entry.actions if name in right_verbs.DECISIONS]
        return ("read", *decisions)
    if common:
        return common
    if verb in right_verbs.MAKING:
        return ("create",)
    if changes_state(verb, thing):
        return ("update",)
    return right_verbs.UNDOING.get(verb, ())


def base_form(participle: str, things: Things) -> str:
    """The verb of a participle: `edited` → `edit`, `deleted` → `delete`, `cancelled` → `cancel`."""
    if participle in right_verbs.IRREGULAR:
        return right_verbs.IRREGULAR[participle]
    endings = (base(participle), participle[:-2], participle[:-1])
    return next((verb for verb in endings if verb and is_right(verb, things)), participle)


def verb_at(words: tuple[str, ...], index: int, things: Things, *, begin: int) -> tuple[str, int]:
    """The verb of rights that begins at a word, in its base form, and how many words it is; `("", 0)` if none.

    `begin` is where the sentence says what somebody does: a verb with an ending is one only there, or after a
    conjunction, where `reports` can be no noun.
    """
    word = words[index]
    before = words[index - 1] if index else ""
    if words[index : index + 3] in _READ_AND_WRITE:
        return "rw", 3
    forms = [word]
    if index == begin or before in _JOINS:
        forms.append(third_person(word))
    if word.endswith("ing") and (
        index == begin or before in (_JOINS - {"to"}) | {"for", "of", "by", "are", "is"}
    ):
        forms.append(base(word))
    for form in forms:
        for length in (3, 2):
            phrase = "_".join((form, *words[index + 1 : index + length]))
            whole = index + length <= len(words)
            if whole and (phrase in PHRASAL or phrase in right_verbs.VERBS) and is_right(phrase, things):
                return phrase, length
        apart = _apart(form, words, index, things)
        if apart:
            return apart, 1
        if is_right(form, things):
            return form, 1
    return "", 0


def _apart(form: str, words: tuple[str, ...], index: int, things: Things) -> str:
    """The verb whose second word stands after what it governs: `check donors in`, `take it back`."""
    for at in range(index + 2, min(index + 5, len(words))):
        if words[at] in _PARTICLES and words[at + 1 : at + 2] not in _AFTER_PREPOSITION:
            phrase = f"{form}_{words[at]}"
            return phrase if phrase in PHRASAL and is_right(phrase, things) else ""
        if words[at] in (",", "and", "or", ".", "("):
            break
    return ""


_PARTICLES = frozenset({"in", "out", "off", "back", "up", "over", "down"})
_AFTER_PREPOSITION = tuple(
    (word,) for word in ("the", "a", "an", "their", "his", "her", "its", "my", "our", "all")
)
_READ_AND_WRITE = (
    ("r", "/", "w"),
    ("read", "/", "write"),
    ("read", "and", "write"),
    ("reads", "and", "writes"),
)
_JOINS = frozenset(
    {
        "",
        "and",
        "or",
        ",",
        "/",
        "&",
        "also",
        "then",
        "only",
        "but",
        ":",
        "-",
        "+",
        "who",
        "that",
        "not",
        "to",
        "no",
    }
)


def doing(verb: str, things: Things) -> Thing | None:
    """The thing that records a doing: who books a room makes a booking, or a reservation."""
    nouns = DOINGS.get(verb, ())
    return next((thing for thing in things if thing.snake.split("_")[-1] in nouns), None)


def changes_state(verb: str, thing: Thing) -> bool:
    """Whether a verb leads to a state that a thing without declared moves may be in: to cancel is to change
    its status.
    """
    values = {value for field in thing.entry.fields.values() for value in field.values}
    return any(verb_of(value) == verb for value in values)
