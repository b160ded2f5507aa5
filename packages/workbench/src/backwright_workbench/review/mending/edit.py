"""What a fix comes to: pieces of text that are replaced, imports and indexes that are needed.

What lives here: these values, and applying them to a text. What must not: deciding on any of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import libcst as cst
from libcst.codemod import CodemodContext
from libcst.codemod.visitors import AddImportsVisitor

from backwright_workbench.review.mending.indexes import NewIndex


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """From `start` to `end` (positions in the text of the file at `path`) stands `text` from now on."""

    path: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Mend:
    """A whole fix. `imports` are added to the finding's file, as `os` or `argon2.PasswordHasher`."""

    edits: tuple[Edit, ...]
    imports: tuple[str, ...] = ()
    indexes: tuple[NewIndex, ...] = ()
    """What a new migration makes, one for all fixes together."""
    note: str = ""
    """What a person has to do or to know, where the edit alone is not all: a variable that has to be set."""


def replaced(text: str, edits: Iterable[Edit]) -> str:
    """The text with edits of one file; none may overlap another."""
    parts: list[str] = []
    at = 0
    for edit in sorted(set(edits)):
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


def with_imports(text: str, names: Iterable[str]) -> str:
    """The text with imports added where it has none of them: a dotted name is imported from its module."""
    wanted = sorted(set(names))
    if not wanted:
        return text
    context = CodemodContext()
    for name in wanted:
        module, _, member = name.rpartition(".")
        if module:
            AddImportsVisitor.add_needed_import(context, module, member)
        else:
            AddImportsVisitor.add_needed_import(context, member)
    return AddImportsVisitor(context).transform_module(cst.parse_module(text)).code


def overlap(one: Edit, other: Edit) -> bool:
    """Whether two edits touch the same text and are not the same edit."""
    if one == other or one.path != other.path:
        return False
    return (one.start < other.end and other.start < one.end) or one.start == other.start
