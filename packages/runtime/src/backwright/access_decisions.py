"""What the rules of a resource decide about one kind of request, and which rule it was, without a database.

What lives here: the order in which a route asks its rules, for one set of roles and one kind of row. What must
not: SQL; the statements that enforce the rules are made in `views.py` and `writes.py`. Which row it is decides
over ownership; what depends on the values of a row, or on the time or place of a request, is left open: then
there are two statuses.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from backwright.access import Grant, Operation, Policy, Rows
from backwright.access_words import grant_in_words, ownership
from backwright.actor import PUBLIC, SIGNED_IN

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource
    from backwright.routes import Ruled


@dataclass(frozen=True)
class Whose:
    """A kind of row: what it is called, which ways to the caller's account hold for it (`ownership`), and whether it
    belongs to another tenant."""

    label: str
    holds: frozenset[str] = frozenset()
    elsewhere: bool = False


OTHER: Final = Whose("other")
OF_OTHER_TENANT: Final = Whose("other tenant", elsewhere=True)


@dataclass(frozen=True)
class Step:
    """One question that a route asks its rules: the answer (`yes`, `no`, `depends`), the grants it goes by, and
    the status that a `no` leads to."""

    question: str
    answer: str
    grants: tuple[str, ...]
    refusal: int


@dataclass(frozen=True)
class Decision:
    """The steps in their order, and the statuses that a caller may get, success first."""

    steps: tuple[Step, ...]
    statuses: tuple[int, ...]


def kinds_of_rows(bound: "BoundResource") -> tuple[Whose, ...]:
    """The kinds of rows that the rules of a resource tell apart: somebody else's, one for each way to the
    caller's account, and those of another tenant where rows belong to tenants."""
    ways: dict[str, Whose] = {}
    for access in bound.policy.access.values():
        for grant in access.grants:
            for rows in _owned(grant.where):
                label = rows.path[0].key.removesuffix("_id")
                ways.setdefault(ownership(rows), Whose(label, frozenset({ownership(rows)})))
    apart = (OF_OTHER_TENANT,) if bound.tenant_column is not None else ()
    return (OTHER, *ways.values(), *apart)


def _owned(rows: Rows | None) -> Iterable[Rows]:
    if rows is not None:
        yield from [rows] if rows.path else []
        for part in rows.parts:
            yield from _owned(part)


def roles_of(caller: str) -> frozenset[str]:
    """The roles that count for a caller with this one: what everybody has included."""
    return frozenset({PUBLIC}) if caller == PUBLIC else frozenset({caller, SIGNED_IN, PUBLIC})


def decide(ruled: "Ruled", roles: frozenset[str], whose: Whose | None) -> Decision:
    """What a caller with `roles` gets for a row of this kind; `None`: the route is not about one row."""
    steps: list[Step] = []
    statuses: list[int] = []
    for step in _steps(ruled, roles, whose):
        steps.append(step)
        if step.answer != "yes":
            statuses.append(401 if step.refusal == 403 and roles == {PUBLIC} else step.refusal)
        if step.answer == "no":
            return Decision(tuple(steps), tuple(statuses))
    return Decision(tuple(steps), (ruled.success, *dict.fromkeys(statuses)))


def _steps(ruled: "Ruled", roles: frozenset[str], whose: Whose | None) -> Iterator[Step]:
    """As `operations.py`, `views.py`, `writes.py` and `service.py` ask them."""
    bound, operation = ruled.bound, ruled.operation
    what = ruled.action if ruled.action is not None else str(operation)
    given, seen = granted(bound.policy, roles, ruled), granted_for(bound.policy, roles, Operation.READ)
    some = f"May they {what} {bound.title_plural} at all?"
    this = f"Is the row one that they may {what}?"
    if ruled.files:
        yield _at_all(bound, f"May they read {bound.title_plural} at all?", seen)
        if not _is_within(bound, roles, whose or OTHER):
            yield _of_tenant(bound)
            return
        yield _row(bound, "Is the row one that they may read?", seen, whose or OTHER, 404)
        if operation is not Operation.READ:
            yield _row(bound, "Is the row one that they may update?", given, whose or OTHER, 403)
        return
    yield _at_all(bound, some, given)
    if whose is None:
        return
    if operation is not Operation.CREATE and not _is_within(bound, roles, whose):
        yield _of_tenant(bound)
        return
    if operation is Operation.CREATE:
        yield _row(bound, "Does the new row lie within what they may create?", given, whose, 403)
        return
    yield _row(bound, "Is the row one that they may read?", seen, whose, 404)
    if operation is not Operation.READ:
        yield _row(bound, this, given, whose, 403)


def _is_within(bound: "BoundResource", roles: frozenset[str], whose: Whose) -> bool:
    """Whether a row can be of the caller's tenant. Who has not signed in has none."""
    return bound.tenant_column is None or not (whose.elsewhere or roles == {PUBLIC})


def _of_tenant(bound: "BoundResource") -> Step:
    rule = f"rows belong to tenants ({bound.tenant_column}): nobody sees those of another one"
    return Step("Does the row belong to the caller's tenant?", "no", (rule,), 404)


RoleGrant = tuple[str, Grant]


def granted(policy: Policy, roles: frozenset[str], ruled: "Ruled") -> list[RoleGrant]:
    """The grants that a route goes by, with the role of each."""
    found = granted_for(policy, roles, ruled.operation)
    return [(role, each) for role, each in found if ruled.action is None or each.covers(ruled.action)]


def granted_for(policy: Policy, roles: frozenset[str], operation: Operation) -> list[RoleGrant]:
    """The grants of roles for an operation, with the role of each."""
    return [(role, each) for role in sorted(roles) for each in policy.grants((role,), operation)]


def _at_all(bound: "BoundResource", question: str, given: Sequence[RoleGrant]) -> Step:
    return Step(question, "yes" if given else "no", _said(bound, given), 403)


def _row(
    bound: "BoundResource", question: str, given: Sequence[RoleGrant], whose: Whose, refusal: int
) -> Step:
    """Whether one of the grants holds for a row of this kind; those that decide it are the ones that are named."""
    held = [(each, _holds(each[1].where, whose)) for each in given]
    for wanted, answer in ((True, "yes"), (None, "depends")):
        deciding = [each for each, holds in held if holds is wanted]
        if deciding:
            return Step(question, answer, _said(bound, deciding), refusal)
    return Step(question, "no", _said(bound, given), refusal)


def _said(bound: "BoundResource", given: Sequence[RoleGrant]) -> tuple[str, ...]:
    return tuple(f"{role} may {grant_in_words(grant, bound.table)}" for role, grant in given)


def _holds(rows: Rows | None, whose: Whose) -> bool | None:
    """Whether a rule holds for a row of this kind; `None`: it depends on more than whose row it is."""
    if rows is None:
        return True
    if rows.path:
        return ownership(rows) in whose.holds
    if not rows.joined:
        return None
    parts = [_holds(each, whose) for each in rows.parts]
    deciding = rows.joined == "or"
    if deciding in parts:
        return deciding
    return None if None in parts else not deciding
