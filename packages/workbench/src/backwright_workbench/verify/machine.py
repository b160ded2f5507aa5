"""Where evidence was made: versions and machine.

What lives here: asking. What must not: anything that names the machine's owner.
"""

import os
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

TOLD = (
    "backwright", "backwright-runtime", "fastapi", "starlette", "sqlalchemy", "alembic", "uvicorn", "pydantic",
    "asyncpg", "asyncmy", "pytest", "coverage", "schemathesis", "hypothesis",
)  # fmt: skip
"""Distributions that an outcome may depend on."""


@cache
def versions() -> dict[str, str]:
    """Python and the distributions that are installed here."""
    found = {"python": platform.python_version()}
    for name in TOLD:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@cache
def machine() -> dict[str, str | int]:
    """Processor, cores, memory and system."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "memory_mb": pages // 1_000_000,
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(
                (line.partition(":")[2].strip() for line in file if line.startswith("model name")), ""
            )
    except OSError:
        return ""
