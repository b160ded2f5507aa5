"""Markdown, as far as reports need it."""

import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells cannot break out of it, whatever a brief says. No rows: an empty text."""
    body = [_row(cells) for cells in rows]
    return "\n".join([_row(head), _row(["---"] * len(head)), *body]) if body else ""


def page(*parts: str) -> str:
    """A page of the parts that are not empty, one blank line between them."""
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def section(title: str, *parts: str) -> str:
    """A heading and what stands under it; nothing at all when nothing does."""
    said = [part for part in parts if part]
    return "\n\n".join([f"## {title}", *said]) if said else ""


def code(text: str) -> str:
    """Text in fixed width on one line, which may hold back quotes itself."""
    line = " ".join(text.split())
    quotes = "`" * (1 + max((len(each) for each in re.findall("`+", line)), default=0))
    padded = f" {line} " if line.startswith("`") or line.endswith("`") else line
    return f"{quotes}{padded}{quotes}"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
