"""Who may do what: usual access, the brief's statements, and what follows from them.

What lives here: which roles there are, and for each role and thing which source decides. Deny by default: a
role gets what the brief says, else what the catalogue says, else what its name says. What must not: reading
sentences (`permissions.py`).
"""

from backwright_workbench.blueprint.model import Grants
from backwright_workbench.brief import amounts, consequences
from backwright_workbench.brief.caution import limits_of, sound, withhold
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.consequences import Matrix
from backwright_workbench.brief.describing import described
from backwright_workbench.brief.grants import NOTHING, Given, fitted, joined, without, without_fields
from backwright_workbench.brief.lexicon import roles as role_terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.rights import by_kind, for_public, stated, unguarded, usual
from backwright_workbench.brief.roles import ADMIN, PUBLIC, SIGNED_IN, Roles, kind
from backwright_workbench.brief.statements import Statement
from backwright_workbench.brief.things import Thing, Things


def give_access(
    page: Page,
    things: Things,
    roles: Roles,
    statements: list[Statement],
    *,
    refused: tuple[Clause, int, int] | None,
) -> dict[str, str]:
    """Give every thing its access; gives the roles that the service has, each with what it is for.

    `refused` are the words by which the brief wants no sign-in.
    """
    statements = list(sound(page, things, statements))
    unguarded_service = refused is not None and _for_all(page, roles, refused)
    opened = unguarded_service or any(PUBLIC in statement.roles for statement in statements)
    named = _roles(page, things, roles, spoken=opened or any(SIGNED_IN in s.roles for s in statements))
    told = {role for said in statements if said.verbs and not said.denied for role in said.roles}
    vain = {role for said in statements if not said.verbs for role in said.roles}
    limits = limits_of(page, things, roles, statements)
    matrix = Matrix(page, things, statements, named, roles.closed, (roles.unclear | vain) - told, limits)
    for thing in things:
        given = matrix.given[thing.name] = {ADMIN: "everything"}
        given |= {role: _for_role(matrix, thing, role) for role in named if role != ADMIN}
        if unguarded_service:
            given |= {who: unguarded(thing, who) for who in (SIGNED_IN, PUBLIC)}
        else:
            given |= _for_anybody(matrix, thing, opened=opened)
    withhold(matrix)
    consequences.parts(matrix)
    consequences.orphans(matrix)
    consequences.own_work(matrix)
    consequences.exclusive(matrix)
    withhold(matrix)
    amounts.narrow(matrix)
    consequences.open_targets(matrix)
    consequences.readable_targets(matrix)
    for thing in things:
        _enter(thing, matrix.given[thing.name])
    spoken = {role for statement in statements for role in statement.roles}
    given_for = {
        role: text if text and role not in spoken else _told(role, things) for role, text in named.items()
    }
    for role in sorted(roles.named.keys() - spoken - {ADMIN}):
        line = f"{role}: {given_for[role]}"
        why = (
            "the brief names the role and tells none of its rights: they are usual, or what its name suggests"
        )
        page.assume(f"what {role} may do is told by no sentence", why, f"roles.{role}", line)
    return given_for


def _for_all(page: Page, roles: Roles, refused: tuple[Clause, int, int]) -> bool:
    """Whether a brief that wants no sign-in means all of the service: not if it names roles, who have to sign in."""
    named = [role for role in roles.named if role != ADMIN]
    if not named:
        page.claim(*refused, note="read and written without signing in; `admin` still signs in")
        return True
    why = f"{page.quote(*refused)} opens what sentences open, and no more: the brief gives rights to roles"
    page.claim(
        *refused, status="partly", note="callers with a role sign in; what is public, a sentence has to say"
    )
    page.assume(f"{', '.join(named)} sign in", why, "auth.methods", f"roles: {{{', '.join(named)}}}")
    return False


def _told(role: str, things: Things) -> str:
    """What a role is for, by what it may do."""
    return (
        role_terms.RUNS
        if role == ADMIN
        else described(role, {each.name: each.entry.access for each in things})
    )


def _roles(page: Page, things: Things, roles: Roles, *, spoken: bool) -> dict[str, str]:
    """The roles of the service: those that the brief names, else those usual for its things; always
    `admin`.
    """
    known = {role: text for thing in things for role, text in thing.entry.roles.items()}
    named = [role for role in roles.named if role != ADMIN]
    if not named and not spoken:
        named = [role for role in known if role != ADMIN]
        if named:
            listed = ", ".join([ADMIN, *named])
            why = "the brief names no roles; these are usual for its entities"
            page.assume(f"the roles are {listed}", why, "roles", f"roles: {{{listed}}}")
    elif ADMIN not in roles.named:
        line = f"admin: {role_terms.RUNS}"
        page.assume("there is a role admin", "somebody must look after accounts", "roles.admin", line)
    return {ADMIN: role_terms.RUNS} | {role: known.get(role, "") for role in named}


