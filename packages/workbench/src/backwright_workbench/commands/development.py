"""The password of the sample accounts on a developer's machine.

What lives here: `DEV_PASSWORD` in a service's `.env`, made once, readable by its owner only, and ignored by
git. What must not: anything about production, where no sample account exists.
"""

import secrets
from pathlib import Path

from backwright_workbench.workspace.trees import read_file, write_file

NAME = "DEV_PASSWORD"


def development_password(directory: Path) -> str:
    """The password that stands in `directory/.env`; a random one is put there first if none does."""
    place = directory / ".env"
    text = read_file(place, what=".env file") if place.exists() else ""
    for line in text.splitlines():
        name, _, value = line.partition("=")
        if name.strip() == NAME and value.strip():
            return value.strip().strip("\"'")
    password = secrets.token_urlsafe(12)
    before = f"{text.rstrip()}\n" if text.strip() else ""
    write_file(
        place, f"{before}# For the sample accounts of `backwright dev` only.\n{NAME}={password}\n", mode=0o600
    )
    return password
