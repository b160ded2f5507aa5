"""When rules or settings have changed, the next start says so in the audit log; otherwise it says nothing."""

import asyncio
from typing import Any

import pytest
from backwright import audit_policy
from backwright.audit import audit_log
from backwright.audit_policy import record_policy, shown
from backwright.database import Database
from backwright.runtime import Runtime
from backwright.settings import Settings
from fastapi import FastAPI
from sqlalchemy import select


async def entries(database: Database) -> list[dict[str, Any]]:
    asked = select(audit_log.c.changes).where(audit_log.c.action == "configure").order_by(audit_log.c.id)
    return [changes for (changes,) in await database.fetch(database.prepare(asked))]


async def test_the_first_start_is_an_entry_and_the_second_is_none(app: FastAPI, database: Database) -> None:
    """Nothing has changed."""
    assert await record_policy(app)
    assert not await record_policy(app)
    [said] = await entries(database)
    assert sorted(said) == ["access", "settings", "version"]
    assert "RATE_LIMIT=100000/minute" in said["settings"]


async def test_processes_that_start_together_make_one_entry(app: FastAPI, database: Database) -> None:
    """Whoever comes second finds it."""
    assert sorted(await asyncio.gather(*(record_policy(app) for _ in range(4)))) == [
        False,
        False,
        False,
        True,
    ]
    assert len(await entries(database)) == 1


async def test_a_changed_setting_is_an_entry(
    app: FastAPI, runtime: Runtime, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the old value in the entry before."""
    await record_policy(app)
    monkeypatch.setattr(runtime, "settings", runtime.settings.model_copy(update={"rate_limit": "5/minute"}))
    assert await record_policy(app)
    before, after = (set(each["settings"]) for each in await entries(database))
    assert before ^ after == {"RATE_LIMIT=100000/minute", "RATE_LIMIT=5/minute"}


async def test_changed_rules_are_an_entry(
    app: FastAPI, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digest of the access matrix is another one."""
    await record_policy(app)
    changed = {**audit_policy.matrix(app), "rules": {"orders": ["everybody may do everything"]}}
    monkeypatch.setattr(audit_policy, "matrix", lambda _: changed)
    assert await record_policy(app)
    before, after = await entries(database)
    assert before["access"] != after["access"]
    assert before["settings"] == after["settings"]


def test_no_secret_is_in_it() -> None:
    """Nor an address that holds a password."""
    canary = "q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB"
    settings = Settings(
        _env_file=None,
        environment="test",
        secret_key=canary,
        database_url="postgresql://app:hunter2@db/app",
        metrics_token=canary,
        oidc={"sso": {"issuer": "https://sso.example.com", "client_id": "office", "client_secret": canary}},
    )
    text = "\n".join(shown(settings))
    assert canary not in text
    assert "hunter2" not in text
    assert "https://sso.example.com" in text
