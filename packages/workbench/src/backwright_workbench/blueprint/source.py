"""YAML text → plain values, and where each of them stands.

What lives here: the part of YAML 1.2 that a blueprint is written in (mappings, lists, scalars of the core
schema), its bounds, and positions. What must not: anything that knows which keys a blueprint has.

Built from the parser's events and not by a constructor: nothing recurses, no tag makes an object, an alias
cannot multiply what is read, and every key keeps its line and column.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from backwright_workbench.blueprint.fault import Path, dotted
from backwright_workbench.errors import Place, Problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 12

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(slots=True)
class Source:
    """What a text says: `value`, the places of its keys and values, and what is wrong with it as a text."""

    value: Any = None
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: bool = False
    """Reading stopped early: there is no whole value to say more about."""

    def place(self, path: Path, of_key: bool = False) -> Place | None:
        """Where a path stands: at its value if that is one word or in a list, else at its key.

        Parts of the path that the text does not spell out (a short form, a missing key) are passed over.
        """
        at: Path = ()
        for part in path:
            if (*at, part) in self.values:
                at = (*at, part)
        whole = isinstance(self._at(at), dict | list)
        return self.keys.get(at) if (of_key or whole) and at in self.keys else self.values.get(at)

    def _at(self, path: Path) -> Any:
        value = self.value
        for part in path:
            value = value[part]
        return value


class _Stop(Exception):
    """Reading on would make no sense."""


@dataclass(slots=True)
class _Open:
    """A mapping or list that has not ended yet; `key` is the key whose value comes next.

    What hangs on a key said before (`again`) is read and dropped, with all that is in it (`dropped`).
    """

    value: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None
    again: bool = False
    dropped: bool = False


def read(text: str, name: str) -> Source:
    """The values of one YAML document and their places.

    What is wrong is in `problems`; then `value` is partial.
    """
    source = Source()
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        problem = Problem(
            f"{name} is larger than {MAX_BYTES // 1000} kB", None, "a blueprint is a few hundred lines"
        )
        source.problems.append(problem)
        source.broken = True
        return source
    try:
        _build(text, name, source)
        if source.value is None:
            source.problems.append(
                Problem(f"{name} is empty", None, "a blueprint begins with `service: my-service`")
            )
            source.broken = True
    except _Stop:
        source.broken = True
    except MarkedYAMLError as error:
        source.broken = True
        mark = error.problem_mark or error.context_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else None
        what = str(error.problem or error.context or "not YAML")
        source.problems.append(
            Problem(f"this is not YAML: {what}", place, "check indentation, brackets and quotes")
        )
    except YAMLError as error:
        source.broken = True
        line, column = _position(text, getattr(error, "position", 0))
        hint = "remove control characters" if hasattr(error, "character") else None
        source.problems.append(
            Problem("this is not YAML: a character it does not allow", Place(name, line, column), hint)
        )
    return source


def _position(text: str, index: object) -> tuple[int, int]:
    before = text[:index] if isinstance(index, int) else ""
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _events(text: str) -> Iterator[Event]:
    parser = YAML(typ="safe", pure=True)
    yield from parser.parse(text)


def _build(text: str, name: str, source: Source) -> None:
    stack: list[_Open] = []
    documents = 0
    for event in _events(text):
        place = (
            Place(name, event.start_mark.line + 1, event.start_mark.column + 1) if event.start_mark else None
        )
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                source.problems.append(
                    Problem("a second document begins here", place, "one file, one blueprint")
                )
                raise _Stop
        elif isinstance(event, CollectionEndEvent):
            stack.pop()
        elif isinstance(event, AliasEvent | ScalarEvent | MappingStartEvent | SequenceStartEvent):
            assert place is not None
            _check_node(event, place, len(stack), source)
            _add(event, place, stack, source)


def _check_node(event: Any, place: Place, depth: int, source: Source) -> None:
    if event.anchor is not None:
        source.problems.append(
            Problem("anchors, aliases and merge keys are not read", place, "write the value out")
        )
        raise _Stop
    tag = getattr(event, "tag", None)
    if tag is not None and str(tag) != "!":
        source.problems.append(Problem(f"the tag {tag} is not read", place, "leave it out"))
        raise _Stop
    if depth >= MAX_DEPTH:
        source.problems.append(
            Problem(f"nested deeper than {MAX_DEPTH} levels", place, "look for a missing bracket")
        )
        raise _Stop


def _add(event: Any, place: Place, stack: list[_Open], source: Source) -> None:
    """Puts one scalar, mapping or list where it belongs: as the whole, as an item, as a key or as a key's
    value.
    """
    parent = stack[-1] if stack else None
    if parent is not None and isinstance(parent.value, dict) and parent.key is None:
        _key(event, place, parent, source)
        return
    path = _path(parent)
    value: Any = (
        _scalar(event)
        if isinstance(event, ScalarEvent)
        else {}
        if isinstance(event, MappingStartEvent)
        else []
    )
    dropped = parent is not None and (parent.dropped or parent.again)
    if not dropped:
        source.values[path] = place
        if value is None and path:
            hint = "give it a value, {} for all defaults, or leave the key out"
            source.problems.append(
                Problem(f"{dotted(path)}: has no value", source.keys.get(path, place), hint)
            )
        _put(value, parent, source)
    if parent is not None:
        parent.key, parent.again = None, False
    if not isinstance(event, ScalarEvent):
        stack.append(_Open(value, path, dropped=dropped))


def _path(parent: _Open | None) -> Path:
    if parent is None:
        return ()
    last: str | int = len(parent.value) if isinstance(parent.value, list) else str(parent.key)
    return (*parent.path, last)


def _key(event: Any, place: Place, parent: _Open, source: Source) -> None:
    if not isinstance(event, ScalarEvent):
        source.problems.append(
            Problem("a key is one word, not a mapping or list", place, "check the brackets")
        )
        raise _Stop
    key = str(event.value)
    path = (*parent.path, key)
    parent.key = key
    if parent.dropped:
        return
    if path in source.keys:
        first = source.keys[path].line
        what = f"{dotted(path)}: is said twice, first in line {first}"
        source.problems.append(Problem(what, place, "keep one of them"))
        parent.again = True
        return
    source.keys[path] = place


def _put(value: Any, parent: _Open | None, source: Source) -> None:
    if parent is None:
        source.value = value
    elif isinstance(parent.value, dict):
        parent.value[str(parent.key)] = value
    else:
        parent.value.append(value)


def _scalar(event: ScalarEvent) -> Any:
    """The value of a scalar by YAML 1.2's core schema: quoted text stays text; `on` and `no` are words."""
    text = str(event.value)
    if event.style is not None:
        return text
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
