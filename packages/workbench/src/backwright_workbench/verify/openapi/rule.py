"""A rule for OpenAPI documents, as a value.

What lives here: the value. What must not: any rule.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from backwright_workbench.verify.openapi.documents import Document

Found = Iterator[tuple[str, str]]
"""(JSON pointer, what is wrong there)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is asked of a document, and how it is looked for."""

    name: str
    find: Callable[[Document], Found]
    is_error: bool = False
    """Otherwise it is advice."""
    why: str = ""
    only_in: str = ""
    """The one version of OpenAPI that it is for: `3.0`."""