def _for_role(matrix: Matrix, thing: Thing, role: str) -> Given:
    """What a role may do with a thing, by the first source that says something."""
    said = matrix.about(thing, role)
    allowed = [statement for statement in said if not (statement.denied or statement.general)]
    given: Given
    if any("everything" in s.verbs for s in allowed) and not any(s.own for s in allowed):
        given = "everything"
    elif allowed:
        given = _stated(matrix, thing, role, allowed)
    elif role in matrix.closed or role in matrix.unclear:
        given = NOTHING
    elif role in thing.entry.access:
        given = usual(matrix.things, thing, role) or NOTHING
    elif _described(matrix, thing, role):
        given = NOTHING
    else:
        given = by_kind(matrix.things, thing, role)
    if general := [statement for statement in said if statement.general and not statement.denied]:
        given = joined(given, stated(matrix.page, matrix.things, thing, role, general))
    for statement in (s for s in said if s.denied):
        entry = thing.entry
        if statement.fields:
            given = without_fields(given, statement.verbs, statement.fields, entry.fields, entry.actions)
        else:
            given = without(given, statement.verbs, entry.actions)
    return given


def _stated(matrix: Matrix, thing: Thing, role: str, allowed: list[Statement]) -> Grants:
    """What statements give. `Agents can see all tickets` gives staff no more than that, and it is noted; unless nobody
    else is told to look after tickets and they usually do: then it takes nothing away from that.
    """
    given = stated(matrix.page, matrix.things, thing, role, allowed)
    also = usual(matrix.things, thing, role)
    sees = all(s.verbs == ("read",) and not s.own and not s.only and s.thing for s in allowed)
    if not sees or not isinstance(also, Grants) or kind(role) not in ("writer", "full"):
        return given
    if role in thing.entry.access and not any(_looks_after(s, thing) for s in matrix.statements):
        return also.model_copy(update={"read": given.read})
    if more := ", ".join(verb for verb in ("create", "update", "delete", "act") if getattr(also, verb)):
        quote = matrix.page.quote(allowed[0].clause, *allowed[0].place)
        path, line = f"entities.{thing.name}.access.{role}", f"{role}: {{read: all}}"
        why = f"{quote} tells what they may do; usual would be {more} as well"
        matrix.page.assume(f"{role} only reads {thing.name}", why, path, line)
    return given


def _looks_after(said: Statement, thing: Thing) -> bool:
    """Whether a statement lets somebody change rows of this thing that are not their own."""
    changes = any(verb in ("update", "everything") or verb.startswith("act") for verb in said.verbs)
    return changes and said.thing in (thing, None) and not (said.denied or said.own)


def _described(matrix: Matrix, thing: Thing, role: str) -> bool:
    """Whether a role's rights are told elsewhere, so that silence here means none."""
    told = any(role in s.roles for s in matrix.statements if not (s.denied or s.general))
    return told or (thing.known and role in matrix.usual_roles())


def _for_anybody(matrix: Matrix, thing: Thing, *, opened: bool) -> dict[str, Given]:
    """What callers may do without a role, or without an account. Nothing is public unless the brief opens
    something.
    """
    found: dict[str, Given] = {}
    for who in (SIGNED_IN, PUBLIC) if opened else (SIGNED_IN,):
        said = [statement for statement in matrix.about(thing, who) if not statement.denied]
        given = (
            stated(matrix.page, matrix.things, thing, who, said)
            if said
            else _usually(matrix, thing, who, opened)
        )
        if who == PUBLIC:
            given, with_account = for_public(given)
            if with_account != NOTHING and SIGNED_IN not in found:
                found[SIGNED_IN] = with_account
        if given != NOTHING:
            found[who] = given
    return found


def _usually(matrix: Matrix, thing: Thing, who: str, opened: bool) -> Grants:
    """What the catalogue lets anybody do; what it opens to the public is for those who sign in, unless the
    brief opens. Where the brief names roles, nobody without one writes anything that no sentence lets them.
    """
    given = usual(matrix.things, thing, who)
    if who == SIGNED_IN:
        told = [*(s.thing for s in matrix.statements), *(limit.thing for limit in matrix.limits)]
        if any(each is thing for each in told):
            return NOTHING
        if given is None and not opened:
            public = usual(matrix.things, thing, PUBLIC)
            given = Grants(read=public.read) if isinstance(public, Grants) else None
    if not isinstance(given, Grants):
        return NOTHING
    return Grants(read=given.read) if who == PUBLIC or {*matrix.roles} - {ADMIN} else given


def _enter(thing: Thing, given: dict[str, Given]) -> None:
    """Write the access into the thing's entry; rows that anybody may create may have nobody who created
    them.
    """
    entry = thing.entry
    opened = given.get(PUBLIC)
    if isinstance(opened, Grants) and opened.create:
        fields = {n: f.model_copy(update={"optional": True}) if f.set else f for n, f in entry.fields.items()}
        entry = entry.model_copy(update={"fields": fields})
    thing.entry = entry.model_copy(update={"access": fitted(entry, given)})
