"""What verbs say of the things that they govern.

What lives here: from a group of verbs and things to statements: whose rows, which fields, which states. What must
not: cutting sentences (`predicates.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.doings import meant
from backwright_workbench.brief.lexicon import permissions as terms
from backwright_workbench.brief.lexicon import right_verbs
from backwright_workbench.brief.lexicon import roles as role_terms
from backwright_workbench.brief.lexicon.courses import STANDING
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.right_fields import fields_changed
from backwright_workbench.brief.roles import PUBLIC, SIGNED_IN, is_staff
from backwright_workbench.brief.statements import Statement, Subject, changes_state, doing, rights
from backwright_workbench.brief.things import Thing, Things

WHOSE_HINT = "nothing that the service keeps tells whose these are: write it in `service.py` of the area"
"""What the trace says of `of their team`."""
NARROWED_HINT = "nothing ties them to it: they get the rows that are their own, if any"
"""What the trace says of `of their shop` where the service keeps shops and not who belongs to them."""


@dataclass
class Group:
    """Verbs and the things that they govern: `create and edit` · `orders`."""

    first: int
    denied: bool
    stop: int = 0
    verbs: list[str] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    """The words that are its verbs."""
    things: list[Thing] = field(default_factory=list)
    everything: bool = False
    unknown: bool = False
    """Whether it governs a noun that the service does not keep: `record the attendance of players`."""
    noun: bool = False
    """Whether some noun follows the verbs."""
    again: bool = False
    """Whether it speaks of `it` or `them`."""
    fields: tuple[tuple[Thing, str], ...] = ()
    """The field that it governs where it names no thing: `change the prices`."""

    @property
    def has_object(self) -> bool:
        """Whether it says what its verbs govern."""
        return bool(self.things or self.fields) or self.everything or self.noun or self.unknown


def objects(things: Things, subject: Subject, groups: Sequence[Group], group: Group) -> list[Thing | None]:
    """What the verbs of a group govern; `None` is all things. Verbs alone govern what the last ones do."""
    if group.unknown:
        return [thing for verb in group.verbs[:1] if (thing := doing(verb, things))]
    found: list[Thing | None] = list(dict.fromkeys(group.things))
    phrase = " ".join(subject.clause.words[group.first : group.stop])
    if not found and subject.before and terms.OTHERS_NOT.search(phrase):
        found = [subject.before]
    if not found and group.fields:
        found = [group.fields[0][0]]
    at = groups.index(group)
    if not found and at and not group.has_object and terms.OWN.search(phrase) and group is groups[-1]:
        found = list(groups[at - 1].things)
    if not found and not group.has_object and group is not groups[-1]:
        found = list(dict.fromkeys(groups[at + 1].things or groups[-1].things))
    if not found:
        made = [thing for verb in group.verbs if (thing := doing(verb, things))]
        done = [thing for thing in things if any(meant(verb, thing) for verb in group.verbs)]
        if not made and subject.before in done:
            done = [subject.before]
        if len(done) > 1:
            done = [thing for thing in done if any(verb in thing.entry.actions for verb in group.verbs)]
        found = [*made[:1]] or (list(done) if len(done) == 1 and not group.everything else [])
    alone = subject.only and not group.has_object
    return found or ([None] if group.everything or alone else [])


def said_of(
    page: Page, things: Things, subject: Subject, group: Group, thing: Thing | None, *, last: bool
) -> Iterator[Statement]:
    """The statements about one thing that a group governs."""
    clause = subject.clause
    phrase = " ".join(clause.words[group.first : group.stop])
    maker = subject.roles == (SIGNED_IN,) and role_terms.MAKERS & set(
        clause.words[max(0, subject.begin - 3) : subject.begin]
    )
    own = bool(maker or terms.OWN.search(phrase) or (group.things and terms.THEIR.search(phrase)))
    own = own or bool(terms.OTHERS_NOT.search(phrase))
    place = (group.first, group.stop)
    if not group.denied and _somebodys(page, things, subject, group, own=own):
        yield Statement(subject.roles, (), thing, clause, place)
        return
    said = Statement(subject.roles, (), thing, clause, place, own=own, only=subject.only, denied=group.denied)
    said = replace(said, of_one=subject.of_one, again=group.again)
    if group.denied and {*group.verbs} and terms.OTHERS & {*phrase.split()}:
        if thing and all(rights(verb, thing) == ("read",) for verb in group.verbs):
            yield replace(said, verbs=("read",), own=True, denied=False)
        return
    moved = group.again and thing is not None and any(verb in thing.entry.actions for verb in group.verbs)
    recorded = next((made for verb in group.verbs if not moved and (made := doing(verb, things))), None)
    if recorded and thing and recorded is not thing and not group.denied:
        yield replace(said, verbs=("create",), thing=recorded, own=not all(map(is_staff, subject.roles)))
        yield replace(said, verbs=("read",), own=False, only=False)
        return
    if thing and {*group.verbs} & right_verbs.GIVING:
        yield from _given(things, said, group, thing)
        return
    moves = _moves(page, clause, group, thing) if thing else ()
    verbs = tuple(dict.fromkeys(moves or _rights(things, clause, group, thing)))
    if subject.roles == (PUBLIC,):
        verbs = tuple(dict.fromkeys(_of_strangers(verb, group) for verb in verbs))
    if not verbs:
        return
    mine = tuple(verb.removeprefix("own:") for verb in verbs if verb.startswith("own:"))
    if mine:
        yield replace(said, verbs=mine, own=True)
        verbs = tuple(verb for verb in verbs if not verb.startswith("own:"))
    narrow = last and thing is not None and "update" in verbs and "delete" not in verbs
    narrow = narrow or (group.denied and thing is not None and {*verbs} <= {"read", "update"})
    fields = fields_changed(things, thing, clause, group.first, group.stop) if narrow and thing else ()
    if group.fields and thing and not group.things:
        fields = tuple(name for owner, name in group.fields if owner is thing)
    if thing and thing.entry.states and thing.entry.states.field in fields:
        yield replace(said, verbs=("act",))
    yield replace(said, verbs=verbs, fields=fields)


def _of_strangers(verb: str, group: Group) -> str:
    """What a verb lets people do who have no account: they send a new message, and move no row along."""
    return "create" if verb.startswith("act") and {*group.verbs} & right_verbs.MAKING else verb


def _somebodys(page: Page, things: Things, subject: Subject, group: Group, *, own: bool) -> bool:
    """Whether rows are said to be somebody's by what the service does not keep: `requests of their team`; what it
    keeps and does not tie to anybody narrows to their own rows, and is not understood wholly.
    """
    clause = subject.clause
    for first, stop, match in clause.find(terms.SOMEBODYS):
        if any(begin <= first < end for begin, end, _ in clause.find(terms.OTHERS_NOT)):
            continue
        noun = match["noun"]
        there = clause.words[first + 1] in ("that", "the")
        said_before = noun in clause.words[subject.first : subject.begin]
        if not group.first <= first < group.stop or not (said_before if there else own):
            continue
        whole = things.meant_by((noun,))
        if whole is not None and not there:
            if not whole.entry.person and not {*subject.roles} & {*whole.entry.fields}:
                page.claim(clause, first, stop, "access", status="partly", note=NARROWED_HINT)
        elif noun not in ("own", "account", "profile"):
            page.claim(clause, first, stop, "access", status="partly", note=WHOSE_HINT)
            return True
    return False


def _given(things: Things, said: Statement, group: Group, thing: Thing) -> Iterator[Statement]:
    """`assign drivers to trips`: an action of one of the two, else the field of one that refers to the other."""
    clause, verb = said.clause, next(verb for verb in group.verbs if verb in right_verbs.GIVING)
    to = next((i for i in range(group.first, group.stop) if clause.words[i] in ("to", "with")), group.stop)
    target = next((other for _, _, other in things.in_clause(clause, to, group.stop)), None)
    pair = [other for other in (target, thing) if other is not None]
    for one in pair:
        if action := meant(verb, one):
            yield replace(said, thing=one, verbs=(f"act:{action}",))
            return
    for one in pair:
        names = [n for n, f in one.entry.fields.items() if f.to in {o.name for o in pair if o is not one}]
        names = names or [n for n in ("assignee",) if n in one.entry.fields]
        if names:
            yield replace(said, thing=one, verbs=("update",), fields=tuple(names))
            return


def _rights(things: Things, clause: Clause, group: Group, thing: Thing | None) -> Iterator[str]:
    """What the verbs of a group mean for a thing."""
    for verb in group.verbs:
        if thing is None:
            yield from rights(verb, None)
        elif doing(verb, things) is thing and not rights(verb, thing):
            yield "create"
        elif (
            verb in right_verbs.USING and verb not in thing.entry.actions and doing(verb, things) is not thing
        ):
            beside = {other.name for _, _, other in things.in_clause(clause, group.first, group.stop)}
            of_those = any(field.to in beside - {thing.name} for field in thing.entry.fields.values())
            makes = of_those or _belongs(things, thing) or _asked(thing)
            yield "create" if makes else "update" if changes_state(verb, thing) else "read"
        elif verb in right_verbs.MAKING and _makes_one(things, clause, group, thing):
            yield "create"
        else:
            found = rights(verb, thing)
            if verb in right_verbs.ASKING and not _asked(thing):
                yield "read"
                continue
            moved = any(meant(other, thing) for other in group.verbs if other not in right_verbs.VERBS)
            made = (
                right_verbs.VERBS.get(verb) == ("create",)
                and found != ("create",)
                and not (group.again or moved)
            )
            yield from (*found, "create") if made else found


def _makes_one(things: Things, clause: Clause, group: Group, thing: Thing) -> bool:
    """Whether a verb is about a new row: `publish an offer with a description`."""
    mentions = things.in_clause(clause, group.first, group.stop)
    first, stop = next(((first, stop) for first, stop, named in mentions if named is thing), (0, 0))
    detailed = clause.words[stop : stop + 1] in (("with",), ("(",), (":",))
    return first > 0 and clause.words[first - 1] in ("a", "an") and detailed


def _asked(thing: Thing) -> bool:
    """Whether rows of a thing are what people ask for, and not what they ask to get: they begin as asked for."""
    states = thing.entry.states
    field = thing.entry.fields.get(states.field if states else "status")
    first = next((v for v in field.values if v in right_verbs.ASKED or v in STANDING), "") if field else ""
    return first in right_verbs.ASKED


def _belongs(things: Things, thing: Thing) -> bool:
    """Whether rows of a thing belong to people: who books a visit makes a visit, who books a room makes none."""
    people = {other.name for other in things if other.entry.person} | {"User"}
    return any(field.to in people for field in thing.entry.fields.values())


def _moves(page: Page, clause: Clause, group: Group, thing: Thing) -> tuple[str, ...]:
    """The actions that lead to the states that a group names: `mark a loan as returned or lost`."""
    states = thing.entry.states
    name = states.field if states else "status"
    values = thing.entry.fields[name].values if name in thing.entry.fields else ()
    if not {*group.verbs} & right_verbs.MOVING or not values:
        return ()
    called = {value: value for value in values} | {value.removeprefix("in_"): value for value in values}
    named = {
        called["_".join(clause.words[index : index + length])]: (index, index + length)
        for index in range(group.first, group.stop)
        for length in (1, 2, 3)
        if "_".join(clause.words[index : index + length]) in called
    }
    actions = [action for action, each in thing.entry.actions.items() if each.to in named]
    for first, stop in named.values():
        page.claim(clause, first, stop, f"entities.{thing.name}.access")
    return tuple(f"act:{action}" for action in actions) if named else ()
