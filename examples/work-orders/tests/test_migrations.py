"""The migrations: there and back again with rows, and the same as the models."""

from backwright import migrations
from backwright.entity import Entity
from backwright.testing import TestService

from tests import factories

FACTORIES = (factories.an_asset, factories.a_technician, factories.a_work_order)


async def test_models_and_migrations_say_the_same(service: TestService) -> None:
    """A database made by the migrations has exactly the tables, columns and indexes of the models."""
    assert migrations.differences(service.settings.database_url, Entity.metadata) == []


async def test_the_schema_goes_down_and_up_again_with_rows(service: TestService) -> None:
    """Every step can be taken back although there are rows, and made again."""
    for make in FACTORIES:
        await make(service)
    await service.stop()
    before = migrations.status(service.settings)
    assert before.is_current
    migrations.downgrade(service.settings, "base")
    assert migrations.status(service.settings).current is None
    assert migrations.upgrade(service.settings) == before
