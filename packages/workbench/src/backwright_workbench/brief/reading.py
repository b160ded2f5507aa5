"""Reading a brief: from plain words to a blueprint.

What lives here: the steps in order. What must not: how any step works.

No model and no chance: the same brief and catalogue give the same reading. Every step claims the words it
used, so the trace at the end shows what became of each phrase.
"""

from datetime import date

from backwright_workbench.blueprint.checks.names import RESERVED_PLURALS
from backwright_workbench.blueprint.model import Auth, Blueprint, Entity
from backwright_workbench.blueprint.naming import plural
from backwright_workbench.blueprint.validation import check
from backwright_workbench.brief.access import give_access
from backwright_workbench.brief.associations import read_associations
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.choices import read_choices, settle_choices
from backwright_workbench.brief.deeds import read_deeds
from backwright_workbench.brief.describing import told_anew
from backwright_workbench.brief.domains import assume_things
from backwright_workbench.brief.encryption import read_encryption, settle_encryption, take_encryption
from backwright_workbench.brief.fields import read_fields
from backwright_workbench.brief.fitting import fit
from backwright_workbench.brief.grids import name_things, return_grids, role_words, take_grids
from backwright_workbench.brief.infrastructure import read_capabilities, read_stores
from backwright_workbench.brief.limits import read_budgets, read_limits
from backwright_workbench.brief.moves import read_moves
from backwright_workbench.brief.nouns import read_things
from backwright_workbench.brief.page import Page, claim_labels, foreign
from backwright_workbench.brief.permissions import read_permissions
from backwright_workbench.brief.queries import read_queries
from backwright_workbench.brief.registration import read_registration
from backwright_workbench.brief.relations import read_relations
from backwright_workbench.brief.renaming import rename_references
from backwright_workbench.brief.right_lines import return_right_lines, roles_of, take_right_lines
from backwright_workbench.brief.role_fields import refer_to_roles
from backwright_workbench.brief.role_mentions import read_roles
from backwright_workbench.brief.rules import note_rules
from backwright_workbench.brief.shape import shape
from backwright_workbench.brief.sign_in import read_sign_in
from backwright_workbench.brief.tenancy import apart, read_tenancy
from backwright_workbench.brief.text import unreadable
from backwright_workbench.brief.things import Things
from backwright_workbench.brief.title import read_title
from backwright_workbench.brief.trace import Reading, Refusal
from backwright_workbench.brief.uniqueness import read_uniqueness, take_together
from backwright_workbench.brief.usual import assume_usual
from backwright_workbench.errors import Place

_NOT_ENGLISH = "the brief does not seem to be in English"
_EXAMPLE = "for example: “Build a library system with books (title, ISBN, copies), members and loans.”"


def read(text: str, catalogue: Catalogue, *, created: date, name: str = "brief") -> Reading:
    """Read a brief. Never raises over what it says: see `Reading.refusal` and `Reading.contradictions`.

    `created` dates the first migration; `name` is what messages call the text.
    """
    if cause := unreadable(text):
        why, line, column = cause
        return _refused(Page(""), name, why, "save it as shorter plain text", line, column)
    page = Page(text)
    if not page.clauses:
        return _refused(page, name, "the brief is empty", f"say what the service keeps, {_EXAMPLE}")

    secret = take_encryption(page, catalogue)
    stores = read_stores(page)
    sign_in = read_sign_in(page, catalogue)
    tenancy = read_tenancy(page)
    wanted = read_capabilities(page, catalogue)

    tables = take_grids(page)
    lines = take_right_lines(page)
    things = read_things(page, catalogue)
    name_things(page, things, tables, catalogue)
    if not len(things):
        assume_things(page, things, catalogue)
    if not len(things):
        why = _NOT_ENGLISH if foreign(page) else "no entity was found in the brief"
        return _refused(page, name, why, f"name in English the things that the service keeps, {_EXAMPLE}")
    limits = read_limits(page, things)
    budgets = read_budgets(page)

    rename_references(things)
    together = take_together(page, things)
    read_relations(page, things)
    read_fields(page, things)
    read_choices(page, things)
    read_associations(page, things, catalogue)
    read_deeds(page, things, catalogue)
    read_moves(page, things)
    shape(things)
    read_uniqueness(page, things, together)
    read_encryption(page, things, secret)
    read_queries(page, things)
    settle_choices(page, things)
    settle_encryption(page, things)

    return_grids(page, tables)
    return_right_lines(page, lines)
    named = read_roles(page, things, (*role_words(tables), *roles_of(lines)))
    refer_to_roles(things, named.named)
    statements = read_permissions(page, things, named, tables, lines)
    roles = give_access(page, things, named, statements, refused=sign_in.refused)
    registration, register_as = read_registration(page, things, roles)
    assume_usual(page, things, statements)
    note_rules(page, things)

    title, service = read_title(page, things, catalogue)
    claim_labels(page)
    if page.contradictions:
        return Reading(None, page.trace(), tuple(page.assumptions), tuple(page.contradictions), name=name)
    entities, tenant = _entities(things, tuple(roles)), None
    if tenancy is not None:
        tenant, entities = apart(page, tenancy, entities)
        register_as = None
    told = {each.name: each.entry.access for each in things}
    given = {each: entity.access for each, entity in entities.items()}
    blueprint = Blueprint(
        service=service,
        title=title,
        created=created,
        stores=stores,
        auth=Auth(
            methods=sign_in.methods,
            providers=sign_in.providers,
            registration=registration,
            register_as=register_as,
        ),
        roles=told_anew(roles, told, given),
        limits=limits,
        budgets=budgets,
        wanted=wanted,
        tenancy=tenant,
        entities=entities,
    )
    if faults := check(blueprint):
        why = "; ".join(f"{'.'.join(map(str, fault.path))}: {fault.message}" for fault in faults)
        return _refused(page, name, why, "name these things otherwise in the brief")
    return Reading(blueprint, page.trace(), tuple(page.assumptions), name=name)


def _entities(things: Things, roles: tuple[str, ...]) -> dict[str, Entity]:
    """The entities, those that others refer to first, with what the brief asked for each."""
    fitted = fit([thing.entry for thing in things], roles)
    entities: dict[str, Entity] = {}
    for thing in things:
        asked: dict[str, object] = {
            "attachments": thing.attachments,
            "cache": thing.cache,
            "bulk": thing.bulk,
            "limit": thing.limit,
        }
        if plural(thing.name) in RESERVED_PLURALS:
            asked["plural"] = f"{thing.snake}_records"
        entities[thing.name] = fitted[thing.name].model_copy(update=asked)
    ordered: dict[str, Entity] = {}
    while len(ordered) < len(entities):
        waiting = [n for n in entities if n not in ordered]
        ready = [
            n
            for n in waiting
            if all(f.to in (*ordered, n) or f.to not in entities for f in entities[n].fields.values())
        ]
        following = (ready or waiting)[0]
        ordered[following] = entities[following]
    return ordered


def _refused(page: Page, name: str, why: str, next_step: str, line: int = 1, column: int = 1) -> Reading:
    refusal = Refusal("no blueprint can be drawn from this brief", Place(name, line, column), why, next_step)
    return Reading(None, page.trace(), tuple(page.assumptions), refusal=refusal, name=name)
