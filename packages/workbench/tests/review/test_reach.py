"""What functions reach over calls."""

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.review.reach import reach_of

PARTS = """
from abc import ABC, abstractmethod
from functools import lru_cache


class Store(ABC):
    @abstractmethod
    def find(self, key):
        raise NotImplementedError


class Files(Store):
    def find(self, key):
        return deep(key)


@lru_cache
def kept(key):
    return deep(key)


def deep(key):
    return deeper(key)


def deeper(key):
    return deepest(key)


def deepest(key):
    return key


def by_interface(store: Store):
    return store.find(1)


def by_cache():
    return kept(1)


def in_a_circle():
    return in_a_circle()
"""


def _reached(name: str) -> list[str]:
    app: Application = read_application({"app.py": PARTS})
    ways = app.once(reach_of).ways(app.project.functions[f"app.{name}"])
    return [way.function.name for way in ways]


def test_an_interface_leads_to_what_fulfils_it() -> None:
    """A call of an abstract method runs the methods that override it, three calls deep."""
    assert _reached("by_interface") == ["by_interface", "find", "deep", "deeper"]


def test_what_is_cached_and_what_calls_itself_ends_the_way() -> None:
    """A cached function runs once; a circle is gone through once."""
    assert _reached("by_cache") == ["by_cache"]
    assert _reached("in_a_circle") == ["in_a_circle"]


def test_what_is_found_out_is_found_out_once() -> None:
    """All rules share one answer."""
    app = read_application({"app.py": PARTS})
    assert app.once(reach_of) is app.once(reach_of)
