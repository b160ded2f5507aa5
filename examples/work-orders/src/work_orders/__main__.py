"""`python -m work_orders serve|migrate|create-admin|seed|openapi|config`."""

from backwright.commands import main

from work_orders.main import create_app
from work_orders.settings import Settings

main(create_app, Settings)
