"""A Markdown file as headings, links, commands and code words.

What lives here: reading. What must not: what is right in a document (`documents.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

SHELLS = ("sh", "bash", "shell", "console", "zsh", "shell-session")
LINK = re.compile(
    r"(?<!\!)\[(?:[^\]\[]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+[\"'][^)]*)?\)|!\[[^\]]*\]\(\s*<?([^)\s>]+)>?\)"
)
REFERENCE = re.compile(r"^\s{0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)")
CODE = re.compile(r"(?<!`)(`+)(?!`)((?:(?!\n\s*\n).)+?)(?<!`)\1(?!`)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """Something in a file, and its line."""

    text: str
    line: int


@dataclass(slots=True)
class Markdown:
    """What a file holds."""

    anchors: set[str] = field(default_factory=set)
    links: list[Part] = field(default_factory=list)
    commands: list[Part] = field(default_factory=list)
    """Command lines of blocks in a shell's language, continued lines joined, comments left out."""
    words: list[Part] = field(default_factory=list)
    """What stands between backticks."""
    prose: int = 0
    """Words that are neither code nor heading."""


def read(text: str) -> Markdown:
    """The parts of a file."""
    found = Markdown()
    fence, language, begun = "", "", 0
    block: list[str] = []
    titles: dict[str, int] = {}
    outside = text.splitlines()
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.match(r"\s*(`{3,}|~{3,})\s*([\w-]*)", line)
        if fence or mark is not None:
            outside[number - 1] = ""
        if fence:
            if mark is not None and mark[1].startswith(fence) and not mark[2]:
                if language in SHELLS:
                    found.commands += _commands(block, begun, language)
                fence = ""
            else:
                block.append(line)
            continue
        if mark is not None:
            fence, language, block, begun = mark[1], mark[2].lower(), [], number
            continue
        if (title := re.match(r"#{1,6}\s+(.*?)\s*#*$", line)) is not None:
            anchor = slug(title[1])
            again = titles.get(anchor, 0)
            titles[anchor] = again + 1
            found.anchors.add(f"{anchor}-{again}" if again else anchor)
        else:
            found.prose += len(re.findall(r"[^\W\d_]{2,}", CODE.sub("", line)))
        found.anchors |= set(re.findall(r"<a\s+(?:id|name)=[\"']([^\"']+)", line))
        bare = CODE.sub("", line)
        found.links += [Part(each[0] or each[1], number) for each in LINK.findall(bare)]
        if (reference := REFERENCE.match(bare)) is not None:
            found.links.append(Part(reference[1], number))
    rest = "\n".join(outside)
    for code in CODE.finditer(rest):
        found.words.append(Part(" ".join(code[2].split()), rest.count("\n", 0, code.start()) + 1))
    return found


def slug(title: str) -> str:
    """The anchor that GitHub gives a heading."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).replace("`", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def _commands(block: list[str], begun: int, language: str) -> Iterator[Part]:
    joined, line = "", 0
    prompts = any(each.lstrip().startswith(("$ ", "% ")) for each in block)
    for number, raw in enumerate(block, begun + 1):
        text = raw.strip()
        if prompts and not joined:
            if not text.startswith(("$ ", "% ")):
                continue  # what a command has printed
            text = text[2:]
        line = line if joined else number
        joined += text
        if joined.endswith("\\"):
            joined = joined[:-1]
            continue
        command = re.sub(r"(?:^|\s)#\s.*$", "", joined).strip()
        if command and not command.startswith("#"):
            yield Part(command, line)
        joined = ""
