"""Tenants see nothing of each other: every door is tried from the other firm, on every engine."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from backwright.access_explained import explain
from backwright.access_matrix import matrix
from backwright.database_errors import BrokenReference
from backwright.tenancy import owned_within
from plant.models import Machine
from plant.service import ONE, OTHER, Plant, application, at_work, person
from sqlalchemy import text
from steps import recorded, taken

MACHINES, REPAIRS, MECHANICS = "/plant-machines", "/plant-repairs", "/plant-mechanics"


@pytest.fixture
async def plant(tmp_path: Path, engine: str) -> AsyncGenerator[Plant, None]:
    """The started service with two firms and nothing in them."""
    async with at_work(tmp_path, engine) as found:
        yield found


@pytest.fixture
async def press(plant: Plant) -> str:
    """A machine of Ada's firm."""
    return await plant.made("ada", MACHINES, serial="P-1", note="secret recipe")


async def test_a_list_shows_the_rows_of_ones_own_firm(plant: Plant, press: str) -> None:
    """Items, total, filter, search and sort: what is in the other firm is nowhere."""
    mine = await plant.made("eve", MACHINES, serial="P-1", note="secret garden")
    for query in ("", "?serial=P-1", "?q=secret", "?sort=serial", "?sort=-condition", "?embed=make,keeper"):
        assert await plant.ids("eve", MACHINES + query) == [mine], query
        assert await plant.ids("ada", MACHINES + query) == [press], query
    counted = await plant.call("eve", "GET", MACHINES + "?total=true&q=secret")
    assert counted.json()["total"] == {"count": 1, "exact": True}
    assert await plant.ids("eve", MACHINES + "?q=recipe") == []


async def test_a_worker_is_held_by_their_rule_and_by_their_firm(plant: Plant, press: str) -> None:
    """Row rules narrow what the firm leaves."""
    assert await plant.ids("bob", MACHINES) == [press]
    assert await plant.ids("mallory", MACHINES) == []
    await plant.call("ada", "PATCH", f"{MACHINES}/{press}", json={"condition": "broken"})
    assert await plant.ids("bob", MACHINES) == []


async def test_who_has_no_firm_sees_nothing_and_makes_nothing(plant: Plant, press: str) -> None:
    """A role alone opens no door; what all firms share is still there."""
    assert await plant.ids("nomad", MACHINES) == []
    assert (await plant.call("nomad", "GET", f"{MACHINES}/{press}")).status_code == 404
    refused = await plant.call("nomad", "POST", MACHINES, json={"serial": "N-1"})
    assert refused.status_code == 403
    assert "belong to none" in refused.json()["detail"]
    for who in ("nomad", "ada", None):
        assert len(await plant.ids(who, "/plant-makes")) == 1


@pytest.mark.parametrize(
    ("method", "below", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"note": "mine now"}),
        ("DELETE", "", None),
        ("POST", "/scrap", None),
        ("GET", "/attachments", None),
        ("GET", f"/attachments/{OTHER}/content", None),
    ],
)
async def test_a_row_of_another_firm_is_a_row_that_is_not_there(
    plant: Plant, press: str, method: str, below: str, body: Any
) -> None:
    """The same status and the same words as for an id that nobody has."""
    given = {} if body is None else {"json": body}
    theirs = await plant.call("eve", method, f"{MACHINES}/{press}{below}", **given)
    nobodys = await plant.call("eve", method, f"{MACHINES}/{uuid4()}{below}", **given)
    assert theirs.status_code == nobodys.status_code == 404
    told = [
        {k: v for k, v in each.json().items() if k not in ("request_id", "instance")}
        for each in (theirs, nobodys)
    ]
    assert told[0] == told[1]
    assert (await plant.call("ada", "GET", f"{MACHINES}/{press}")).json()["version"] == 1


BESIDE = "DELETE FROM attachments"
"""What the service does now and then by itself."""


