"""What the analysis finds: a value of somebody else that reaches a dangerous place.

What lives here: the facts that rules read. What must not: how they are found.
"""

from dataclasses import dataclass

from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.syntax import Call, Node


@dataclass(frozen=True, slots=True)
class Passed:
    """A place on the way of a value, with what happens there."""

    place: Place
    what: str


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """A value that reaches a dangerous place.

    `kind` says which danger: sql, command, code, template, path, url, redirect, html, deserialize, log, nosql, answer …
    `origin` is request, error, column (text of a row), stored (a row of a cursor),
    parameter or field: what nobody is seen to call is a parameter or field of unknown
    value. `source` is the part of the request: query, body, path, header, cookie, form, file, json.
    """

    kind: str
    origin: str
    source: str
    label: str
    """What it is, for people: "`name` of the query"."""
    steps: tuple[Passed, ...]
    place: Place
    """Where the dangerous text is made, or the value used."""
    sink: Place
    function: Function | None
    """In which it is used."""
    node: Node
    """The call (or the return) that is dangerous."""
    what: str
    """What is called, as written."""
    built: bool
    """Whether it was put into a longer text."""
    prefix: str
    """What stands before it in that text; a hole is a NUL."""
    text: str
    """The text that is used, as far as it is known, with NUL for each hole."""
    is_object: bool
    """Whether it is still what a JSON body holds: perhaps a mapping."""
    path: tuple[str, ...] = ()
    """Which part of the source: names of keys and attributes."""
    caught: str = ""
    """The full names of the exceptions that were caught, with commas, where it is the text of one; or traceback."""

    @property
    def is_proven(self) -> bool:
        """Whether it comes from a request for certain."""
        return self.origin == "request"

    @property
    def call(self) -> Call | None:
        """The call, where it is one."""
        return self.node if isinstance(self.node, Call) else None
