"""What a running service is made of.

What lives here: the value that the composition root builds and everything else is handed. What must not:
behaviour.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backwright.accounts import BoundAccounts
    from backwright.audit import Audit
    from backwright.bound_resource import BoundResource
    from backwright.cache import ResponseCache
    from backwright.database import Database
    from backwright.limits import Limiter
    from backwright.mail import Mail
    from backwright.redis import Redis
    from backwright.settings import Settings
    from backwright.storage import Storage


@dataclass(slots=True)
class Runtime:
    """The parts of one service, made once by `backwright.app.create_app` and kept at `app.state.runtime`."""

    settings: "Settings"
    database: "Database"
    audit: "Audit"
    limiter: "Limiter"
    cache: "ResponseCache"
    storage: "Storage"
    mail: "Mail"
    redis: "Redis | None" = None
    accounts: "BoundAccounts | None" = None
    resources: dict[type[Any], "BoundResource"] = field(default_factory=dict)
    """Entity class → its bound resource; rules of references and embeds look the target up here."""

    def __post_init__(self) -> None:
        self.database.changed = self.cache.invalidate
        if self.redis is not None:
            self.database.told = self.redis.told
