"""access/recorded: who may do what is recorded beside the contract, and the code says the same."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backwright.access_record import recorded
from backwright_workbench.verify.checks.access.differences import differences
from backwright_workbench.verify.opening import Opened
from verify_planting import EXAMPLE, checked, faults, passed, planted

RECORDED = "access/recorded"
RESOURCE = "src/work_orders/work_orders/resource.py"

MATRIX = json.loads((EXAMPLE / "docs/access.json").read_text())


def line(matrix: Any, method: str, path: str) -> Any:
    """One line of its routes."""
    return next(each for each in matrix["routes"] if (each["method"], each["path"]) == (method, path))


def no_owner(now: Any) -> None:
    now["rules"]["technicians"]["technician"][0] = "read"


def everybody_reads(now: Any) -> None:
    now["rules"]["assets"]["public"] = ["read"]


def fewer(now: Any) -> None:
    now["rules"]["assets"]["viewer"] = []


def a_field(now: Any) -> None:
    now["fields"]["technicians"]["viewer"]["phone"]["read"] = "all"


def a_filter(now: Any) -> None:
    now["fields"]["technicians"]["viewer"]["email"]["filter"] = True


def an_open_route(now: Any) -> None:
    line(now, "GET", "/auth/sessions")["callers"]["public"] = []


def a_new_route(now: Any) -> None:
    now["routes"].append({**line(now, "GET", "/.well-known/jwks.json"), "path": "/everything"})


def a_route_in_its_place(now: Any) -> None:
    line(now, "GET", "/assets")["resource"] = None


def a_role(now: Any) -> None:
    now["callers"].append("auditor")


CHANGES: dict[Callable[[Any], None], str] = {
    no_owner: "technician may now read rows of technicians: every one of them"
    " (was: those where its account is the caller)",
    everybody_reads: "anybody may, without signing in, now read rows of assets: every one of them (was: not at all)",
    fewer: "viewer may no longer read rows of assets (was: every one of them)",
    a_field: "viewer may now read technicians.phone of every row (was: no)",
    a_filter: "viewer may now filter by technicians.email (was: no)",
    an_open_route: "GET /auth/sessions answers public with whatever it does: it lets them in (was: 401)",
    a_new_route: "GET /everything is not recorded; it lets in anybody, also without signing in",
    a_route_in_its_place: "GET /assets is another route now: it lets in admin, dispatcher, technician, viewer",
    a_role: "there is now a role auditor",
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_each_change_is_one_line_in_words(change: Callable[[Any], None]) -> None:
    """It says who may do what now, and what it was."""
    now = copy.deepcopy(MATRIX)
    change(now)
    assert [each.what for each in differences(MATRIX, now)] == [CHANGES[change]]


def test_a_record_is_the_same_whatever_the_order() -> None:
    """Moving a declaration about changes nothing in it, and it is read as it was written."""
    turned = {**MATRIX, "fields": dict(reversed(MATRIX["fields"].items()))}
    assert recorded(turned) == recorded(MATRIX) == (EXAMPLE / "docs/access.json").read_text()
    assert differences(MATRIX, json.loads(recorded(turned))) == []


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Its record is what its code says."""
    assert passed(checked(good, RECORDED, tmp_path))


@pytest.mark.slow
def test_a_removed_rule_is_told_where_it_was(good: Opened, tmp_path: Path) -> None:
    """The line of the role, in words, with the command that accepts it."""
    with planted(good, tmp_path, {RESOURCE: ("allow.read(where=mine)", "allow.read()")}) as opened:
        evidence = checked(opened, RECORDED, tmp_path)
    assert f"{RESOURCE}:37: technician may now read rows of work_orders: every one of them" in faults(
        evidence
    )
    assert "access --record docs/access.json" in evidence.faults[0].next_step


def test_a_service_without_a_record_fails(good: Opened, tmp_path: Path) -> None:
    """Nobody would notice what changes."""
    record = EXAMPLE / "docs/access.json"
    with planted(good, tmp_path, {"docs/access.json": (record.read_text(), "{}")}) as opened:
        evidence = checked(opened, RECORDED, tmp_path)
    assert "docs/access.json: nothing is recorded of who may do what" in faults(evidence)
