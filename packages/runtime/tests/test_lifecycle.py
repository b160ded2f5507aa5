"""A service that does not come up leaves nothing open behind it."""

from pathlib import Path

import pytest
from backwright import encryption_start
from backwright.app import create_app
from backwright.errors import Unavailable
from backwright.settings import Settings
from sqlalchemy import literal, select


async def test_a_start_that_fails_closes_what_it_has_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is open by then: a test suite, or whoever else embeds the service, would keep its connections."""

    async def fails(_: object) -> None:
        raise RuntimeError("the keys are not there")

    monkeypatch.setattr(encryption_start, "start", fails)
    settings = Settings(
        environment="test",
        secret_key="s" * 40,
        database_url=f"sqlite:///{tmp_path}/x.db",
        files_url="file:/tmp",
    )
    app = create_app(settings, title="Shop")
    with pytest.raises(RuntimeError, match="the keys are not there"):
        async with app.router.lifespan_context(app):
            pytest.fail("it must not start")
    with pytest.raises(Unavailable, match="not open"):
        await app.state.runtime.database.fetch(app.state.runtime.database.prepare(select(literal(1))))
