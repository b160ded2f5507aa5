"""Tables about rights: roles by entities, or what is done by roles.

What lives here: recognising such tables, the roles and things that they name, and the statements that their cells
make. What must not: tables of fields and columns (`regions.py`), sentences (`permissions.py`).

Their rows are off the page while things and fields are looked for: `Delete ticket | ✓` names no entity.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import singular_words, sounds_like_person
from backwright_workbench.brief.identity import identify
from backwright_workbench.brief.lexicon import grids as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.predicates import predicates
from backwright_workbench.brief.roles import PUBLIC, SIGNED_IN, role_name, roles_like
from backwright_workbench.brief.statements import Statement, Subject, rights
from backwright_workbench.brief.things import Things

Span = tuple[int, int]
_FULL = ("read", "create", "update", "delete", "act")


@dataclass(frozen=True)
class Cell:
    """What a cell lets one do; no verbs: nothing."""

    verbs: tuple[str, ...]
    own: bool = False
    doings: tuple[str, ...] = ()
    """Verbs beside the usual ones: they are actions of the thing, if it has such."""


@dataclass
class Grid:
    """A table about rights, as clauses and the spans of their cells."""

    head: Clause
    heads: list[Span]
    rows: list[tuple[Clause, list[Span]]] = field(default_factory=list)
    by_row: bool = False
    """Whether a row is about a role, and a column about a thing; else the other way about."""

    def roles(self) -> Iterator[tuple[Clause, Span]]:
        """Where the table names roles."""
        if self.by_row:
            yield from ((clause, spans[0]) for clause, spans in self.rows)
        else:
            yield from ((self.head, span) for span in self.heads[1:])

    def subjects(self) -> Iterator[tuple[Clause, Span]]:
        """Where the table names things, or what is done with them."""
        if self.by_row:
            yield from ((self.head, span) for span in self.heads[1:])
        else:
            yield from ((clause, spans[0]) for clause, spans in self.rows)


def take_grids(page: Page) -> list[Grid]:
    """The tables about rights; their clauses are taken off the page."""
    grids = [grid for clause in page.clauses if clause.kind == "header" and (grid := _grid(page, clause))]
    taken = {id(clause) for grid in grids for clause in (grid.head, *(row for row, _ in grid.rows))}
    page.clauses = [clause for clause in page.clauses if id(clause) not in taken]
    return grids


def return_grids(page: Page, grids: Sequence[Grid]) -> None:
    """Put the clauses of the tables back where they stood."""
    back = [clause for grid in grids for clause in (grid.head, *(row for row, _ in grid.rows))]
    page.clauses = sorted((*page.clauses, *back), key=lambda clause: clause.tokens[0].start)


def name_things(page: Page, things: Things, grids: Sequence[Grid], catalogue: Catalogue) -> None:
    """Enter the entities that only a table of roles by entities names."""
    for grid in grids:
        for clause, span in grid.subjects():
            words = clause.words[slice(*span)]
            if words and not _verbal(clause, span) and not things.meant_by(words):
                identify(words, things, catalogue, things.domains, page)


def role_words(grids: Sequence[Grid]) -> Iterator[tuple[str, ...]]:
    """The words for the roles that tables name."""
    for grid in grids:
        for clause, span in grid.roles():
            yield singular_words(clause.words[slice(*span)])


def read_grids(page: Page, things: Things, grids: Sequence[Grid]) -> Iterator[Statement]:
    """The statements that the cells make."""
    for grid in grids:
        page.claim(grid.head, 0, len(grid.head.words), "roles", "access")
        for clause, spans in grid.rows:
            for number, span in enumerate(spans[1:], start=1):
                who = (clause, spans[0]) if grid.by_row else (grid.head, _at(grid.heads, number))
                what = (grid.head, _at(grid.heads, number)) if grid.by_row else (clause, spans[0])
                role = role_name(singular_words(who[0].words[slice(*who[1])]))
                cell = _cell(clause.words[slice(*span)], marked=_marked(grid))
                if role and cell is not None:
                    yield from _said(page, things, clause, role, what, cell)
            page.claim(clause, spans[0][1], len(clause.words), "access")
            if grid.by_row:
                page.claim(clause, 0, spans[0][1], "roles")


def _said(
    page: Page, things: Things, clause: Clause, role: str, what: tuple[Clause, Span], cell: Cell
) -> Iterator[Statement]:
    """What a cell says of a role and a thing, or a role and a doing."""
    at, (first, stop) = what
    thing = things.meant_by(at.words[first:stop])
    denied = not (cell.verbs or cell.doings)
    place = (0, len(clause.words))
    if thing and not _verbal(at, (first, stop)):
        page.claim(clause, 0, len(clause.words), f"entities.{thing.name}.access")
        acts = tuple(right for verb in cell.doings for right in rights(verb, thing))
        verbs = ("everything",) if denied else (*cell.verbs, *acts)
        yield Statement((role,), verbs, thing, clause, place, own=cell.own, denied=denied)
        return
    for said in predicates(page, things, Subject((role,), at, first, first, stop)):
        own = said.own or cell.own
        if not (denied and role in (PUBLIC, SIGNED_IN)):
            yield Statement((role,), said.verbs, said.thing, clause, place, own, said.fields, denied=denied)


def _grid(page: Page, head: Clause) -> Grid | None:
    """The table below a head, if its cells are codes of rights."""
    rows = [clause for clause in page.clauses if clause.kind == "row" and clause.parent is head]
    grid = Grid(head, _spans(page, head), [(clause, _spans(page, clause)) for clause in rows])
    cells = [clause.words[slice(*span)] for clause, spans in grid.rows for span in spans[1:]]
    if len(grid.heads) < 2 or not cells:
        return None
    codes = [cell for cell in cells if _cell(cell, marked=True) is not None]
    if 10 * len(codes) < 8 * len(cells) or not any(cells):
        return None
    first = " ".join(head.words[slice(*grid.heads[0])])
    columns = [singular_words(head.words[slice(*span)]) for span in grid.heads[1:]]
    rows_named = [singular_words(clause.words[slice(*spans[0])]) for clause, spans in grid.rows]
    if not all(columns) or not all(rows_named):
        return None
    across, down = _people(columns), _people(rows_named)
    grid.by_row = down > across or (down == across and first in ("role", "roles", "user", "who", "actor"))
    return grid if max(across, down) > 0 or first in terms.ROLE_HEADS else None


def _people(names: Sequence[tuple[str, ...]]) -> float:
    """How many of some names are those of roles, as a share."""
    return sum(roles_like(name[-1]) or sounds_like_person("_".join(name)) for name in names) / len(names)


def _spans(page: Page, clause: Clause) -> list[Span]:
    """The cells of a row, those that are empty too."""
    spans, first = [], 0
    for index, token in enumerate(clause.tokens):
        if page.source[token.start] == "|":
            spans.append((first, index))
            first = index + 1
    return [*spans, (first, len(clause.tokens))]


def _at(spans: Sequence[Span], number: int) -> Span:
    return spans[number] if number < len(spans) else (0, 0)


def _marked(grid: Grid) -> bool:
    """Whether a cross says yes in a table: it has no other sign that does."""
    cells = [clause.words[slice(*span)] for clause, spans in grid.rows for span in spans[1:]]
    return not any({*cell} & terms.YES for cell in cells)


def _verbal(clause: Clause, span: Span) -> bool:
    """Whether a cell says what is done: `Create ticket`."""
    words = clause.words[slice(*span)]
    return len(words) > 1 and not roles_like(words[-1]) and words[0] in terms.DOINGS


def _cell(words: Sequence[str], *, marked: bool) -> Cell | None:
    """What a cell says; `None` if it is no code of rights."""
    plain = [word for word in words if word.isascii() or word in terms.YES | terms.NO]
    own = bool({*plain} & terms.OWN)
    left = [word for word in plain if word not in terms.OWN | terms.FILL]
    if not left:
        return Cell(_FULL if own else (), own)
    verbs: list[str] = []
    doings = tuple(word for word in left if word in terms.ACTIONS)
    for word in (word for word in left if word not in doings):
        if word in terms.YES or (word in terms.MARK and marked) or word == "crud":
            verbs += _FULL
        elif word in terms.NO | terms.MARK:
            continue
        elif word in terms.WORDS:
            verbs += terms.WORDS[word]
        elif terms.CODE.fullmatch(word):
            letters = [terms.LETTERS[letter] for letter in word]
            verbs += [
                verb
                for letter in letters
                for verb in (("create", "update") if letter == "write" else (letter,))
            ]
        else:
            return None
    return Cell(tuple(dict.fromkeys(verbs)), own, doings)
