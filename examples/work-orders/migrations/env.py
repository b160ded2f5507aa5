"""How migrations run: the runtime connects and applies; this file says which tables the code declares."""

from backwright.entity import Entity
from backwright.migrations import run

import work_orders.main  # noqa: F401 - importing the service declares every table

run(Entity.metadata)
