"""Sentences about who may do what.

What lives here: from a sentence to statements (role, what, which thing, whose rows). What must not: adding them up to
access (`access.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.brief.grammar import DETERMINERS, singular_words
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.relations import ASSOCIATIONS
from backwright_workbench.brief.roles import PUBLIC, SIGNED_IN, Roles
from backwright_workbench.brief.states import STATE_VERBS
from backwright_workbench.brief.text import Clause
from backwright_workbench.brief.things import Thing, Things


@dataclass(frozen=True)
class Statement:
    """Some roles may, or may not, do something with a thing; `thing` is `None` for all of them."""

    roles: tuple[str, ...]
    verbs: tuple[str, ...]
    """`read create update delete act everything`, or `act:NAME`."""
    thing: Thing | None
    own: bool = False
    fields: tuple[str, ...] = ()
    only: bool = False
    """Whether nobody else may."""
    denied: bool = False
    clause: Clause | None = None
    place: tuple[int, int] = (0, 0)


_VERBS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys("view see read browse list search access look check download find filter track monitor query views sees reads viewing reading seeing browsing".split(), ("read",)),
    **dict.fromkeys("create add post submit place register write upload request open make log raise enter record book reserve creates adds creating adding posting leave order buy insert publish_new file rent borrow ask apply".split(), ("create",)),
    **dict.fromkeys("update edit change modify rename reschedule updates edits changes updating editing adjust set mark correct".split(), ("update",)),
    **dict.fromkeys("delete remove deletes removes deleting removing destroy".split(), ("delete",)),
    **dict.fromkeys("manage manages administer control handle maintain managing crud".split(), ("read", "create", "update", "delete", "act")),
    **dict.fromkeys("write_all".split(), ("create", "update")),
}
_EVERYTHING = re.compile(r"(?<!\S)(?:(?:do|access|manage|see and do|control) (?:everything|anything|all)|full (?:access|control|permissions?|rights)|all (?:permissions|rights|access|operations)|everything|unrestricted access|full crud)(?!\S)")
_READ_ONLY = re.compile(r"(?<!\S)(?:read only(?: access)?|view only|only (?:read|view|see|look)|read access|can only (?:view|read|see)|look but)(?!\S)")
_OWN = re.compile(r"(?<!\S)(?:their own|own|his own|her own|my own|theirs|my|assigned to (?:them|him|her|me|themselves)|they (?:own|created|wrote|are assigned(?: to)?|placed)|(?:them|him|her) ?selves|belong(?:ing|s)? to them|their assigned)(?!\S)")
_THEIR = re.compile(r"(?<!\S)(?:their|his|her)(?!\S)")
_DENY = re.compile(r"(?<!\S)(?:cannot|cant|can not|must not|may not|should not|never|not allowed to|not be able to|are not able to|dont|do not)(?!\S)")
_MODAL = re.compile(r"(?<!\S)(?:can|cannot|cant|may|must|should|are allowed|is allowed|be able|want|wants|need|have|has|are|is|:|,|-|–|—|able|would|manages?|manage|will|get|gets)(?!\S)")
_SEE_ALL = re.compile(r"(?<!\S)(?:see|view|read|browse|look at) (?:everything|anything|all(?: data| records| entities)?(?= *(?:$|\.|,|but|and)))(?!\S)")
_REASON = re.compile(r"(?<!\S)(?:so that|so i|so they|so we|in order to|because)(?= ).*")
_PASSIVE = re.compile(r"(?<!\S)(?:can|may|must|should|is|are)(?: (?:only|just|also|not))* be (?P<verb>\w+?)(?:d|ed|ted|n|en)?(?: (?:only|just))? (?:by|only by|to) (?:the |a |an )?")
_STEMS = {"view": "view", "rea": "read", "read": "read", "see": "see", "delet": "delete", "delete": "delete", "edit": "edit", "update": "update", "creat": "create", "create": "create", "manag": "manage", "manage": "manage", "add": "add", "chang": "change", "modifi": "modify", "approv": "approve", "approve": "approve", "cancell": "cancel", "cancel": "cancel", "publish": "publish", "clos": "close", "close": "close", "assign": "assign", "remov": "remove", "reject": "reject", "confirm": "confirm", "browse": "browse", "brows": "browse", "access": "access", "list": "list"}
_SUBJECT_FILL = frozenset("only just also and or , both the a an all each every as & / i any logged in registered authenticated".split())


def read_permissions(page: Page, things: Things, roles: Roles) -> list[Statement]:
    """All statements about rights, in the order of the brief; their words are claimed."""
    found: list[Statement] = []
    for clause in page.clauses:
        for statement in (*_active(page, things, roles, clause), *_bracketed(page, things, roles, clause), *_passive(page, things, roles, clause), *_open(page, things, clause)):
            found.append(statement)
    return found


def _subjects(roles: Roles, clause: Clause) -> tuple[tuple[str, ...], int, bool]:
    """The roles that a clause begins with, the word after them, and whether it says `only`."""
    named: list[str] = []
    only = False
    index = 1 if clause.words[:1] in (("as",), ("for",)) else 0
    while index < len(clause.words):
        hit = roles.at(clause, index)
        if hit:
            named.append(hit[0])
            index += hit[1]
        elif clause.words[index] in _SUBJECT_FILL:
            only = only or clause.words[index] in ("only", "just")
            index += 1
        else:
            break
    return tuple(dict.fromkeys(named)), index, only


def _active(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`Managers can create and edit orders`, `Viewer: read only`, `As a member I want to see my loans`."""
    subjects, begin, only = _subjects(roles, clause)
    if not subjects:
        above = clause.parent
        if above is None or clause.kind != "item":
            return
        subjects, after, _ = _subjects(roles, above)
        if not subjects or len(above.words) - after > 2:
            return
        begin = 0
    else:
        rest = " ".join(clause.words[begin : begin + 2])
        starts_action = clause.words[begin : begin + 1] and (clause.words[begin] in _VERBS or _action(clause.words[begin], things))
        if not (_MODAL.match(rest) or starts_action or _READ_ONLY.match(rest) or _EVERYTHING.match(rest)):
            return
    ends = [*_turns(roles, clause, begin), (len(clause.words), (), 0, False)]
    statements = list(_predicates(page, things, clause, subjects, begin, ends[0][0], only=only))
    for (first, others, start, just), (end, *_) in zip(ends, ends[1:], strict=False):
        page.claim(clause, first, start, *(f"roles.{role}" for role in others), "access")
        statements += _predicates(page, things, clause, others, start, end, only=just)
    if statements and begin:
        page.claim(clause, 0, begin, *(f"roles.{role}" for role in subjects if role not in (PUBLIC, SIGNED_IN)), "access")
    yield from statements


