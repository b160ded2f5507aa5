"""What the API exposes of assets, and to whom."""

from backwright.access import allow
from backwright.cache import Cache
from backwright.resource import Resource

from work_orders.access import Role
from work_orders.assets.models import Asset

assets = Resource(
    Asset,
    fields=("name", "tag", "category", "location", "status", "installed_on", "description"),
    filters=("status", "category", "location"),
    sorts=("name", "created_at"),
    search=("name", "tag", "description"),
    access={
        Role.ADMIN: allow.everything,
        Role.DISPATCHER: allow.read() | allow.create() | allow.update(),
        Role.TECHNICIAN: allow.read(),
        Role.VIEWER: allow.read(),
    },
    cache=Cache(seconds=30),
)
