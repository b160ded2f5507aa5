"""YAML with the lines of what is in it.

What lives here: reading, so that a fault can name its line. What must not: what the documents mean.
"""

from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

Unreadable = YAMLError


def documents(text: str) -> list[Any]:
    """Every document of a file, its mappings knowing their lines. Raises `Unreadable`."""
    return [each for each in YAML(typ="rt", pure=True).load_all(text) if each is not None]


def line(node: Any, key: Any = None) -> int:
    """The line of a key of a mapping, of an element of a list, or of the node itself; counts from 1."""
    place = getattr(node, "lc", None)
    if place is None:
        return 1
    if key is not None and place.data and key in place.data:
        return int(place.data[key][0]) + 1
    return int(place.line) + 1


def listed(value: Any) -> list[Any]:
    """A list as it is; nothing as an empty one; anything else as a list of itself."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def mapped(value: Any) -> dict[Any, Any]:
    """A mapping as it is (it knows its lines); anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> Iterator[str]:
    """Every text in a value, keys left out."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value
