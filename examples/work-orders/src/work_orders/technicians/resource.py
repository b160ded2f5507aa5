"""What the API exposes of technicians, and to whom."""

from backwright.access import allow, own
from backwright.cache import Cache
from backwright.resource import Resource

from work_orders.access import Role
from work_orders.technicians.models import Technician

mine = own(Technician.account_id)

technicians = Resource(
    Technician,
    fields=("name", "email", "phone", "trade", "active", "account_id"),
    filters=("active", "trade"),
    sorts=("name", "created_at"),
    search=("name", "email"),
    access={
        Role.ADMIN: allow.everything,
        Role.DISPATCHER: allow.read() | allow.create() | allow.update() | allow.refer("account_id"),
        Role.TECHNICIAN: allow.read(where=mine) | allow.update("phone", where=mine),
        Role.VIEWER: allow.read("name", "trade", "active"),
    },
    cache=Cache(seconds=30),
)
