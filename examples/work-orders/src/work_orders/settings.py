"""The settings of this service: typed, read from the environment, refused at start-up when wrong."""

from backwright.settings import Settings as RuntimeSettings


class Settings(RuntimeSettings):
    """Add a field to add a setting; `.env.example` follows from this class (`python -m work_orders config
    example`).
    """

    service: str = "work-orders"
    rate_limit: str = "100/minute"
    max_body_kb: int = 1024
