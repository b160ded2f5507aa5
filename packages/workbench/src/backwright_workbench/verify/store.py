"""Keeping evidence: `.backwright/evidence/<family>/<name>/result.json` beside the outputs that it names by hash.

What lives here: writing and reading. What must not: judging. A record is written as a whole or not at all.
"""

import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from backwright_workbench.errors import UserError
from backwright_workbench.verify.evidence import Evidence, Output, as_json, from_json
from backwright_workbench.verify.fingerprint import fingerprint_of

FOLDER = ".backwright"
RESULT = "result.json"


class Recorder:
    """Where a running check puts what it wants to keep. Secrets are taken out of everything that passes."""

    def __init__(self, folder: Path, secrets: set[str]) -> None:
        self._folder = folder
        self._secrets = secrets
        self.outputs: list[Output] = []

    def keep(self, name: str, text: str, *, command: str, exit_code: int | None = None) -> None:
        """Keep an output as the file `name`. `command` says how to see the same."""
        data = self.clean(text).encode("utf-8", "replace")
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / name).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        self.outputs.append(Output(name, digest, self.clean(command), exit_code))

    def clean(self, text: str) -> str:
        """The text without the secrets of the stand."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


class Store:
    """The evidence about one project, on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "evidence"
        self.partial = root / "partial"
        self.trees = root / "trees"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps others out while the block lasts; what one that was killed has left goes first.

        Raises `UserError` if another verification is under way.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UserError(
                    "another verification of this project is under way",
                    where=str(self.root),
                    next_step="wait for its end, or end it",
                ) from None
            shutil.rmtree(self.partial, ignore_errors=True)
            try:
                yield
            finally:
                shutil.rmtree(self.partial, ignore_errors=True)

    def clear(self) -> None:
        """Remove every record."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def begin(self) -> Path:
        """A new folder for the outputs of a check under way."""
        place = self.partial / uuid.uuid4().hex
        place.mkdir(parents=True)
        return place

    def put(self, evidence: Evidence, outputs: Path) -> None:
        """Keep a record with its outputs in place of an older one."""
        (outputs / RESULT).write_text(as_json(evidence), encoding="utf-8")
        place = self.folder / evidence.check
        place.parent.mkdir(parents=True, exist_ok=True)
        old = self.partial / uuid.uuid4().hex
        with suppress(FileNotFoundError):
            os.rename(place, old)
        os.rename(outputs, place)
        shutil.rmtree(old, ignore_errors=True)

    def get(self, check: str) -> Evidence | None:
        """The record of a check; none if there is none, or if it or an output of it is not what was written."""
        return None if self.damage(check) else self._read(check)

    def damage(self, check: str) -> str:
        """What was done to a record or its outputs since it was written; empty if it is whole."""
        place = self.folder / check
        if not (place / RESULT).is_file():
            return "there is no record"
        try:
            found = self._read(check)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return f"{RESULT} was changed after it was written"
        if found.check != check:
            return f"{RESULT} is the record of {found.check}"
        for output in found.outputs:
            try:
                data = (place / output.file).read_bytes()
            except OSError:
                return f"{output.file} is gone"
            if hashlib.sha256(data).hexdigest() != output.sha256:
                return f"{output.file} was changed after it was written"
        return ""

    def names(self) -> list[str]:
        """The checks that have a record, whole or not."""
        return sorted(place.relative_to(self.folder).as_posix() for place in self.folder.glob("*/*"))

    def keep_tree(self, files: Mapping[str, str]) -> None:
        """Keep which files a fingerprint stands for, so that it can be said later what changed."""
        self.trees.mkdir(parents=True, exist_ok=True)
        (self.trees / f"{fingerprint_of(files)}.json").write_text(
            json.dumps(files, indent=0), encoding="utf-8"
        )

    def tree(self, fingerprint: str) -> dict[str, str] | None:
        """The files that a fingerprint stands for; none if that is not known for sure."""
        try:
            found = json.loads((self.trees / f"{fingerprint}.json").read_text(encoding="utf-8"))
            return found if fingerprint_of(found) == fingerprint else None
        except (OSError, ValueError, TypeError, AttributeError):
            return None

    def forget_trees(self) -> None:
        """Remove what no record speaks of any more."""
        spoken_of = {each.tree for each in self.all()}
        for place in self.trees.glob("*.json"):
            if place.stem not in spoken_of:
                place.unlink()

    def all(self) -> Iterator[Evidence]:
        """Every record that is whole."""
        for name in self.names():
            found = self.get(name)
            if found is not None:
                yield found

    def _read(self, check: str) -> Evidence:
        return from_json((self.folder / check / RESULT).read_text(encoding="utf-8"))
