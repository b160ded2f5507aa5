"""What parts count for themselves is shown to operators."""

import pytest
from backwright.metrics import Metrics
from backwright.postgresql import PostgreSQL
from backwright.watched import watch_pool
from shop.service import Shop


@pytest.fixture
def engine() -> str:
    """Connections to lend are those of a server."""
    import services

    services.postgresql()
    return "postgresql"


async def test_the_connections_to_a_server_are_shown(shop: Shop) -> None:
    """Open, idle and at most; a pool that is used up is seen, and one that is closed does no harm."""
    metrics = Metrics("shop")
    watch_pool(shop.runtime, metrics)

    def shown() -> list[float]:
        lines = metrics.render().decode().splitlines()
        return [
            float(line.split()[1])
            for name in ("open", "idle", "max")
            for line in lines
            if line.startswith(f"database_connections_{name} ")
        ]

    database = shop.runtime.database
    assert isinstance(database.engine, PostgreSQL)
    before = shown()
    assert before[0] == before[1] > 0
    async with database.work():
        assert shown() == [before[0], before[1] - 1, database.limits.connections]
    await database.close()
    assert shown() == [0, 0, database.limits.connections]
    await database.connect()
