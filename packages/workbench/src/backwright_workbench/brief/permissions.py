"""Sentences about who may do what.

What lives here: the forms of such sentences, and who is spoken of. What must not: what is said of them
(`predicates.py`), and adding it up to access (`access.py`).
"""

from collections.abc import Iterator
from dataclasses import replace

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import DETERMINERS
from backwright_workbench.brief.lexicon import permissions as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.predicates import Subject, predicates
from backwright_workbench.brief.roles import MAKER, PUBLIC, SIGNED_IN, Roles
from backwright_workbench.brief.statements import EVERY_ROLE, Statement, base_form, is_right, rights
from backwright_workbench.brief.things import Things
from backwright_workbench.brief.trace import Quote

WRITING = ("create", "update", "delete", "act")


def read_permissions(page: Page, things: Things, roles: Roles) -> list[Statement]:
    """All statements about rights, in the order of the brief; their words are claimed."""
    found: list[Statement] = []
    for clause in page.clauses:
        found += _active(page, things, roles, clause)
        found += _bracketed(page, things, roles, clause)
        found += _passive(page, things, roles, clause)
        found += _of_things(page, things, clause)
    _contradictions(page, things, found)
    return found


def _contradictions(page: Page, things: Things, statements: list[Statement]) -> None:
    """`Books are read-only` against `editors can create books`, or against CRUD for books."""
    for fixed in [s for s in statements if s.verbs == WRITING and s.denied]:
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


def _active(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`Managers can create and edit orders`, `Viewer: read only`, `As a member I want to see my loans`."""
    subject = _subject(things, roles, clause)
    if subject is None:
        return
    for each in _turns(roles, subject):
        statements = list(predicates(page, things, each))
        if statements and each.begin:
            named = [f"roles.{role}" for role in each.roles if role not in (PUBLIC, SIGNED_IN)]
            page.claim(clause, each.first, each.begin, *named, "access")
        yield from statements


def _subject(things: Things, roles: Roles, clause: Clause) -> Subject | None:
    """Whom a clause speaks of from its beginning, from its colon, or by the item that it stands under."""
    named = _named(roles, clause, 0)
    if named is None and ":" in clause.words[:5]:
        named = _named(roles, clause, clause.words.index(":") + 1)
    if named is None:
        named = _later(roles, clause)
    if named is not None:
        return named if _tells_rights(things, named) else None
    above = _named(roles, clause.parent, 0) if clause.parent and clause.kind == "item" else None
    if above is None or len(above.clause.words) - above.begin > 2:
        return None
    return Subject(above.roles, clause, 0, 0, len(clause.words))


def _later(roles: Roles, clause: Clause) -> Subject | None:
    """The first role in a clause that a modal verb follows: `a backend where customers can …`."""
    for first, stop, role in roles.in_clause(clause):
        if clause.words[stop : stop + 1] in (("can",), ("may",), ("should",), ("cannot",)):
            return Subject((SIGNED_IN if role == MAKER else role,), clause, first, stop, len(clause.words))
    return None


def _named(roles: Roles, clause: Clause, first: int) -> Subject | None:
    """The roles named one after another from a word on."""
    found: list[str] = []
    only = False
    index = 1 if clause.words[:1] in (("as",), ("for",)) and not first else first
    while index < len(clause.words):
        if hit := roles.at(clause, index):
            found.append(SIGNED_IN if hit[0] == MAKER else hit[0])
            index += hit[1]
        elif clause.words[index] in terms.SUBJECT_FILL:
            only = only or clause.words[index] in ("only", "just")
            index += 1
        else:
            break
    return (
        Subject(tuple(dict.fromkeys(found)), clause, first, index, len(clause.words), only) if found else None
    )


def _tells_rights(things: Things, subject: Subject) -> bool:
    """Whether what follows a subject is about rights."""
    rest = " ".join(subject.clause.words[subject.begin : subject.begin + 2])
    patterns = (terms.MODAL, terms.READ_ONLY, terms.EVERYTHING)
    return any(pattern.match(rest) for pattern in patterns) or is_right(rest.split(" ")[0], things)


def _turns(roles: Roles, subject: Subject) -> Iterator[Subject]:
    """The subject, and those with whom the sentence goes on: `…, but only managers can delete them`."""
    words = subject.clause.words
    for index in range(subject.begin + 1, len(words)):
        hit = roles.at(subject.clause, index)
        before = index - 1
        while before > subject.begin and words[before] in DETERMINERS:
            before -= 1
        if not hit or words[before] not in terms.TURN or index + hit[1] >= len(words):
            continue
        if words[index + hit[1]] in terms.VERBS or words[index + hit[1]] in terms.TURN_VERBS:
            yield replace(subject, end=index)
            who = SIGNED_IN if hit[0] == MAKER else hit[0]
            subject = Subject(
                (who,), subject.clause, index, index + hit[1], len(words), words[before] == "only"
            )
    yield subject


def _bracketed(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`admin (full access), auditor (read-only)`."""
    words = clause.words
    for first, stop, role in roles.in_clause(clause):
        if words[stop : stop + 1] == ("(",):
            end = next((i for i in range(stop, len(words)) if words[i] == ")"), len(words))
            yield from predicates(page, things, Subject((role,), clause, first, stop + 1, end))


def _passive(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`Orders can only be cancelled by managers`."""
    for first, stop, match in clause.find(terms.PASSIVE):
        by = list(roles.in_clause(clause, stop, min(stop + 6, len(clause.words))))
        mentions = things.in_clause(clause, 0, first)
        if not by or not mentions:
            continue
        thing, end = mentions[-1][2], by[-1][1]
        if verbs := rights(base_form(match["verb"], things), thing):
            page.claim(clause, first, end, f"entities.{thing.name}.access")
            named = tuple(dict.fromkeys(role for _, _, role in by))
            only = "only" in clause.words[first:stop]
            yield Statement(named, verbs, thing, clause, (first, end), only=only)


def _of_things(page: Page, things: Things, clause: Clause) -> Iterator[Statement]:
    """`Articles are public`, `notes are private`, `bids cannot be changed`."""
    for first, stop, thing in things.in_clause(clause):
        rest = " ".join(clause.words[stop:])
        if match := terms.PUBLIC_THINGS.match(rest):
            said = Statement((PUBLIC,), ("read",), thing, clause, (first, stop))
        elif match := terms.FIXED_THINGS.match(rest):
            verb = "delete" if match["verb"].startswith(("delet", "remov")) else "update"
            said = Statement((EVERY_ROLE,), (verb,), thing, clause, (first, stop), denied=True)
        elif match := terms.READ_ONLY_THINGS.match(rest):
            said = Statement((EVERY_ROLE,), WRITING, thing, clause, (first, stop), denied=True)
        elif match := terms.PRIVATE_THINGS.match(rest):
            verbs = ("read", "create", "update", "delete")
            said = Statement((SIGNED_IN,), verbs, thing, clause, (first, stop), own=True, only=True)
        else:
            continue
        end = stop + match.group().strip().count(" ") + 1
        page.claim(clause, first, end, f"entities.{thing.name}.access")
        yield said
