"""Wherever a service keeps something, what is encrypted stands nowhere in plain: dump, audit, answers, Redis, logs."""

import io
import logging
from pathlib import Path
from typing import Any

import clinic
from backwright import logging as logs
from backwright.redis import packed
from backwright.testing_databases import ENGINES
from services import REDIS, redis_prefix
from shop.service import Shop
from sqlalchemy import Table
from sqlalchemy.engine import make_url

CANARIES = ("CANARY", "canary", "1234567.89", "1961-07-23")
"""Parts of all encrypted values that this test sends."""

CONTROL = "Control Name"
"""A value that is not encrypted, to see that what is looked through holds values at all."""

SECRETS = {
    "ssn": "CANARY-1",
    "iban": "CANARY-2",
    "history": "CANARY-3 and a long story",
    "income": "1234567.89",
    "born": "1961-07-23",
}


async def use(shop: Shop) -> None:
    """Every way in and out, with successes, refusals and failures."""
    key = {"Idempotency-Key": "once"}
    body = {"name": CONTROL, **SECRETS}
    made = (await shop.call("manager", "POST", "/patients", json=body, headers=key)).json()
    again = await shop.call("manager", "POST", "/patients", json=body, headers=key)
    assert (again.json(), again.headers["idempotency-replayed"]) == (made, "true")
    path = f"/patients/{made['id']}"
    other = {**body, "ssn": "CANARY-4"}
    assert (await shop.post("manager", "/patients/bulk", {"items": [other]})).status_code == 201
    refused = await shop.call("manager", "POST", "/patients", json=body, headers={"Idempotency-Key": "taken"})
    assert refused.status_code == 409
    invalid = await shop.post(
        "manager", "/patients", {**body, "ssn": "CANARY" * 50, "born": "CANARY", "income": "CANARY"}
    )
    assert invalid.status_code == 422
    assert not any(each in refused.text + invalid.text for each in CANARIES)
    await shop.made("/visits", patient_id=made["id"], reason=CONTROL)
    for _ in range(3):
        assert "CANARY" in (await shop.get("manager", path)).text
        assert "CANARY" in (await shop.get("manager", "/patients", ssn="canary-1")).text
        assert "CANARY" in (await shop.get("manager", "/visits", embed="patient")).text
        assert CONTROL in (await shop.get("manager", "/visits")).text
    await shop.patch("manager", path, {"iban": "CANARY-5", "history": "CANARY-6"})
    await shop.patch("manager", path, {"name": CONTROL, "income": "1234567.89"})
    await shop.post("manager", f"{path}/correct", {"ssn": "CANARY-7", "history": "CANARY-8"})
    await shop.post("manager", f"{path}/correct", {"ssn": "CANARY-4"})
    await shop.post("manager", f"{path}/clone")
    await shop.get("manager", "/patients", sort="ssn", ssn="CANARY-1")
    assert (await shop.delete("manager", path)).status_code == 204


async def dump(shop: Shop) -> dict[str, str]:
    """Everything in the database, by table; on SQLite the bytes of its files as well."""
    found = {table.name: str(await rows(shop, table)) for table in clinic.tables()}
    if shop.database.dialect.name == "sqlite":
        path = Path(str(make_url(str(shop.database.url)).database))
        for each in path.parent.glob(path.name + "*"):
            found[each.name] = each.read_bytes().decode("latin-1")
    return found


async def rows(shop: Shop, table: Table) -> list[Any]:
    """Rows as they are stored."""
    return await shop.sql(f"SELECT * FROM {table.name}")


async def in_redis(shop: Shop, service: str) -> str:
    """All keys and values of a service."""
    redis = shop.runtime.redis
    assert redis is not None
    keys = await redis.send(packed("KEYS", f"bw:{service}:*"))
    values = [str(await redis.send(packed("DUMP", key.decode()))) for key in keys]
    return str(keys) + str(values)


async def test_nothing_that_is_kept_holds_a_plain_value(tmp_path: Path, engine: str) -> None:
    """The control value is in the tables, the audit log and Redis; no canary is anywhere."""
    stream = io.BytesIO()
    logs.configure(clinic.settings(tmp_path, "", log_level="DEBUG"), stream)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # the caller's, who knows what it sends
    try:
        with redis_prefix() as service:
            async with clinic.running(tmp_path, engine, redis_url=REDIS, service=service) as shop:
                await use(shop)
                kept = await dump(shop)
                kept["redis"] = await in_redis(shop, service)
    finally:
        logs.release()
    kept["log"] = stream.getvalue().decode()
    assert CONTROL in kept["patients"]
    assert CONTROL in kept["audit_log"]
    assert "[redacted]" in kept["audit_log"]
    assert len(kept["idempotency_keys"]) > 500
    assert CONTROL in kept["redis"] or "visits" in kept["redis"], (
        "something was cached, and it is not encrypted"
    )
    assert '"route":"/patients/{id}"' in kept["log"], kept["log"][:2000]
    found = [(place, each) for place, text in kept.items() for each in CANARIES if each in text]
    assert found == []


def test_the_dump_is_made_on_every_engine() -> None:
    """Each engine has a place where values could be left."""
    assert set(ENGINES) == {"sqlite", "postgresql", "mariadb"}
