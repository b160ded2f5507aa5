"""Opening what is verified: a copy of its files, its facts, and stands for it.

What lives here: from a directory to a `Subject`. What must not: running a check.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backwright_workbench.codebase.readback import read_blueprint
from backwright_workbench.verify.check import Need, Profile
from backwright_workbench.verify.fingerprint import files_of
from backwright_workbench.verify.keeper import Keeper
from backwright_workbench.verify.stand.databases import available
from backwright_workbench.verify.stand.stands import Prepared, ServiceStands
from backwright_workbench.verify.subject import Subject
from backwright_workbench.workspace.services import find_service
from backwright_workbench.workspace.trees import read_tree


@dataclass(frozen=True, slots=True)
class Opened:
    """A subject, its name, and the secrets that must not get into evidence."""

    name: str
    subject: Subject
    secrets: set[str]
    keeper: Keeper


@contextmanager
def open_service(
    directory: Path, profile: Profile, *, engine: str | None = None, prepared: Prepared | None = None
) -> Iterator[Opened]:
    """A service that Backwright wrote. Whatever is made for it goes when the block ends, or the process dies.

    `engine` is what it is put on; without it the one that it is meant for, if the environment names a server.
    `prepared` is what another copy of the service with the same tables has prepared. Raises `UserError` if there
    is no service, `InputError` if its code cannot be read.
    """
    origin = find_service(directory).directory
    blueprint = read_blueprint(read_tree(origin))
    with folder_and_keeper() as (folder, keeper):
        root = snapshot(origin, folder / "tree")
        secrets: set[str] = set()
        meant_for = blueprint.stores.database
        service = find_service(root)
        stands = ServiceStands(service, engine or available(meant_for), folder, keeper, secrets, prepared)
        subject = Subject(
            has=frozenset(Need),
            profile=profile,
            stands=stands,
            origin=origin,
            root=root,
            service=service,
            blueprint=blueprint,
            budgets=blueprint.budgets,
            meant_for=meant_for,
        )
        try:
            yield Opened(blueprint.service, subject, secrets, keeper)
        finally:
            stands.close()


def snapshot(origin: Path, target: Path) -> Path:
    """A copy of every file that counts, so that nothing is written where people work."""
    for place in files_of(origin):
        copied = target / place.relative_to(origin)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(place, copied, follow_symlinks=False)
    return target


@contextmanager
def folder_and_keeper() -> Iterator[tuple[Path, Keeper]]:
    """A folder that goes when the block ends, or the process dies, and whoever sees to that."""
    folder = Path(tempfile.mkdtemp(prefix="backwright-verify-")).resolve()
    with Keeper() as keeper:
        keeper.folder(folder)
        yield folder, keeper
