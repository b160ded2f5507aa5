"""Amounts that limit a right: `managers may approve invoices under 10,000`.

What lives here: narrowing grants to the rows that an amount leaves. What must not: granting anything. Where it is not
plain which field is meant, or which number, the right is withheld: what a sentence limits is never given without limit.
"""

import re
from collections.abc import Mapping
from typing import Final

from backwright_workbench.blueprint.model import Grants
from backwright_workbench.brief.caution import WITHHELD
from backwright_workbench.brief.consequences import Matrix
from backwright_workbench.brief.grants import NOTHING, spelled_out
from backwright_workbench.brief.roles import ADMIN
from backwright_workbench.brief.statements import Statement
from backwright_workbench.brief.things import Thing

_OPERATORS: Final[Mapping[str, str]] = {
    "under": "<", "below": "<", "less than": "<", "up to": "<=", "at most": "<=",
    "over": ">", "above": ">", "more than": ">", "at least": ">=",
}  # fmt: skip
_AMOUNT: Final = re.compile(
    rf"\b(?P<how>{'|'.join(_OPERATORS)}) (?:[$€£] ?|usd |eur )?(?P<number>\d[\d.,]*)(?P<unit> ?[a-z%]*)"
)
_PLAIN: Final = re.compile(r"\d{1,3}(,\d{3})+|\d+")
_CURRENCY: Final = frozenset({"", "usd", "eur", "euro", "euros", "dollars", "and", "or", "but", "only"})
_TIMES: Final = frozenset(
    {"second", "minute", "hour", "day", "week", "month", "year"}
    | {"seconds", "minutes", "hours", "days", "weeks", "months", "years"}
)
"""A time is no amount: such a rule belongs into the service, which the trace says (`rules.py`)."""

_SUMS: Final = ("total", "amount", "price", "value", "sum", "cost")
"""Fields that an amount is about where several could be."""


def narrow(matrix: Matrix) -> None:
    """Leave of each right that a sentence limits by an amount the rows within it, or nothing."""
    for said in matrix.statements:
        if said.thing is None or said.denied or not said.verbs:
            continue
        found = list(_AMOUNT.finditer(said.clause.text))
        if len(found) == 1 and _is_about(said, found[0]) and found[0]["unit"].strip() not in _TIMES:
            for role in said.roles:
                if role != ADMIN:
                    _narrow(matrix, said, said.thing, role, _condition(said.thing, found[0]))


def _is_about(said: Statement, found: "re.Match[str]") -> bool:
    """Whether the amount follows right after what the statement is about: `approve invoices under 10,000`."""
    before = len(said.clause.text[: found.start()].split())
    return said.place[0] < before <= said.place[1] + 1


def _condition(thing: Thing, found: "re.Match[str]") -> str | None:
    """`total < 10000`; `None` where it is not plain what is meant."""
    number, unit = found["number"], found["unit"].strip()
    fields = thing.entry.fields
    sums = [name for name, field in fields.items() if field.type == "money"]
    named = [name for name in sums if name in _SUMS]
    chosen = sums if len(sums) == 1 else named
    if len(chosen) != 1 or unit not in _CURRENCY or not _PLAIN.fullmatch(number):
        return None
    field = fields[chosen[0]]
    if field.max is not None or (field.min or 0) != 0 or field.encrypted:
        return None
    return f"{chosen[0]} {_OPERATORS[found['how']]} {int(number.replace(',', ''))}"


def _narrow(matrix: Matrix, said: Statement, thing: Thing, role: str, condition: str | None) -> None:
    before = spelled_out(matrix.given[thing.name].get(role, NOTHING), thing.entry.actions)
    verbs = {verb.partition(":")[0] for verb in said.verbs}
    wanted = [v for v in ("read", "create", "update", "delete", "act") if {v, "everything"} & verbs]
    changed = {}
    for verb in wanted:
        grant = getattr(before, verb)
        if grant is not None and condition is not None:
            rows = condition if grant.rows == "all" else f"{grant.rows} and {condition}"
            changed[verb] = grant if condition in grant.rows else grant.model_copy(update={"rows": rows})
        elif grant is not None:
            changed[verb] = None
    after = before.model_copy(update=changed)
    if after != before:
        matrix.given[thing.name][role] = after
        _say(matrix, said, thing, role, after, understood=condition is not None)


def _say(
    matrix: Matrix, said: Statement, thing: Thing, role: str, after: Grants, *, understood: bool
) -> None:
    """Note what became of the right, and where to say it otherwise."""
    page, clause = matrix.page, said.clause
    quote = page.quote(clause, said.place[0], len(clause.words))
    left = ", ".join(
        f"{v}: {g.rows}" for v in ("read", "create", "update", "delete", "act") if (g := getattr(after, v))
    )
    place = f"entities.{thing.name}.access.{role}"
    if understood:
        page.claim(clause, said.place[0], len(clause.words), place)
        page.assume(f"{role} may do it within the amount", f"{quote} limits it", place, f"{role}: {{{left}}}")
    else:
        page.claim(clause, said.place[0], len(clause.words), "access", status="partly", note=WITHHELD)
        why = f"{quote} limits it by an amount, and it is not plain of which field"
        page.assume(f"{role} gets less on {thing.name}", why, place, f"{role}: {{act: total < 10000}}")
