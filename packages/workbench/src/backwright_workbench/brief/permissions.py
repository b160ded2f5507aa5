"""Sentences about who may do what.

What lives here: reading all of them, and what contradicts itself. What must not: who is spoken of (`speakers.py`),
what is said of them (`predicates.py`), and adding it up to access (`access.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.field_rights import of_fields
from backwright_workbench.brief.grammar import GLUE
from backwright_workbench.brief.grids import Grid, read_grids
from backwright_workbench.brief.lexicon.permissions import (
    CLOSING,
    CONDITION,
    EXCEPT,
    MODALS,
    NOBODY_ELSE,
    OTHER_SUBJECTS,
    OWN,
    THE_OTHERS,
)
from backwright_workbench.brief.lexicon.registration import OPEN
from backwright_workbench.brief.lexicon.role_phrases import RELATIVE
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.passives import of_things
from backwright_workbench.brief.predicates import predicates
from backwright_workbench.brief.right_lines import read_right_lines
from backwright_workbench.brief.role_labels import Label, label_end, labels, only_things
from backwright_workbench.brief.roles import ADMIN, ALL_STAFF, EVERYBODY, PUBLIC, SIGNED_IN, Roles
from backwright_workbench.brief.speakers import like, spoken_of, subject_of
from backwright_workbench.brief.statements import EVERY_ROLE, WRITING, Statement, Subject
from backwright_workbench.brief.things import Things
from backwright_workbench.brief.times import limit_actions
from backwright_workbench.brief.trace import Quote
from backwright_workbench.brief.turns import turns

NO_RIGHT = "no right follows from this: say what they may create, see, change or delete"
"""What the trace says where people do something that no verb of rights tells."""


def read_permissions(
    page: Page, things: Things, roles: Roles, grids: Sequence[Grid], lines: Sequence[Clause] = ()
) -> list[Statement]:
    """All statements about rights, in the order of the brief; their words are claimed."""
    found = [*read_grids(page, things, grids), *read_right_lines(page, things, lines)]
    before: Subject | None = None
    likes: list[tuple[str, str]] = []
    tabled = {id(row) for grid in grids for row, _ in grid.rows} | {id(line) for line in lines}
    for clause in page.clauses:
        if id(clause) in tabled:
            continue
        said, subject = _active(page, things, roles, clause, before, likes)
        before = subject or before
        found += said
        found += _bracketed(page, things, roles, clause)
        found += _of_the_others(page, things, roles, clause, found)
        found += of_fields(page, things, roles, clause)
        found += of_things(page, things, roles, clause)
    found = [
        replace(s, roles=tuple(r for role in s.roles for r in roles.spelled_out(role)), general=True)
        if {EVERYBODY, ALL_STAFF} & {*s.roles}
        else s
        for s in found
    ]
    _drop_untold(roles, found)
    for role, other in likes:
        found += [replace(s, roles=(role,)) for s in found if other in s.roles and not s.denied]
    limit_actions(page, found)
    _contradictions(page, things, found)
    return found


def _drop_untold(roles: Roles, statements: Sequence[Statement]) -> None:
    """Leave out people whom the brief neither lists nor lets do anything: `suppliers deliver food`."""
    told = (
        {role for said in statements for role in said.roles} | roles.listed | roles.unclear | {roles.speaker}
    )
    for role in [role for role in roles.named if role not in told]:
        del roles.named[role]


def _contradictions(page: Page, things: Things, statements: list[Statement]) -> None:
    """`Books are read-only` against `editors can create books`, or against CRUD for books."""
    for fixed in [s for s in statements if s.verbs == WRITING and s.denied and EVERY_ROLE in s.roles]:
        here = page.quote(fixed.clause, *fixed.place)
        for said in statements:
            if said.thing is fixed.thing and not said.denied and set(said.verbs) & {*WRITING, "everything"}:
                _contradict(page, here, page.quote(said.clause, *said.place))
                break
        for clause in page.clauses:
            named = [first for first, _, thing in things.in_clause(clause) if thing is fixed.thing]
            if "crud" in clause.words and named:
                at = clause.words.index("crud")
                _contradict(page, here, page.quote(clause, at, at + 1))


def _contradict(page: Page, one: Quote, two: Quote) -> None:
    first, second = sorted((one, two), key=lambda quote: (quote.line, quote.column))
    page.contradict("what is read-only is not written", first, second)


def _active(
    page: Page,
    things: Things,
    roles: Roles,
    clause: Clause,
    before: Subject | None,
    likes: list[tuple[str, str]],
) -> tuple[list[Statement], Subject | None]:
    """`Managers can create and edit orders`, `Viewer: read only`, `As a member I want to see my loans`; with
    whoever is spoken of.
    """
    subject = subject_of(things, roles, clause, before)
    if subject is None or _of_a_field(page, subject):
        return [], None
    found: list[Statement] = []
    if other := like(page, roles, subject):
        likes.extend((role, other[0]) for role in subject.roles)
        subject = replace(subject, begin=other[1], first=other[1])
    subject = replace(subject, before=spoken_of(page, things, clause, subject))
    for turn in turns(things, roles, subject):
        each = _closed(page, things, roles, _alone(page, roles, turn))
        statements = _one_after_another(predicates(page, things, each))
        named = [f"roles.{role}" for role in each.roles if role not in (PUBLIC, SIGNED_IN)]
        if statements and each.begin:
            page.claim(clause, each.first, each.begin, *named, "access")
        elif each.begin and _asks(page, things, each):
            page.claim(clause, each.first, each.begin, *named, note=NO_RIGHT)
            roles.unclear |= {*each.roles} - roles.listed
        found += statements
    return found, subject


def _one_after_another(statements: Iterable[Statement]) -> list[Statement]:
    """What is said of somebody, where `them` are no more than the rows that were spoken of before."""
    found: list[Statement] = []
    for said in statements:
        before = next(
            (each for each in reversed(found) if each.thing is said.thing and not each.denied), None
        )
        found.append(said.after(before) if said.again and before and not said.denied else said)
    return found


def _of_a_field(page: Page, subject: Subject) -> bool:
    """Whether somebody is only a field of a thing: in the row of a table, or `the instructor who runs it`."""
    clause, at = subject.clause, subject.first
    taken = page.elements_at(clause, at)
    field = any(element.endswith(f".fields.{role}") for element in taken for role in subject.roles)
    return field and (clause.kind == "row" or clause.words[subject.begin - 1] in RELATIVE - _AGAIN)


_AGAIN = frozenset({"they", "he", "she"})


def _alone(page: Page, roles: Roles, subject: Subject) -> Subject:
    """The subject without the words that keep others from what it does: `…, nobody else may`."""
    clause = subject.clause
    for first, stop, _ in clause.find(NOBODY_ELSE):
        last = clause.tokens[stop - 1]
        whose = last.end - last.start > len(last.word) or OWN.search(
            " ".join(clause.words[subject.begin : first])
        )
        if subject.begin < first < subject.end and not whose:
            page.claim(clause, first, subject.end, "access")
            also = [role for _, _, role in roles.in_clause(clause, stop, subject.end)]
            also = also if EXCEPT.search(" ".join(clause.words[stop : subject.end])) else []
            return replace(subject, roles=(*subject.roles, *also), end=first, only=True)
    return subject


def _closed(page: Page, things: Things, roles: Roles, subject: Subject) -> Subject:
    """The subject without the words that end the list of its rights: `…, nothing else`, `read books only`."""
    clause, begin, end = subject.clause, subject.begin, subject.end
    whose = OWN.search(" ".join(clause.words[begin:end]))
    for first, stop, match in clause.find(CLOSING):
        merely = match.group() == "only" and (whose or clause.words[first - 1] in ("read", "view"))
        if begin < first < end and not merely:
            page.claim(clause, first, stop, "access")
            roles.closed |= {*subject.roles}
            return replace(subject, end=first)
    only = "only" in clause.words[begin : begin + 2] and things.in_clause(clause, begin, end)
    if only and not whose and not any(begin < first < end for first, _, _ in clause.find(CONDITION)):
        roles.closed |= {*subject.roles}
    return subject


def _asks(page: Page, things: Things, subject: Subject) -> bool:
    """Whether words that nobody took say what somebody does."""
    clause, begin = subject.clause, subject.begin
    if (
        subject.roles == (ADMIN,)
        or OPEN.search(clause.text)
        or clause.kind == "heading"
        or begin >= subject.end
        or not clause.tokens[begin].is_word
    ):
        return False
    free = [i for i in range(begin, subject.end) if page.free(clause, i) and clause.words[i] not in GLUE]
    return bool(free)


def _of_the_others(
    page: Page, things: Things, roles: Roles, clause: Clause, before: Sequence[Statement]
) -> Iterator[Statement]:
    """`… are maintained by clerks, others have read access`: what whoever was not named before may do."""
    for first, stop, _ in clause.find(THE_OTHERS):
        earlier = [each for each in page.clauses if each.block == clause.block]
        told = {r for said in before if said.clause in earlier and not said.denied for r in said.roles}
        told |= {role for _, _, role in roles.in_clause(clause, 0, first)}
        rest = tuple(role for role in roles.named if role not in (*told, ADMIN))
        subject = Subject(rest, clause, first, stop, len(clause.words))
        spoken = spoken_of(page, things, clause, subject)
        said = list(predicates(page, things, replace(subject, before=spoken))) if rest else []
        for each in said:
            page.claim(clause, first, stop, "access")
            about = spoken if each.thing is None and each.verbs == ("read",) else each.thing
            yield replace(each, thing=about, general=not each.denied)


def _bracketed(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`admin (full access), auditor (read-only)`, `(admin: everything, guest: read-only)`, `vet: treatments`."""
    words = clause.words
    said = {label.first: label for label in labels(page, clause)}
    for first, stop, role in roles.in_clause(clause):
        label = said.get(first)
        if words[stop : stop + 1] == ("(",):
            end = next((i for i in range(stop, len(words)) if words[i] == ")"), len(words))
            label = Label(first, stop, stop + 1, end)
        elif words[stop : stop + 1] in ((":",), ("=",)) and "(" in words[:first]:
            label = Label(first, stop, stop + 1, label_end(clause, stop + 1))
        if label is not None:
            subject = Subject((role,), clause, first, _past_aside(words, label.begin), label.end)
            yield from list(predicates(page, things, subject)) or only_things(page, things, subject)


def _past_aside(words: Sequence[str], begin: int) -> int:
    """Where rights begin in brackets that first say who somebody is: `cook (me and my wife, we may …)`."""
    at = next((i for i in range(begin, len(words)) if words[i] == ")"), len(words))
    found = (
        i + 1 for i in range(begin, at - 1) if words[i] in OTHER_SUBJECTS | {"who"} and words[i + 1] in MODALS
    )
    return next(found, begin)
