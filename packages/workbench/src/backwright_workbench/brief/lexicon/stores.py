"""Databases, caches and places for files, by their names.

What lives here: tables and patterns, as data. What must not: code that reads them (`infrastructure.py`).
"""

import re
from typing import Literal

from backwright_workbench.brief.grammar import phrase

_DATABASE = (
    r"(?: (?:relational )?(?:database|db|server|as (?:the |a |our )?(?:main |primary "
    r")?(?:database|db|store|storage)))?"
)


DATABASES: dict[Literal["postgresql", "mariadb", "sqlite"], re.Pattern[str]] = {
    "postgresql": phrase(rf"(?:postgres(?:ql| sql)?|psql|pgsql|timescaledb|cockroachdb)(?: \d+)?{_DATABASE}"),
    "mariadb": phrase(rf"(?:mysql|maria ?db)(?: \d+)?{_DATABASE}"),
    "sqlite": phrase(rf"(?:sqlite3?|sql lite){_DATABASE}"),
}


CACHES: dict[Literal["redis"], re.Pattern[str]] = {"redis": phrase(r"redis|valkey|dragonfly ?db")}


FILES: dict[Literal["s3", "local"], re.Pattern[str]] = {
    "s3": phrase(
        r"(?:to |on |in |using |via )?(?:(?:amazon|aws) )?s3(?: (?:compatible|bucket|buckets"
        r"|storage|object storage))*"
        r"|minio|object (?:storage|store)|cloud storage|blob storage|cloudflare r2|gcs|google "
        r"cloud storage|azure blob(?: storage)?"
    ),
    "local": phrase(
        r"(?:on |to |in )?(?:the )?(?:local )?(?:disk|file ?system|filesystem)(?: storage)?"
        r"|local (?:files|file storage|storage)"
    ),
}
