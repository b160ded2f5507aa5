"""What the server does for a request, as a list: statements, locks, hashes, and entries in the audit log.

Two requests whose lists are equal cannot be told apart by the time they take, on any machine; a clock would
say less and fail on a busy one.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from backwright.database import Database
from backwright.passwords import Hasher
from backwright.work import Work

_NAMED = re.compile(r"^(\S+).*")


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that grows with each step from now on."""
    steps: list[str] = []
    read, fetch, execute, lock = Database.fetch, Work.fetch, Work.execute, Work.lock
    run = Hasher._run

    async def reading(self: Database, prepared: Any, params: Mapping[str, Any] = {}) -> Any:
        steps.append(prepared.sql)
        return await read(self, prepared, params)

    async def fetching(self: Work, prepared: Any, params: Mapping[str, Any] = {}) -> Any:
        steps.append(prepared.sql)
        return await fetch(self, prepared, params)

    async def executing(self: Work, prepared: Any, params: Mapping[str, Any] = {}) -> Any:
        steps.append(prepared.sql)
        return await execute(self, prepared, params)

    async def locking(self: Work, name: str) -> None:
        steps.append(_NAMED.sub(r"lock \1", name))
        await lock(self, name)

    async def hashing(self: Hasher, call: Any) -> Any:
        steps.append("hash")
        return await run(self, call)

    monkeypatch.setattr(Database, "fetch", reading)
    monkeypatch.setattr(Work, "fetch", fetching)
    monkeypatch.setattr(Work, "execute", executing)
    monkeypatch.setattr(Work, "lock", locking)
    monkeypatch.setattr(Hasher, "_run", hashing)
    return steps


def taken(steps: list[str]) -> Sequence[str]:
    """The steps so far; the list begins anew."""
    found, steps[:] = steps.copy(), []
    return found
