"""The service's secret: how it is made, kept in development, and judged.

What must not live here: a constant that could serve as a secret.
"""

import os
import secrets
from itertools import pairwise
from pathlib import Path
from typing import Final

DEVELOPMENT_FILE: Final = Path("var/secret.key")
ENCRYPTION_FILE: Final = Path("var/encryption.key")
RECIPE: Final = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'
MINIMUM_BYTES: Final = 32
DISTINCT: Final = 9
WORDS: Final = (
    "secret",
    "change",
    "passwor",
    "example",
    "insecure",
    "default",
    "replace",
    "your-",
    "dev-",
    "test-",
)


def fresh() -> str:
    """A new secret: 48 random bytes, drawn again in the one case of many thousands that `check` would refuse."""
    while weakness(made := secrets.token_urlsafe(48)):
        pass
    return made


def stored(path: Path) -> str:
    """The secret in `path`, made at the first call (mode 0600). Two processes that start at once get the same
    one.

    Raises `ValueError` if the file can be neither read nor made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        if not path.exists():
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(fresh())
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        found = path.read_text().strip()
    except OSError as error:
        raise ValueError(f"{path} cannot be used ({error.strerror}); set SECRET_KEY instead") from None
    if len(found.encode()) < MINIMUM_BYTES:
        raise ValueError(f"{path} holds no usable secret; delete it and start again")
    return found


def check(secret: str, *, strict: bool) -> None:
    """Refuse a secret that is too short and, if `strict`, one that no random source made.

    Raises `ValueError`.
    """
    size = len(secret.encode())
    if size < MINIMUM_BYTES:
        raise ValueError(f"has {size} bytes, at least {MINIMUM_BYTES} are needed; make one with: {RECIPE}")
    if strict and (reason := weakness(secret)):
        raise ValueError(f"can be guessed: {reason}; make one with: {RECIPE}")


def weakness(secret: str) -> str | None:
    """Why a person rather than a random source seems to have made it; `None` if nothing says so.

    Each test fails for fewer than one in ten thousand random secrets of 32 hex digits, the shortest that
    counts.
    """
    if len(set(secret)) < DISTINCT:
        return "it has too few different characters"
    if len({secret[at : at + 6] for at in range(len(secret) - 5)}) < len(secret) - 5:
        return "it repeats itself"
    runs = (secret[at : at + 6] for at in range(len(secret) - 5))
    if any(all(ord(b) - ord(a) == 1 for a, b in pairwise(run)) for run in runs):
        return "it holds a plain sequence"
    if any(word in secret.lower() for word in WORDS):
        return "it holds a word of a placeholder"
    return None
