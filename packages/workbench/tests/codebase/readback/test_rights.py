"""What a role may do never grows by being read: compared with what the runtime makes of the same text."""

from collections.abc import Callable, Iterator
from typing import Any

from backwright.access import Access, Grant, Rows, allow
from backwright_workbench.blueprint.model import Blueprint, Grants
from backwright_workbench.codebase.readback import read
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import true

RULE = (
    "allow.read(where=mine)\n"
    '            | allow.update("notes", where=mine)\n'
    '            | allow.act("start", "hold", "resume", "complete", where=mine)'
)
MINE, OTHERS = Rows(lambda table: true()), Rows(lambda table: true())
ROWS = {
    "": None,
    "where=None": None,
    "where=mine": MINE,
    "where=matching(late)": OTHERS,
    "where=mine | theirs": OTHERS,
}
NAMES = ("title", "notes", "due_at", "priority")


@st.composite
def rules(draw: st.DrawFn) -> str:
    """The text of a rule: grants of every kind on all rows, on one's own and on others, joined in any way."""
    verb = draw(st.sampled_from(["read", "create", "update", "delete", "act"]))
    known = {"delete": (), "act": ("start", "hold")}.get(verb, NAMES)
    names = draw(st.lists(st.sampled_from(known), max_size=3)) if known else []
    arguments = [*(repr(name) for name in names), draw(st.sampled_from(sorted(ROWS)))]
    said = f"allow.{verb}({', '.join(filter(None, arguments))})"
    return draw(st.sampled_from([said, said, said, "allow.nothing"]))


def granted(given: Any) -> Iterator[tuple[str, str | None, bool]]:
    """(verb, field or action, own rows only) of everything that was read; `None` is every field."""
    if given == "everything":
        yield from ((verb, None, False) for verb in Grants.model_fields)
        return
    for verb in Grants.model_fields:
        grant = getattr(given, verb)
        if grant is not None:
            names = grant.actions if verb == "act" else grant.fields
            yield from ((verb, name, grant.rows != "all") for name in names or (None,))


def covers(grant: Grant, verb: str, name: str | None, own: bool) -> bool:
    """Whether a grant of the runtime gives at least this."""
    named = grant.names is None or name in grant.names
    return grant.operation == verb and named and (grant.where is None or (own and grant.where is MINE))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(parts=st.lists(rules(), min_size=1, max_size=4))
def test_nothing_is_read_that_the_runtime_would_refuse(
    edited: Callable[..., dict[str, str]], work_orders: Blueprint, parts: list[str]
) -> None:
    """Every right in the blueprint is one that the declaration really gives."""
    text = " | ".join(parts)
    files = edited(("work_orders/resource.py", RULE, text))
    known = {"allow": allow, "mine": MINE, "theirs": OTHERS, "matching": lambda rule: OTHERS, "late": None}
    real: Access = eval(text.replace("mine | theirs", "theirs"), known)
    given = read(files).demanded().entities["WorkOrder"].access.get("technician", Grants())
    for verb, name, own in granted(given):
        assert any(covers(grant, verb, name, own) for grant in real.grants), (text, verb, name, own)


def test_all_rights_are_read_where_all_can_be_said(work_orders: Blueprint, written: dict[str, str]) -> None:
    """The comparison can fail: the service as written gives rights, and they are all there."""
    access = read(written).demanded().entities["WorkOrder"].access
    assert access == work_orders.entities["WorkOrder"].access
    assert set(granted(access["technician"])) >= {("read", None, True), ("update", "notes", True)}
