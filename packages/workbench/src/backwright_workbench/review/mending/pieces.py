"""A text that is put together, as its literal pieces and the values between them.

What lives here: f-strings, `%`, `.format` and `+`, all seen alike and with their places. What must not: what the
text is for.
"""

import re
from dataclasses import dataclass, field

import libcst as cst

from backwright_workbench.review.mending.source import Source, last_name

PERCENT = re.compile(r"%(?:\((\w+)\))?([a-zA-Z%])")
BRACES = re.compile(r"\{\{|\}\}|\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Literal text as written between its quotes, or (`value` is set) a value that is put in.

    What is put in its place goes from `start` to `end`; `closing` has to follow it there.
    """

    start: int
    end: int
    text: str = ""
    value: str = ""
    closing: str = ""


@dataclass(slots=True)
class Pieces:
    """All of them in order; `drops` are places that say how the text is made, and go when it is made no longer."""

    pieces: list[Piece] = field(default_factory=list)
    drops: list[tuple[int, int]] = field(default_factory=list)
    quotes: set[str] = field(default_factory=set)
    is_raw: bool = False


class Unknown(ValueError):
    """The text is put together in a way that is not understood."""


def pieces_of(source: Source, node: cst.BaseExpression) -> Pieces:
    """The pieces of a text. Raises `Unknown`."""
    found = Pieces()
    _take(source, node, found)
    return found


def _take(source: Source, node: cst.BaseExpression, found: Pieces) -> None:
    match node:
        case cst.SimpleString():
            _simple(source, node, found)
        case cst.FormattedString():
            _formatted(source, node, found)
        case cst.ConcatenatedString(left=left, right=right):
            _take(source, left, found)
            _take(source, right, found)
        case cst.BinaryOperation(operator=cst.Modulo()):
            _percent(source, node, found)
        case cst.BinaryOperation(operator=cst.Add()):
            _added(source, node, found)
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="format"))):
            _format(source, node, found)
        case _:
            raise Unknown


def _prefix(found: Pieces, prefix: str, quote: str) -> None:
    if "b" in prefix.lower():
        raise Unknown
    found.is_raw |= "r" in prefix.lower()
    found.quotes.add(quote)


def _simple(source: Source, node: cst.SimpleString, found: Pieces) -> None:
    _prefix(found, node.prefix, node.quote)
    start, end = source.span(node)
    start, end = start + len(node.prefix) + len(node.quote), end - len(node.quote)
    found.pieces.append(Piece(start, end, source.text[start:end]))


def _formatted(source: Source, node: cst.FormattedString, found: Pieces) -> None:
    quote = node.end
    _prefix(found, node.prefix, quote)
    start = source.span(node)[0]
    letter = node.prefix.lower().index("f")
    found.drops.append((start + letter, start + letter + 1))
    for part in node.parts:
        begin, end = source.span(part)
        if isinstance(part, cst.FormattedStringText):
            _braces(found, begin, source.text[begin:end])
        elif isinstance(part, cst.FormattedStringExpression):
            if part.conversion or part.format_spec or part.equal:
                raise Unknown
            found.pieces.append(Piece(begin, end, value=source.code(part.expression)))


def _braces(found: Pieces, start: int, text: str) -> None:
    """Text of an f-string: a doubled brace is one."""
    at = 0
    for each in re.finditer(r"\{\{|\}\}", text):
        found.pieces.append(Piece(start + at, start + each.start(), text[at : each.start()]))
        found.pieces.append(Piece(start + each.start(), start + each.end(), each[0][0]))
        found.drops.append((start + each.start(), start + each.start() + 1))
        at = each.end()
    found.pieces.append(Piece(start + at, start + len(text), text[at:]))


def _percent(source: Source, node: cst.BinaryOperation, found: Pieces) -> None:
    left = Pieces()
    _take(source, node.left, left)
    if any(each.value for each in left.pieces):
        raise Unknown
    right = node.right
    if isinstance(right, cst.Tuple):
        values = [source.code(each.value) for each in right.elements if isinstance(each, cst.Element)]
        if len(values) != len(right.elements):
            raise Unknown
    elif isinstance(right, cst.Dict):
        raise Unknown
    else:
        values = [source.code(right)]
    _holes(left, PERCENT, values, found)
    found.drops.append((source.whole(node.left)[1], source.span(node)[1]))


def _format(source: Source, node: cst.Call, found: Pieces) -> None:
    assert isinstance(node.func, cst.Attribute)
    left = Pieces()
    _take(source, node.func.value, left)
    if any(each.value for each in left.pieces) or any(each.star for each in node.args):
        raise Unknown
    plain = [source.code(each.value) for each in node.args if each.keyword is None]
    named = {each.keyword.value: source.code(each.value) for each in node.args if each.keyword}
    _holes(left, BRACES, plain, found, named)
    found.drops.append((source.whole(node.func.value)[1], source.span(node)[1]))


def _holes(
    left: Pieces,
    pattern: "re.Pattern[str]",
    values: list[str],
    found: Pieces,
    named: dict[str, str] | None = None,
) -> None:
    """The literal text cut at its marks; each mark becomes a value."""
    found.quotes |= left.quotes
    found.is_raw |= left.is_raw
    found.drops += left.drops
    used = 0
    for piece in left.pieces:
        at = 0
        if pattern is PERCENT and re.search(r"%(?!\w|%|\()|%[-+ #0\d.*]", piece.text):
            raise Unknown
        if pattern is BRACES and re.search(r"[{}]", BRACES.sub("", piece.text)):
            raise Unknown
        for mark in pattern.finditer(piece.text):
            begin = piece.start + mark.start()
            found.pieces.append(Piece(piece.start + at, begin, piece.text[at : mark.start()]))
            at = mark.end()
            end = piece.start + at
            if mark[0] in ("%%", "{{", "}}"):
                found.pieces.append(Piece(begin, end, mark[0][0]))
                found.drops.append((begin, begin + 1))
                continue
            key = mark[1] or ""
            if pattern is PERCENT and (key or mark[2] not in "sdi"):
                raise Unknown
            if key and not key.isdigit():
                value = (named or {}).get(key, "")
            else:
                value = values[int(key)] if key else values[used]
                used += not key
            if not value:
                raise Unknown
            found.pieces.append(Piece(begin, end, value=value))
        found.pieces.append(Piece(piece.start + at, piece.end, piece.text[at:]))


def _added(source: Source, node: cst.BinaryOperation, found: Pieces) -> None:
    """`"…" + value + "…"`: what stands between two quotes goes with the value."""
    terms: list[cst.BaseExpression] = []
    rest: cst.BaseExpression = node
    while isinstance(rest, cst.BinaryOperation) and isinstance(rest.operator, cst.Add):
        if rest.lpar and rest is not node:
            raise Unknown
        terms.append(rest.right)
        rest = rest.left
    terms = [rest, *reversed(terms)]
    if not isinstance(terms[0], cst.SimpleString | cst.FormattedString):
        raise Unknown
    for at, term in enumerate(terms):
        if isinstance(term, cst.SimpleString | cst.FormattedString):
            _take(source, term, found)
            continue
        before = terms[at - 1]
        after = terms[at + 1] if at + 1 < len(terms) else None
        if not isinstance(before, cst.SimpleString | cst.FormattedString):
            raise Unknown
        quote = before.quote if isinstance(before, cst.SimpleString) else before.end
        start = source.span(before)[1] - len(quote)
        if after is None:
            found.pieces.append(Piece(start, source.whole(term)[1], value=source.code(term), closing=quote))
        elif isinstance(after, cst.SimpleString) and (after.quote, after.prefix) == (quote, ""):
            end = source.span(after)[0] + len(quote)
            found.pieces.append(Piece(start, end, value=source.code(term)))
        else:
            raise Unknown
    if len(found.quotes) > 1 or any(isinstance(each, cst.FormattedString) for each in terms):
        raise Unknown


def plain_value(code: str) -> str:
    """`id` of `str(id)`: what is put in, before it was made a text."""
    try:
        node = cst.parse_expression(code)
    except cst.ParserSyntaxError:
        return code
    if isinstance(node, cst.Call) and last_name(node.func) == "str" and len(node.args) == 1:
        return cst.Module([]).code_for_node(node.args[0].value)
    return code
