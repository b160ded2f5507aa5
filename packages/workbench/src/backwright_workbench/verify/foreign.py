"""Opening a backend that Backwright did not write: what there is of it decides which checks can run.

What lives here: from a `Target` to a `Subject`. What must not: starting it (`stand/foreign.py`), or running a check.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from backwright_workbench.verify.check import Need, Profile
from backwright_workbench.verify.opening import Opened, folder_and_keeper, snapshot
from backwright_workbench.verify.stand.foreign import AddressStands, ApplicationStands, seen
from backwright_workbench.verify.subject import Subject
from backwright_workbench.verify.target import Target


@contextmanager
def open_foreign(target: Target, profile: Profile) -> Iterator[Opened]:
    """An application that is started from a copy of its project, or what answers at an address.

    It is asked once before any check, so that a mistake in what was given is one error. Raises `UserError`.
    """
    with folder_and_keeper() as (folder, keeper):
        origin = target.directory.resolve() if target.directory is not None else None
        root = snapshot(origin, folder / "tree") if origin is not None else None
        stands: AddressStands | ApplicationStands
        if target.app:
            assert origin is not None
            assert root is not None
            stands = ApplicationStands(target, origin, root, folder)
        else:
            stands = AddressStands(target)
        try:
            document = stands.shared().document
            has = {
                Need.ANSWERS: True,
                Need.CONTRACT: bool(document),
                Need.CALLERS: bool(target.callers),
                Need.SOURCE: root is not None,
                Need.PROCESS: bool(target.app),
            }
            subject = Subject(
                has=frozenset(need for need, there in has.items() if there),
                profile=profile,
                stands=stands,
                origin=origin,
                root=root,
                recalls=False,
            )
            yield Opened(seen(document) or target.app or target.url, subject, target.secrets(), keeper)
        finally:
            stands.close()