_TURN = frozenset({",", "and", "but", "while", ";", "whereas", "only"})


def _turns(roles: Roles, clause: Clause, begin: int) -> Iterator[tuple[int, tuple[str, ...], int, bool]]:
    """Where a sentence goes on with another subject: `…, but only managers can delete them`."""
    for index in range(begin + 1, len(clause.words)):
        hit = roles.at(clause, index)
        if not hit or clause.words[index - 1] not in _TURN or index + hit[1] >= len(clause.words):
            continue
        if clause.words[index + hit[1]] in ("can", "may", "cannot", "must", "have", "has", "are", "should"):
            yield index, (hit[0],), index + hit[1], clause.words[index - 1] == "only"


def _bracketed(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`admin (full access), auditor (read-only)`."""
    for _, stop, role in roles.in_clause(clause):
        if clause.words[stop : stop + 1] != ("(",):
            continue
        end = next((i for i in range(stop, len(clause.words)) if clause.words[i] == ")"), len(clause.words))
        yield from _predicates(page, things, clause, (role,), stop + 1, end, only=False)


def _predicates(
    page: Page, things: Things, clause: Clause, subjects: tuple[str, ...], begin: int, end: int, *, only: bool
) -> Iterator[Statement]:
    """What is said of the subjects between two words."""
    text = " ".join(clause.words[begin:end])
    mentions = things.in_clause(clause, begin, end)
    if match := _SEE_ALL.search(text):
        yield Statement(subjects, ("read",), None, clause=clause, place=(begin, end))
        _claim_match(page, clause, begin, text, match)
        _claim_rest(page, clause, begin, end)
        return
    if match := _EVERYTHING.search(text):
        about = [thing for _, _, thing in mentions] or [None]
        for thing in about:
            yield Statement(subjects, ("everything",), thing, only=only, clause=clause, place=(begin, end))
        _claim_match(page, clause, begin, text, match)
        _claim_rest(page, clause, begin, end)
        return
    if match := _READ_ONLY.search(text):
        if not mentions or not re.search(r"only (?:read|view|see)", match.group()) or "own" not in text:
            for thing in [thing for _, _, thing in mentions] or [None]:
                yield Statement(subjects, ("read",), thing, only=False, clause=clause, place=(begin, end), own=bool(_OWN.search(text)))
            _claim_match(page, clause, begin, text, match)
            _claim_rest(page, clause, begin, end)
            return
    for first, stop, _ in clause.find(_REASON):
        if not begin <= first < end:
            continue
        page.claim(clause, first, stop, note="a reason")
        end = first
    mentions = [mention for mention in mentions if mention[0] < end]
    yield from _groups(page, things, clause, subjects, begin, end, only=only, mentions=mentions)


def _groups(
    page: Page, things: Things, clause: Clause, subjects: tuple[str, ...], begin: int, end: int, *, only: bool, mentions: list[tuple[int, int, Thing]]
) -> Iterator[Statement]:
    """Verbs and the things they govern: `create and edit orders, and view products`."""
    words = clause.words[:end]
    starts = {first: (stop, thing) for first, stop, thing in mentions}
    index, verbs, at = begin, [], begin
    denied = False
    objects: list[Thing] = []
    last: list[Thing] = []
    pending: list[str] = []
    out: list[tuple[list[str], list[Thing], bool, int, int]] = []
    while index < len(words):
        word = words[index]
        if _DENY.match(" ".join(words[index : index + 4])):
            if verbs and objects:
                out.append((verbs, objects, denied, at, index))
                verbs, objects, at = [], [], index
            denied = True
        if word in ("can", "may") and denied and index and words[index - 1] in ("and", "but", ","):
            denied = False
        if index in starts and objects and _qualifies(words, index, begin):
            index = starts[index][0]
            continue
        if index in starts:
            objects.append(starts[index][1])
            index = starts[index][0]
            continue
        if (word in _VERBS or _action(word, things)) and words[index - 1 : index] != ("of",) and (index == 0 or words[index - 1] not in DETERMINERS):
            if objects:
                out.append((verbs, objects, denied, at, index))
                last, verbs, objects, at = objects, [], [], index
            verbs.append(word)
        elif word in ("them", "it", "these", "those") and verbs and not objects and last:
            objects = list(last)
        elif word in ("everything", "anything", "all") and verbs and not objects and words[index + 1 : index + 2] != ("their",) and not any(i >= index for i in starts):
            pending = list(verbs)
        index += 1
    if verbs:
        out.append((verbs, objects, denied, at, len(words)))
    for verbs_, things_, denied_, first, stop in out:
        chosen: list[Thing | None] = list(dict.fromkeys(things_)) if things_ else ([None] if pending else [])
        if not chosen and out[-1][1] and (first, stop) != (out[-1][3], out[-1][4]):
            chosen = list(dict.fromkeys(out[-1][1]))
        phrase = " ".join(words[first:stop])
        own = bool(_OWN.search(phrase)) or (bool(_THEIR.search(phrase)) and bool(things_))
        for number, thing in enumerate(chosen):
            done = next((noun for verb in verbs_ if (noun := ASSOCIATIONS.get(verb))), "")
            recorded = things.meant_by(tuple(done.split())) if done else None
            if recorded and thing and recorded is not thing:
                yield Statement(subjects, ("create",), recorded, own=True, only=only, denied=denied_, clause=clause, place=(first, stop))
                yield Statement(subjects, ("read",), thing, clause=clause, place=(first, stop))
                continue
            ops = tuple(op for verb in verbs_ for op in _ops(verb, thing, things))
            if not ops:
                continue
            fields = _fields(thing, clause, first, stop, ops) if number == len(chosen) - 1 else ()
            yield Statement(subjects, ops, thing, own=own, fields=fields, only=only, denied=denied_, clause=clause, place=(first, stop))
        if chosen:
            _claim_verbs(page, clause, first, stop, verbs_)
            for a, b, thing in mentions:
                if first <= a < stop:
                    page.claim(clause, a, b, f"entities.{thing.name}.access")


def _qualifies(words: tuple[str, ...], at: int, begin: int) -> bool:
    """Whether a thing is only said to tell whose the one before it is: `grades of their courses`."""
    index = at - 1
    while index > begin and words[index] in DETERMINERS | {"own", "only", "assigned"}:
        index -= 1
    return words[index] in ("for", "of", "in", "on", "to", "from", "at", "by", "with", "within")


def _action(word: str, things: Things) -> bool:
    return any(word in thing.entry.actions or _changes_state(word, thing) for thing in things)


def _ops(verb: str, thing: Thing | None, things: Things) -> tuple[str, ...]:
    """What a verb means for a thing: its action of that name, else one of the common five."""
    if thing is not None and verb in thing.entry.actions:
        return (f"act:{verb}",)
    if verb not in _VERBS and thing is not None and _changes_state(verb, thing):
        return ("update",)
    return _VERBS.get(verb, ())


def _changes_state(verb: str, thing: Thing) -> bool:
    """Whether a verb leads to a state that a thing without declared moves may be in: to cancel it, change its status."""
    states = {state for state, word in STATE_VERBS.items() if word == verb}
    return any(states & set(field.values) for field in thing.entry.fields.values())


def _fields(thing: Thing | None, clause: Clause, first: int, stop: int, ops: tuple[str, ...]) -> tuple[str, ...]:
    """The fields that a right to change is limited to: `update the status of …`, `edit only their phone`."""
    if thing is None or "update" not in ops:
        return ()
    named = []
    for index in range(first, stop):
        for length in (3, 2, 1):
            name = "_".join(clause.words[index : index + length])
            name = name if name in thing.entry.fields else "_".join(singular_words(clause.words[index : index + length]))
            if name in thing.entry.fields and index + length <= stop:
                named.append(name)
                break
    return tuple(dict.fromkeys(named))


def _passive(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`Orders can only be cancelled by managers`."""
    for first, stop, match in clause.find(_PASSIVE):
        verb = _STEMS.get(match["verb"], match["verb"])
        named = [role for _, _, role in roles.in_clause(clause, stop, min(stop + 6, len(clause.words)))]
        mentions = things.in_clause(clause, 0, first)
        if not named or not mentions:
            continue
        end = [b for _, b, _ in roles.in_clause(clause, stop, min(stop + 6, len(clause.words)))][-1]
        thing = mentions[-1][2]
        ops = _ops(verb, thing, things)
        if ops:
            page.claim(clause, first, end, f"entities.{thing.name}.access")
            yield Statement(tuple(dict.fromkeys(named)), ops, thing, only="only" in clause.words[first:stop], clause=clause, place=(first, end))


_PUBLIC_THINGS = re.compile(r"^(?: ?(?:are|is|should be|must be|can be))? ?(?:publicly (?:readable|visible|accessible|available|viewable)|public|open to (?:everyone|all|anyone|the public)|readable by (?:anyone|everyone)|visible to (?:everyone|anyone|the public)|(?:read|viewed|seen|browsed) (?:by (?:anyone|everyone)|without (?:login|logging in|signing in|authentication)))(?: (?:without (?:login|logging in|authentication|signing in)))?(?!\S)")
_PRIVATE_THINGS = re.compile(r"^(?: ?(?:are|is|should be|must be))? ?(?:private(?: to (?:the|their|each) (?:user|owner|author)s?)?|only visible to (?:the|their) (?:owner|author|user|creator)s?|visible only to (?:the|their) (?:owner|author|user|creator)s?)(?!\S)")


def _open(page: Page, things: Things, clause: Clause) -> Iterator[Statement]:
    """`Articles are public`, `notes are private`."""
    for first, stop, thing in things.in_clause(clause):
        rest = " ".join(clause.words[stop:])
        if match := _PUBLIC_THINGS.match(rest):
            page.claim(clause, first, stop + match.group().strip().count(" ") + 1, f"entities.{thing.name}.access.public")
            yield Statement((PUBLIC,), ("read",), thing, clause=clause, place=(first, stop))
        elif match := _PRIVATE_THINGS.match(rest):
            page.claim(clause, first, stop + match.group().strip().count(" ") + 1, f"entities.{thing.name}.access.signed_in")
            yield Statement((SIGNED_IN,), ("read", "create", "update", "delete"), thing, own=True, only=True, clause=clause, place=(first, stop))


def _claim_match(page: Page, clause: Clause, begin: int, text: str, match: re.Match[str]) -> None:
    first = begin + text[: match.start()].count(" ")
    page.claim(clause, first, first + match.group().count(" ") + 1, "access")


_PLAIN = frozenset("can may have has are is be able to with only access permission permissions rights do the a their own all able system data in on of and but or not change changes anything".split())


def _claim_rest(page: Page, clause: Clause, begin: int, end: int) -> None:
    for index in range(begin, end):
        if clause.words[index] in _PLAIN and page.free(clause, index):
            page.claim(clause, index, index + 1, "access")


def _claim_verbs(page: Page, clause: Clause, first: int, stop: int, verbs: list[str]) -> None:
    text = " ".join(clause.words[first:stop])
    for index in range(first, stop):
        if clause.words[index] in verbs or clause.words[index] in ("cannot", "only", "own", "everything", "anything", "all", "them", "assigned", "belonging"):
            page.claim(clause, index, index + 1, "access")
    for pattern in (_OWN, _DENY):
        for match in pattern.finditer(text):
            _claim_match(page, clause, first, text, match)
