"""A statement with values in its text → one with parameters.

What lives here: which values stand where a value may stand. What must not: where statements are executed.
"""

import re
from collections.abc import Collection
from itertools import pairwise

import libcst as cst

from backwright_workbench.review.mending.edit import Edit
from backwright_workbench.review.mending.pieces import Piece, Unknown, pieces_of, plain_value
from backwright_workbench.review.mending.source import Source
from backwright_workbench.review.mending.styles import Style

BEFORE_VALUE = re.compile(
    r"(?:=|<|>|\(|,|\|\||[+*/-]|\b(?:like|ilike|between|and|or|limit|offset|then|else|when|regexp|match))\s*$",
    re.I,
)
BEFORE_NAME = re.compile(
    r"\b(?:in\s*\(|insert\s+into\s+[\w.]+\s*\([\w\s,]*|"
    r"(?:order|group)\s+by\s(?:(?!\b(?:limit|offset|having)\b)[\w\s,.])*|select\s(?:(?!\bfrom\b)[\w\s,.*()])*)\s*$",
    re.I,
)
AFTER = re.compile(r"^(?:\s|\)|,|;|$)")
OWN = re.compile(r"\.__tablename__$|\._meta\.db_table$|^[A-Z][A-Z0-9_]+$")
"""Names that a program puts into its statements itself; they cannot be bound, and need not be."""
STATEMENTS = re.compile(r"^\s*(?:select|insert|update|delete|with|replace|merge)\b", re.I)


def bound(
    source: Source,
    node: cst.BaseExpression,
    style: Style,
    numbers: Collection[str] = (),
    *,
    is_whole: bool = True,
) -> tuple[list[Edit], dict[str, str]]:
    """The edits of the text, and the values by the names of their parameters; `numbers` are names of whole numbers.

    What is not `is_whole` is a piece of a statement: a condition. Raises `Unknown`.
    """
    found = pieces_of(source, node)
    first = next((each for each in found.pieces if each.text.strip()), None)
    if first is None or (is_whole and not STATEMENTS.match(first.text)):
        raise Unknown
    is_percent = style in (Style.PERCENT, Style.LIST)
    keeps = any(each.value and OWN.search(each.value) for each in found.pieces)
    if keeps and not isinstance(node, cst.FormattedString):
        raise Unknown
    edits = [] if keeps else [Edit(source.path, start, end, "") for start, end in found.drops]
    values: dict[str, str] = {}
    before = ""
    for at, piece in enumerate(found.pieces):
        if not piece.value:
            before += piece.text
            edits = _doubled(source, piece, edits) if is_percent else edits
            continue
        if OWN.search(piece.value):
            before += "x"
            continue
        quote = "'" if before.count("'") % 2 else '"' if before.count('"') % 2 else ""
        if quote:
            start, end, value = _quoted(found.pieces, at, quote)
            before = before[: before.rindex(quote)]
        else:
            start, end, value = _plain(found.pieces, at, before)
            if style is Style.NUMBERED and value not in numbers:
                raise Unknown
        mark = _mark(values, value, style)
        edits = [each for each in edits if not start <= each.start < end]
        edits.append(Edit(source.path, start, end, mark + piece.closing))
        before += mark
    if any(other.start < one.end for one, other in pairwise(sorted(edits))):
        raise Unknown
    return edits, values


def _doubled(source: Source, piece: Piece, edits: list[Edit]) -> list[Edit]:
    """With parameters, a `%` in the text has to be written twice; it may stand so already."""
    if source.text[piece.start : piece.end] == "%%":
        return [each for each in edits if each.start != piece.start]
    doubled = [
        Edit(source.path, piece.start + each.start(), piece.start + each.end(), "%%")
        for each in re.finditer("%", piece.text)
    ]
    return edits + doubled


def _plain(pieces: list[Piece], at: int, before: str) -> tuple[int, int, str]:
    """A value without quotes: where it stands, and its code."""
    rest = "".join("?" if each.value else each.text for each in pieces[at + 1 :])
    if not BEFORE_VALUE.search(before) or BEFORE_NAME.search(before) or not AFTER.match(rest):
        raise Unknown
    return pieces[at].start, pieces[at].end, plain_value(pieces[at].value)


def _quoted(pieces: list[Piece], at: int, quote: str) -> tuple[int, int, str]:
    """`'{name}'`, `'%{name}%'`: the quotes of the statement go, what stands between them is the value."""
    piece = pieces[at]
    first, last = at - 1, at + 1
    head, tail = "", ""
    while quote not in pieces[first].text:
        head, first = pieces[first].text + head, first - 1
        if first < 0 or pieces[first].value or pieces[first].end != pieces[first + 1].start:
            raise Unknown
    while last < len(pieces) and not pieces[last].value and quote not in pieces[last].text:
        tail, last = tail + pieces[last].text, last + 1
    if last >= len(pieces) or pieces[last].value or piece.closing or first < 0:
        raise Unknown
    opened, closed = pieces[first].text.rindex(quote), pieces[last].text.index(quote)
    head, tail = pieces[first].text[opened + 1 :] + head, tail + pieces[last].text[:closed]
    start, end = pieces[first].start + opened, pieces[last].start + closed + 1
    if any(one.end != other.start for one, other in pairwise(pieces[first : last + 1])):
        raise Unknown
    for each in range(at + 1, last):
        pieces[each] = Piece(end, end)
    pieces[last] = Piece(end, pieces[last].end, pieces[last].text[closed + 1 :])
    return start, end, _with(head, piece.value, tail)


def _with(head: str, code: str, tail: str) -> str:
    """The code of a value with literal text around it."""
    if not head and not tail:
        return code
    if any(each in head + tail + code for each in '"\\\n{}'):
        raise Unknown
    return f'f"{head}{{{plain_value(code)}}}{tail}"'


def _mark(values: dict[str, str], value: str, style: Style) -> str:
    known = next((name for name, each in values.items() if each == value), None)
    if style is Style.NAMED and known:
        return f":{known}"
    base = _name(value)
    name, number = base, 2
    while name in values:
        name, number = f"{base}_{number}", number + 1
    values[name] = value
    return {Style.NAMED: f":{name}", Style.MARK: "?", Style.NUMBERED: f"${len(values)}"}.get(style, "%s")


def _name(code: str) -> str:
    """A name for a value: the last one in its code."""
    found = re.findall(r"[A-Za-z_]\w*", re.sub(r"\bf\"|\(\)|\.strip\b|\.lower\b|\bstr\b|\bint\b", " ", code))
    return found[-1].lower() if found else "value"
