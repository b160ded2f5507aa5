"""What is attacked: a service by its OpenAPI document and its callers, and one operation of it.

What lives here: reading the document. What must not: an attack (`testing_attacks.py`), anything of a service but these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2

NOWHERE: Final = "01935b2e-7c00-7000-8000-000000000000"
"""An id that no row has."""

METHODS: Final = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Target:
    """A service: its document, somebody without an account, and signed-in callers by role; the first may do most.

    Callers have an `Authorization` header. `administrator` is the role that manages accounts, `address` one that has an
    account.
    """

    document: Mapping[str, Any]
    anonymous: httpx2.AsyncClient
    callers: Mapping[str, httpx2.AsyncClient]
    administrator: str
    address: str

    @property
    def first(self) -> httpx2.AsyncClient:
        """Whoever may do most."""
        return next(iter(self.callers.values()))


@dataclass(frozen=True)
class Operation:
    """A method on a path, as the document describes it."""

    method: str
    path: str
    described: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def is_closed(self) -> bool:
        """Whether it needs a signed-in caller."""
        security = self.described.get("security", [])
        return bool(security) and {} not in security

    @property
    def signs_out(self) -> bool:
        """Whether it does something without being told to what, which is to end a session."""
        return self.method != "get" and "{" not in self.path and "requestBody" not in self.described

    def at(self, value: str) -> str:
        """Its path with a value for each parameter."""
        return "/".join(value if part.startswith("{") else part for part in self.path.split("/"))

    def fields(self, document: Mapping[str, Any]) -> set[str] | None:
        """The names that a JSON body may hold; none where there is no such body, or any name will do."""
        content = self.described.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return set(schema["properties"]) if "properties" in schema else None


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Everything that a document names."""
    return [
        Operation(method, path, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]
