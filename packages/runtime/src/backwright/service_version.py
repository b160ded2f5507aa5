"""The version of a service, as its API document says it.

What lives here: where it is found. What must not: the version of the runtime, which is its own (`__version__`).
"""

import tomllib
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from backwright.settings import Settings

UNKNOWN = "0.0.0"


def service_version(settings: Settings) -> str:
    """The version of the installed service; of one that runs from its directory, what its pyproject.toml says.

    A document that is derived in a checkout is compared with what an image serves, so both must say the same.
    """
    try:
        return version(settings.service)
    except PackageNotFoundError:
        return _written(settings)


def _written(settings: Settings) -> str:
    place = settings.migrations.parent / "pyproject.toml"
    try:
        project: Any = tomllib.loads(place.read_text(encoding="utf-8")).get("project")
    except (OSError, ValueError):
        return UNKNOWN
    if not isinstance(project, dict):
        return UNKNOWN
    return str(project.get("version", UNKNOWN)) if project.get("name") == settings.service else UNKNOWN
