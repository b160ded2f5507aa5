"""What files may be: their kinds, and where a brief speaks of them without the word upload.

What lives here: kinds (`pdf, max 5 MB`), and files as things that rows have (`photos`, `a receipt (file)`). What must
not: finding whose an upload is (`offers.py`).
"""

from backwright_workbench.blueprint.model import Attachments
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.lexicon import uploads as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.quantities import SIZE, megabytes
from backwright_workbench.brief.things import Thing, Things

_MOST_MB = 5120
_TIES = 2
"""A thing with so many references only ties others together."""


def holder(things: Things, main: Thing) -> Thing:
    """The thing that files hang on where a brief names none: the main one, unless that only ties others together."""
    if main.entry.attachments or not _ties(main):
        return main
    usual = next((thing for thing in things if thing.entry.attachments and thing.listed), None)
    return usual or next((thing for thing in things if thing.listed and not _ties(thing)), main)


def _ties(thing: Thing) -> bool:
    return sum(field.to is not None for field in thing.entry.fields.values()) >= _TIES


def read_handed_in(page: Page, things: Things, clause: Clause) -> None:
    """`Hand in assignments (pdf, max 20 MB)`: what is handed in carries a file."""
    for first, stop, _ in clause.find(terms.HANDED_IN):
        bracket = clause.words.index("(", stop) + 1 if "(" in clause.words[stop:] else 0
        if not bracket or not terms.KINDS.keys() & set(clause.words[bracket : bracket + 6]):
            continue
        named = [thing for _, _, thing in things.in_clause(clause, stop, bracket)]
        made = [
            thing for thing in things if any(f.to in {t.name for t in named} for f in thing.links.values())
        ]
        thing = next((t for t in (*made, *named) if t.entry.attachments), next(iter(named), None))
        if thing is not None:
            thing.attachments = thing.attachments or Attachments()
            page.claim(clause, first, stop, f"entities.{thing.name}.attachments")


def read_carried(page: Page, thing: Thing, clause: Clause, first: int, stop: int) -> bool:
    """Whether an item of a list of fields names files that a row carries: `photos`, `a receipt (file)`."""
    said = " ".join(clause.words[first:stop])
    if not terms.CARRIED.fullmatch(said):
        return False
    page.claim(clause, first, stop, f"entities.{thing.name}.attachments")
    only_images = bool(terms.IMAGES.search(said)) and thing.attachments is None
    thing.attachments = thing.attachments or Attachments()
    if only_images:
        thing.attachments = thing.attachments.model_copy(update={"types": terms.IMAGE_TYPES})
    return True


def read_kinds(page: Page, things: Things, clause: Clause) -> None:
    """Keep the kinds and the size that a clause allows for the files of a thing."""
    for thing in things:
        path = f"entities.{thing.name}.attachments"
        if thing.attachments is None or not any(
            page.claimed_for(clause, index, path) for index in range(len(clause.words))
        ):
            continue
        if said := _said(page, clause, path):
            known = thing.attachments.model_dump(exclude_defaults=True)
            thing.attachments = Attachments.model_validate(known | said)
        for first, stop, _ in clause.find(terms.AROUND):
            if all(page.free(clause, index) for index in range(first, stop)):
                page.claim(clause, first, stop, path)


def _said(page: Page, clause: Clause, path: str) -> dict[str, object]:
    """Kinds and size in the words of a clause; claims them."""
    said: dict[str, object] = {}
    kinds: dict[str, None] = {}
    for index, word in enumerate(clause.words):
        if word in terms.KINDS:
            kinds |= dict.fromkeys(terms.KINDS[word])
            page.claim(clause, index, index + 1, path)
        elif word in terms.UNCHECKED and page.free(clause, index):
            note = "files of this kind cannot be checked byte by byte, so they are refused"
            page.claim(clause, index, index + 1, path, status="not understood", note=note)
    if kinds:
        said["types"] = tuple(kinds)
    for first, stop, size in clause.find(SIZE):
        mb = round(megabytes(size["count"], size["unit"]))
        if 1 <= mb <= _MOST_MB:
            said["max_mb"] = mb
            page.claim(clause, first, stop, path)
    return said
