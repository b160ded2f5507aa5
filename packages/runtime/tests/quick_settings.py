"""The settings of the services that tests make up."""

from pathlib import Path
from typing import Any

from backwright.settings import Settings


def quick_settings(service: str, folder: Path, url: str, **given: Any) -> Settings:
    """Those of a service in a folder: hashing at the least cost, no rate limit in the way."""
    return Settings(
        **{
            "environment": "test",
            "service": service,
            "database_url": url,
            "files_url": f"file:{folder}/files",
            "secret_key": "a secret for tests only, forty-eight characters!",
            "rate_limit": "1000000/minute",
            "password_memory_kib": 8,
            "password_time_cost": 1,
            **given,
        }
    )