async def test_a_get_asks_one_question_whoever_asks(
    plant: Plant, press: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One statement with the tenant in it: what is not there and what is another's cannot be told apart by time."""
    await plant.call("ada", "GET", f"{MACHINES}/{press}")
    steps = recorded(monkeypatch)
    found = []
    for who, id_ in (("ada", press), ("eve", press), ("eve", str(uuid4()))):
        await plant.call(who, "GET", f"{MACHINES}/{id_}")
        found.append([each for each in taken(steps) if not each.startswith(BESIDE)])
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 1
    assert "firm_id = " in found[0][0]


async def test_a_cursor_of_another_firm_does_not_open(plant: Plant) -> None:
    """A place in a list shows where rows of a firm lie."""
    for who in ("ada", "eve"):
        for at in range(3):
            await plant.made(who, MACHINES, serial=f"S-{at}")
    following = (await plant.call("ada", "GET", MACHINES + "?limit=1&sort=serial")).json()["next"]
    mine = await plant.call("ada", "GET", f"{MACHINES}?limit=1&sort=serial&cursor={following}")
    assert mine.status_code == 200
    assert (
        await plant.call("eve", "GET", f"{MACHINES}?limit=1&sort=serial&cursor={following}")
    ).status_code == 400


async def test_a_reference_into_another_firm_leads_nowhere(plant: Plant, press: str) -> None:
    """At creation, at a change and in bulk, and in the words for an id that nobody has."""
    mine = await plant.made("eve", MACHINES, serial="E-1")
    smith = await plant.made("ada", MECHANICS, name="Smith")
    for method, path, body in (
        ("POST", REPAIRS, {"machine_id": press, "title": "Pry"}),
        ("PATCH", f"{MACHINES}/{mine}", {"keeper_id": smith}),
        ("POST", MACHINES, {"serial": "E-2", "keeper_id": smith}),
        ("POST", MACHINES + "/bulk", {"items": [{"serial": "E-3", "after_id": press}]}),
    ):
        refused = await plant.call("eve", method, path, json=body)
        assert refused.status_code == 422, (method, path, refused.text)
        assert "there is no such row" in refused.text
    assert await plant.ids("eve", MACHINES) == [mine]


async def test_the_database_itself_refuses_a_reference_into_another_firm(plant: Plant, press: str) -> None:
    """Whatever code gets past the first layer: the second one is the engine's."""
    mine = await plant.made("eve", MACHINES, serial="E-1")
    smith = await plant.made("ada", MECHANICS, name="Smith")
    for column, id_ in (("keeper_id", smith), ("after_id", press), ("firm_id", str(ONE))):
        if column == "firm_id":
            await plant.made("eve", REPAIRS, machine_id=mine, title="Oil")
        statement = f"UPDATE plant_machines SET {column} = '{id_}' WHERE id = '{mine}'"
        with pytest.raises(BrokenReference):
            async with plant.database.work() as work:
                await work.session.execute(text(statement))


async def test_a_mechanic_who_goes_leaves_the_machine_in_its_firm(plant: Plant) -> None:
    """SET NULL empties the reference and not the tenant, on every engine."""
    smith = await plant.made("ada", MECHANICS, name="Smith")
    machine = await plant.made("ada", MACHINES, serial="P-2", keeper_id=smith)
    gone = await plant.call("ada", "DELETE", f"{MECHANICS}/{smith}")
    assert gone.status_code == 204, gone.text
    assert (await plant.call("ada", "GET", f"{MACHINES}/{machine}")).json()["keeper_id"] is None


async def test_what_refers_to_a_row_still_holds_it(plant: Plant, press: str) -> None:
    """RESTRICT through both keys."""
    await plant.made("ada", REPAIRS, machine_id=press, title="Oil")
    assert (await plant.call("ada", "DELETE", f"{MACHINES}/{press}")).status_code == 409


async def test_a_value_is_unique_within_a_firm(plant: Plant, press: str) -> None:
    """Taken elsewhere is free here, or the refusal would tell of it; taken here names the field and not the tenant."""
    await plant.made("eve", MACHINES, serial="P-1")
    refused = await plant.call("ada", "POST", MACHINES, json={"serial": "P-1"})
    assert refused.status_code == 409
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/serial"]


async def test_nobody_chooses_the_firm_of_a_row(plant: Plant, press: str) -> None:
    """The column is no field: it is neither taken nor shown."""
    for method, path in (("POST", MACHINES), ("PATCH", f"{MACHINES}/{press}")):
        body = {"serial": "X-1", "firm_id": str(OTHER)}
        assert (await plant.call("ada", method, path, json=body)).status_code == 422
    assert "firm_id" not in (await plant.call("ada", "GET", f"{MACHINES}/{press}")).json()
    assert (await plant.call("ada", "GET", f"{MACHINES}?firm_id={ONE}")).status_code == 400


async def test_a_firm_sees_and_changes_itself_alone(plant: Plant) -> None:
    """The tenants are rows, too, and each one is its own."""
    assert await plant.ids("ada", "/plant-firms") == [str(ONE)]
    assert (
        await plant.call("eve", "PATCH", f"/plant-firms/{OTHER}", json={"motto": "We"})
    ).status_code == 200
    assert (await plant.call("eve", "PATCH", f"/plant-firms/{ONE}", json={"motto": "You"})).status_code == 404
    assert (await plant.call("ada", "POST", "/plant-firms", json={"name": "New"})).status_code == 405


async def test_a_cached_answer_is_of_one_firm(plant: Plant) -> None:
    """The same roles, the same address, other rows; and an answer that shows an embed is kept apart as well."""
    for who, name in (("ada", "Smith"), ("eve", "Jones")):
        machine = await plant.made(
            who, MACHINES, serial="P-9", keeper_id=await plant.made(who, MECHANICS, name=name)
        )
        await plant.made(who, REPAIRS, machine_id=machine, title=f"of {name}")
    for _ in range(2):
        for who, name in (("ada", "Smith"), ("eve", "Jones")):
            shown = (await plant.call(who, "GET", MECHANICS)).json()["items"]
            assert [each["name"] for each in shown] == [name]
            shown = (await plant.call(who, "GET", REPAIRS + "?embed=machine")).json()["items"]
            assert [each["title"] for each in shown] == [f"of {name}"]
    assert sum(each.hits for each in plant.runtime.cache.gains.values()) >= 4
    smith = (await plant.ids("ada", MECHANICS))[0]
    assert (await plant.call("ada", "GET", f"{MECHANICS}/{smith}")).status_code == 200
    assert (await plant.call("eve", "GET", f"{MECHANICS}/{smith}")).status_code == 404


async def test_a_tag_of_another_firm_matches_nothing(plant: Plant, press: str) -> None:
    """`If-None-Match` and `If-Match` with the right tag of somebody else's row say no more than without."""
    tag = (await plant.call("ada", "GET", f"{MACHINES}/{press}")).headers["etag"]
    headers = {"If-None-Match": tag}
    assert (await plant.call("ada", "GET", f"{MACHINES}/{press}", headers=headers)).status_code == 304
    assert (await plant.call("eve", "GET", f"{MACHINES}/{press}", headers=headers)).status_code == 404
    changed = await plant.call(
        "eve", "PATCH", f"{MACHINES}/{press}", json={"note": "x"}, headers={"If-Match": tag}
    )
    assert changed.status_code == 404


async def test_an_idempotency_key_of_another_firm_is_another_key(plant: Plant) -> None:
    """The answer of the first one is not given to the second."""
    headers = {"Idempotency-Key": "the-same"}
    first = await plant.call("ada", "POST", MACHINES, json={"serial": "K-1"}, headers=headers)
    second = await plant.call("eve", "POST", MACHINES, json={"serial": "K-1"}, headers=headers)
    again = await plant.call("ada", "POST", MACHINES, json={"serial": "K-1"}, headers=headers)
    assert first.json()["id"] == again.json()["id"] != second.json()["id"]
    assert await plant.ids("eve", MACHINES) == [second.json()["id"]]


async def test_a_file_of_another_firm_is_not_there(plant: Plant, press: str) -> None:
    """Neither its list, its content, nor a link to it; not even below a row of one's own."""
    at = f"{MACHINES}/{press}/attachments"
    sent = await plant.call("ada", "POST", at, files={"file": ("plan.txt", b"secret plan", "text/plain")})
    assert sent.status_code == 201, sent.text
    file, mine = sent.json()["id"], await plant.made("eve", MACHINES, serial="E-1")
    for place in (at, f"{MACHINES}/{mine}/attachments"):
        for method, below in (("GET", ""), ("GET", "/content"), ("POST", "/link"), ("DELETE", "")):
            answer = await plant.call("eve", method, f"{place}/{file}{below}")
            assert answer.status_code == 404, (place, method, below)
    refused = await plant.call("eve", "POST", at, files={"file": ("x.txt", b"x", "text/plain")})
    assert refused.status_code == 404
    assert (await plant.call("ada", "GET", f"{at}/{file}/content")).content == b"secret plan"


async def test_an_entry_of_the_audit_log_says_the_tenant(plant: Plant, press: str) -> None:
    """Who, and of which firm; a refusal, too."""
    await plant.call("mallory", "POST", MECHANICS, json={"name": "M"})
    rows = await plant.database.engine.read("SELECT action, tenant FROM audit_log ORDER BY id", [])
    found = [(action, str(tenant)) for action, tenant in rows]
    assert ("create", str(ONE)) in found
    assert any(action.endswith(".denied") and tenant == str(OTHER) for action, tenant in found)


async def test_a_storm_of_both_firms_mixes_nothing_up(plant: Plant) -> None:
    """Two hundred requests at the same time, each sees rows of its own firm and no others."""
    ids = {
        who: {await plant.made(who, MACHINES, serial=f"{at}") for at in range(3)} for who in ("ada", "eve")
    }

    async def look(who: str) -> None:
        assert set(await plant.ids(who, MACHINES)) == ids[who]

    await asyncio.gather(*(look(who) for _ in range(100) for who in ("ada", "eve")))


def test_a_table_without_tenants_is_asked_as_before() -> None:
    """What is off costs nothing: the rule is the same object."""
    table = Machine.__table__
    rule = table.c.serial == "x"
    assert owned_within(None, table, rule) is rule
    assert owned_within(None, table, None) is None
    assert "firm_id = :actor_tenant AND" in str(owned_within("firm_id", table, rule))
    assert person("ada").parameters["actor_tenant"] == ONE


async def test_the_access_matrix_knows_rows_of_another_firm(plant: Plant, press: str, engine: str) -> None:
    """For each route of a row there is a line for them, and it says what a request gets."""
    lines = [
        line
        for line in matrix(application(engine))["routes"]
        if line["path"].startswith(f"{MACHINES}/{{id}}") and line["row"] == "other tenant"
    ]
    assert {line["method"] for line in lines} >= {"GET", "PATCH", "DELETE"}
    for line in lines:
        assert all(set(statuses) <= {401, 403, 404} for statuses in line["callers"].values()), line
    (get,) = (line for line in lines if line["method"] == "GET" and line["path"] == f"{MACHINES}/{{id}}")
    theirs = await plant.call("eve", "GET", f"{MACHINES}/{press}")
    assert [theirs.status_code] in get["callers"].values()
    (told,) = [
        each
        for each in explain(application(engine), "GET", f"{MACHINES}/{press}", next(iter(get["callers"])))
        if each["row"] == "other tenant"
    ]
    assert told["decided_by"] == ["rows belong to tenants (firm_id): nobody sees those of another one"]
