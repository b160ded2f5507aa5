"""Rows that are made over the API, by whoever may: anybody's, or a caller's own.

What lives here: making them, with all that they refer to. What must not: what becomes of them. What nobody may make
over the API is `None`; a check says then what it has left out.
"""

import itertools
import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from backwright.sample_files import sample_file

from backwright_workbench.blueprint.model import USER, Blueprint
from backwright_workbench.verify.attacks.clients import Clients, items_of, json_of
from backwright_workbench.verify.attacks.operations import Collection, collections, sent, takes_files
from backwright_workbench.verify.attacks.samples import body, marked
from backwright_workbench.verify.stand.callers import Caller

Row = dict[str, Any]

_numbers = itertools.count(1)
_claiming = threading.Lock()
"""An account can be given to one row alone where it is unique; checks that want it take turns."""

PAGES = 40


class Rows:
    """Makes rows of one stand."""

    def __init__(self, clients: Clients, blueprint: Blueprint | None = None) -> None:
        self.clients = clients
        self.document = clients.stand.document
        self.collections = {each.path: each for each in collections(self.document)}
        self.references = _references(blueprint, self.collections) if blueprint is not None else {}
        self._blueprint = blueprint
        self._accounts: dict[int, str] = {}
        self._kept: dict[str, str] = {}
        self._able: dict[str, Caller] = {}

    @property
    def is_ours(self) -> bool:
        """Whether it is a service of ours, of which is known what refers to what."""
        return self._blueprint is not None

    def mark(self, word: str = "mark") -> str:
        """A new mark."""
        return marked(next(_numbers), word)

    def make(
        self,
        path: str,
        mark: str = "",
        *,
        by: Sequence[Caller] = (),
        depth: int = 0,
        values: Mapping[str, Any] | None = None,
    ) -> Row | None:
        """A new row of a collection; `values` stand for fields, `by` says who makes it (whoever may)."""
        collection = self.collections.get(path)
        if collection is None or collection.create is None or depth > 5:
            return None
        schema = sent(collection.create, self.document)
        if schema is None:
            return None
        made = body(schema, mark or self.mark(), self.document, whole=True)
        known, given = schema.get("properties", {}), values or {}
        for name in [each for each in made if self.target(path, each) is not None and each not in given]:
            referred = self.any(str(self.target(path, name)), depth=depth + 1)
            if referred is not None:
                made[name] = referred
        made |= {name: value for name, value in given.items() if name in known}
        for caller in by or self.able(path):
            answer = self.clients.ask(caller, "POST", path, json=made)
            found = json_of(answer)
            if answer.status_code in (200, 201) and isinstance(found, dict):
                self._able[path] = caller
                return found
        return None

    def able(self, path: str) -> list[Caller]:
        """All callers, first whoever has made rows there before."""
        found = self.clients.callers()
        return sorted(found, key=lambda each: each is not self._able.get(path))

    def any(self, path: str, *, depth: int = 0) -> str | None:
        """The id of some row, made once."""
        if path == "/users":
            return self.account(self.clients.callers()[0])
        if path not in self._kept:
            made = self.make(path, depth=depth)
            if made is None or "id" not in made:
                return None
            self._kept[path] = str(made["id"])
        return self._kept[path]

    def own(self, path: str, steps: Sequence[str], caller: Caller, mark: str = "") -> Row | None:
        """A new row that leads to a caller's account over these references; none where it cannot be made so."""
        account = self.account(caller)
        first, rest = f"{steps[0]}_id", steps[1:]
        collection = self.collections.get(path)
        schema = sent(collection.create, self.document) if collection and collection.create else None
        if account is None or schema is None:
            return None
        if first not in schema.get("properties", {}):  # the service fills it in: with whoever makes the row
            return None if rest else self.make(path, mark, by=[caller])
        if not rest:
            with _claiming:
                return self._claimed(path, first, account, mark)
        target = self.target(path, first)
        if target is None:
            return None
        inner = self.the_own(target, rest, caller)
        return None if inner is None else self.make(path, mark, values={first: str(inner["id"])})

    def the_own(self, path: str, steps: Sequence[str], caller: Caller) -> Row | None:
        """A row of a caller's own that stays: the one that there is, else a new one."""
        found = self._held(path, f"{steps[0]}_id", self.account(caller)) if len(steps) == 1 else None
        return found or self.own(path, steps, caller)

    def give_up(self, path: str, column: str, caller: Caller) -> None:
        """Takes a caller's account out of the row that has it, so that another one can have it."""
        held = self._held(path, column, self.account(caller))
        for each in self.able(path) if held is not None else ():
            if (
                held is not None
                and self.clients.ask(each, "PATCH", f"{path}/{held['id']}", json={column: None}).status_code
                == 200
            ):
                return

    def account(self, caller: Caller) -> str | None:
        """The id of a caller's account."""
        if id(caller) not in self._accounts:
            said = json_of(self.clients.ask(caller, "GET", "/auth/me"))
            if not isinstance(said, dict) or "id" not in said:
                return None
            self._accounts[id(caller)] = str(said["id"])
        return self._accounts[id(caller)]

    def attach(self, collection: Collection, key: str, mark: str, by: Sequence[Caller] = ()) -> str | None:
        """A file on a row: its id."""
        for operation in collection.below():
            if operation.method == "POST" and takes_files(operation, self.document):
                name, _, kind = sample_file("text/plain")
                file = (f"{mark}-{name}", f"{mark}\n".encode(), kind)
                for caller in by or self.able(collection.path):
                    answer = self.clients.ask(
                        caller, "POST", operation.at({collection.key: key}), files={"file": file}
                    )
                    found = json_of(answer)
                    if answer.status_code in (200, 201) and isinstance(found, dict) and "id" in found:
                        return str(found["id"])
        return None

    def target(self, path: str, column: str) -> str | None:
        """The collection that a column refers to."""
        if (path, column) in self.references:
            return self.references[path, column]
        if self._blueprint is not None or not re.search(r"(_id|Id)$", column):
            return None
        stem = re.sub(r"(_id|Id)$", "", column).lower().replace("_", "-")
        for each in self.collections:
            last = each.rstrip("/").rpartition("/")[2].lower().replace("_", "-")
            if last in (stem, f"{stem}s", f"{stem}es", f"{stem.removesuffix('y')}ies"):
                return each
        return None

    def _claimed(self, path: str, column: str, account: str, mark: str) -> Row | None:
        """A new row with this account; where another one has it alone, that one gives it up."""
        made = self.make(path, mark, values={column: account})
        if made is None and (held := self._held(path, column, account)) is not None:
            for caller in self.able(path):
                answer = self.clients.ask(caller, "PATCH", f"{path}/{held['id']}", json={column: None})
                if answer.status_code == 200:
                    return self.make(path, mark, values={column: account})
            return held
        return made

    def _held(self, path: str, column: str, account: str | None) -> Row | None:
        """The row that has this account in a column."""
        for caller in self.able(path):
            following: dict[str, str] = {}
            for _ in range(PAGES):
                answer = self.clients.ask(caller, "GET", path, params={"limit": "100", **following})
                for row in items_of(answer):
                    if isinstance(row, dict) and account is not None and row.get(column) == account:
                        return row
                said = json_of(answer)
                if not isinstance(said, dict) or not said.get("next"):
                    break
                following = {"cursor": str(said["next"])}
            if answer.status_code == 200 and caller is self._able.get(path):
                break
        return None


def _references(blueprint: Blueprint, known: Mapping[str, Collection]) -> dict[tuple[str, str], str]:
    """(collection, column) → the collection that it refers to."""
    found = {}
    for name, entity in blueprint.entities.items():
        for field, declared in entity.fields.items():
            if declared.type == "reference" and declared.to is not None:
                target = "/users" if declared.to == USER else blueprint.path(declared.to)
                if target in known:
                    found[blueprint.path(name), f"{field}_id"] = target
    return found
