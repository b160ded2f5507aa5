"""The runtime: its parts know of each other what they have to."""

from shop.models import Customer, Line, Order, Product, Review, User
from shop.service import Shop


async def test_a_commit_reaches_the_cache(shop: Shop) -> None:
    """Whoever writes, and through whatever door."""
    version = shop.runtime.cache.version(("customers",))
    await shop.customer()
    assert shop.runtime.cache.version(("customers",)) > version


async def test_every_resource_is_found_by_its_entity(shop: Shop) -> None:
    """References and embeds look their target up here; accounts are a resource like any other."""
    assert set(shop.runtime.resources) == {User, Customer, Product, Order, Line, Review}
