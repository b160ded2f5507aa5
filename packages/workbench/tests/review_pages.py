"""The pages of rules as test cases: each `###` under `## Bad` and `## Good` is a small project.

A block of code is a file; its name stands after the language (```` ```python app/main.py ````, `app.py` if none does).
In a bad one, `# finding` ends each line at which the rule must find something, and nothing may be found elsewhere;
where no line is marked, it must find something somewhere (an absence has no line).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.review.rule import Rule
from live_examples import live_of

LIVE = "live.toml"
"""What a running database looks like, in a page of the family that asks one."""
BLOCK = re.compile(r"^```(\w+)?[ \t]*([^\s`]*)\n(.*?)^```$", re.M | re.S)
MARK = re.compile(r"(?:#|//|--|<!--) finding(?: -->)?\s*$")


@dataclass(frozen=True)
class Example:
    """A small project, and the lines at which the rule must find something."""

    rule: Rule
    is_bad: bool
    title: str
    files: dict[str, str]
    marks: frozenset[tuple[str, int]]

    def __str__(self) -> str:
        return f"{self.rule.name}: {'bad' if self.is_bad else 'good'}: {self.title}"

    def found(self) -> list[Place]:
        """Where the rule finds something."""
        app = read_application({path: text for path, text in self.files.items() if path != LIVE})
        app.live = live_of(self.files[LIVE]) if LIVE in self.files else None
        return [each.place for each in self.rule.find(app)]

    def missed(self) -> list[tuple[str, int]]:
        """Marked lines at which nothing was found."""
        found = self.found()
        return sorted(mark for mark in self.marks if not any(_covers(place, mark) for place in found))

    def wrong(self) -> list[str]:
        """What was found where nothing is marked."""
        return [str(place) for place in self.found() if not any(_covers(place, mark) for mark in self.marks)]


def _covers(place: Place, mark: tuple[str, int]) -> bool:
    """Whether a marked line is one of a finding: formatters put a mark behind the last line of a long call."""
    return place.path == mark[0] and place.line <= mark[1] <= place.end


def examples(rule: Rule) -> Iterator[Example]:
    """The examples of a rule's page."""
    for part in re.split(r"^## ", rule.page, flags=re.M)[1:]:
        heading, _, body = part.partition("\n")
        if heading.strip() in ("Bad", "Good"):
            for example in re.split(r"^### ", body, flags=re.M)[1:]:
                title, _, text = example.partition("\n")
                yield _example(rule, heading.strip() == "Bad", title.strip(), text)


def _example(rule: Rule, is_bad: bool, title: str, text: str) -> Example:
    files: dict[str, str] = {}
    marks = set()
    for _, name, body in BLOCK.findall(text):
        path = name or "app.py"
        for number, line in enumerate(body.splitlines(), 1):
            if MARK.search(line):
                marks.add((path, number))
        files[path] = "\n".join(MARK.sub("", line) for line in body.splitlines()) + "\n"
    return Example(rule, is_bad, title, files, frozenset(marks))
