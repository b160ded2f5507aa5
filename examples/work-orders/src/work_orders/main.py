"""The one place where everything is wired."""

from backwright.app import create_app as build
from fastapi import FastAPI

from work_orders.accounts.resource import accounts
from work_orders.assets.resource import assets
from work_orders.settings import Settings
from work_orders.technicians.resource import technicians
from work_orders.work_orders.resource import work_orders


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service as an ASGI application. Routes of your own go on the returned app: it is plain FastAPI."""
    return build(
        settings or Settings(),
        title="Work order management",
        description="Work order management.",
        accounts=accounts,
        resources=(assets, technicians, work_orders),
    )
