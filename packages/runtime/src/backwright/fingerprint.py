"""What an answer depends on besides the data: the code that makes it, and where it is served.

What lives here: one digest of that. Answers that processes share are kept apart by it, so that the old and the
new release of a service, side by side during a deployment, never show each other's answers, and neither do a
test system and the real one that share a Redis.
"""

import hmac
import sys
from pathlib import Path

from backwright.settings import Settings


def fingerprint(settings: Settings) -> bytes:
    """32 bytes: another after any change of code, database, address or secret."""
    digest = hmac.new(settings.secret_key.get_secret_value().encode(), digestmod="sha256")
    digest.update(f"{settings.service}\n{settings.database_url}\n{settings.public_url}\n".encode())
    for package in ("backwright", type(settings).__module__.partition(".")[0]):
        for path in sources(package):
            digest.update(f"{path.name}\n".encode())
            digest.update(path.read_bytes())
    return digest.digest()


def sources(package: str) -> list[Path]:
    """The files of an imported package, or the one of a module, in a fixed order."""
    module = sys.modules[package]
    folders = [Path(each) for each in getattr(module, "__path__", ())]
    if folders:
        return [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    file = getattr(module, "__file__", None)
    return [Path(file)] if file else []
