"""A Dockerfile as its stages and instructions.

What lives here: reading it, and which paths a `.dockerignore` leaves out. What must not: what is wrong with one.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, its lines joined."""

    name: str
    text: str
    line: int

    @property
    def words(self) -> list[str]:
        """Its arguments without options: of `COPY --chown=1 a b`, `a` and `b`."""
        text = self.text
        while (option := re.match(r"--[\w-]+(?:=\S+)?\s+", text)) is not None:
            text = text[option.end() :]
        return self.listed or text.split()

    @property
    def listed(self) -> list[str] | None:
        """The arguments of the exec form, `["a", "b"]`; none if it is the shell form."""
        text = re.sub(r"^(?:--[\w-]+(?:=\S+)?\s+)*", "", self.text.strip())
        if not text.startswith("["):
            return None
        try:
            found = json.loads(text)
        except ValueError:
            return None
        return [str(each) for each in found] if isinstance(found, list) else None

    def option(self, name: str) -> str:
        """The value of `--name=…`; empty without one."""
        found = re.search(rf"(?:^|\s)--{name}=(\S+)", self.text)
        return found[1] if found else ""


@dataclass(slots=True)
class Stage:
    """What follows one FROM. `base` has the defaults of ARGs put in."""

    base: str
    name: str
    line: int
    parent: "Stage | None" = None
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, *names: str) -> Iterator[Instruction]:
        """The instructions of these names, those of the stages that it is built on first."""
        if self.parent is not None:
            yield from self.parent.all(*names)
        yield from (each for each in self.instructions if each.name in names)

    def last(self, name: str) -> Instruction | None:
        """The last one, which is the one that holds."""
        found = list(self.all(name))
        return found[-1] if found else None


def stages(text: str) -> list[Stage]:
    """The stages of a Dockerfile; the last one is the image."""
    found: list[Stage] = []
    arguments: dict[str, str] = {}
    for each in instructions(text):
        if each.name == "FROM":
            words = each.words
            base = _filled(words[0] if words else "", arguments)
            name = words[2] if len(words) > 2 and words[1].lower() == "as" else ""
            parent = next((stage for stage in found if stage.name.lower() == base.lower() and base), None)
            found.append(Stage(base, name, each.line, parent))
        elif not found and each.name == "ARG":
            name, _, value = each.text.partition("=")
            arguments[name.strip()] = value.strip().strip("\"'")
        elif found:
            found[-1].instructions.append(each)
    return found


def instructions(text: str) -> Iterator[Instruction]:
    """Each instruction with the line it begins at."""
    joined, begun, until = "", 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if until:
            joined += "\n" + line
            if line.strip() == until:
                yield from _instruction(joined, begun)
                joined, until = "", ""
            continue
        if line.lstrip().startswith("#") or (not joined and not line.strip()):
            continue
        begun = begun if joined else number
        joined += line
        if joined.rstrip().endswith("\\"):
            joined = joined.rstrip()[:-1] + " "
            continue
        if (here := re.search(r"<<-?[\"']?(\w+)", joined)) is not None:
            until = here[1]
            continue
        yield from _instruction(joined, begun)
        joined = ""
    if joined:
        yield from _instruction(joined, begun)


def _instruction(text: str, line: int) -> Iterator[Instruction]:
    found = INSTRUCTION.match(text)
    if found is not None:
        yield Instruction(found[1].upper(), found[2].strip(), line)


def _filled(text: str, values: dict[str, str]) -> str:
    return re.sub(
        r"\$\{(\w+)(?::-([^}]*))?\}|\$(\w+)",
        lambda found: values.get(found[1] or found[3]) or found[2] or found[0],
        text,
    )


def leaves_out(patterns: Sequence[str], path: str) -> bool:
    """Whether a `.dockerignore` keeps a path out of the image; the last pattern that fits decides."""
    out = False
    parts = path.split("/")
    above = ["/".join(parts[: length + 1]) for length in range(len(parts))]
    for line in patterns:
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        kept = pattern.startswith("!")
        pattern = pattern.lstrip("!").strip().strip("/").removeprefix("./")
        deep = pattern.removeprefix("**/")
        names = (
            above if deep == pattern else [each for part in above for each in (part, part.rpartition("/")[2])]
        )
        if any(fnmatchcase(each, deep) for each in names):
            out = not kept
    return out
