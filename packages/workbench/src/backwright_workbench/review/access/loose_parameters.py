"""Parameters that go where only some values are right: pages below zero, texts where a number or an address is meant.

What lives here: parameters of paths, queries and forms, with what handlers do with them. What must not: fields that are
stored, and what an attacker gains (the rules about injection say that).
"""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.access.effects import COMMANDS
from backwright_workbench.review.access.endpoints import Endpoint
from backwright_workbench.review.access.inputs import Frame, Input, Inputs
from backwright_workbench.review.access.loose_fields import AMOUNTS

PAGING = frozenset(
    ["page", "page_size", "per_page", "pagesize", "perpage", "skip", "offset", "limit", "size", "page_number",
     "page_no", "start", "count", "items_per_page", "page_num", "pagenumber"]
)  # fmt: skip
LOOKING = frozenset(
    ["max", "min", "abs", "clamp", "validate", "check", "ensure", "bounded", "paginate", "match", "fullmatch",
     "isdigit", "isalnum", "isnumeric", "isdecimal", "quote", "ip", "address", "search", "valid", "verify", "int",
     "sanitize", "escape"]
)  # fmt: skip
UNQUOTED = re.compile(r"(?:\b(?:\w*_)?(?:id|pk|no|number))\s*=\s*$", re.I)
STATEMENT = re.compile(r"^\s*(?:select|update|delete|insert)\b", re.I)
TEXTS = frozenset(["", "builtins.str", "str"])
Said = tuple[str, str]


def loose_parameters(app: Application, endpoint: Endpoint) -> Iterator[Said]:
    """What to say of an endpoint, and how to mend it: at most one of each kind."""
    inputs = Inputs(app, endpoint)
    frames = inputs.frames()
    yield from _pages(app, endpoint, inputs, frames)
    yield from _amounts(app, endpoint, inputs, frames)
    for found in (_numbers(endpoint, inputs, frames), _addresses(endpoint, inputs, frames)):
        if found is not None:
            yield found
            return


# Pages


def _pages(app: Application, endpoint: Endpoint, inputs: Inputs, frames: list[Frame]) -> Iterator[Said]:
    open_ones = {
        each.name
        for each in endpoint.parameters
        if each.source == "query"
        and each.name.lower() in PAGING
        and each.type in ("builtins.int", "int", "")
        and not each.has_minimum
    }
    if not open_ones:
        return
    used: set[str] = set()
    looked: set[str] = set()
    for frame in frames:
        for function, names in _places(app, inputs, frame, open_ones):
            for node in function.walk():
                used |= _counted(node, names)
                looked |= _compared(node, names)
    loose = sorted(used & open_ones - looked)
    if loose:
        shown = " and ".join(f"`{each}`" for each in loose)
        yield (
            f"`{endpoint.title}` counts with {shown}, which may be zero or negative",
            "say the least that makes sense: `Query(ge=1)` for a page, `Query(ge=0)` for an offset",
        )


def _amounts(app: Application, endpoint: Endpoint, inputs: Inputs, frames: list[Frame]) -> Iterator[Said]:
    """A quantity or price beside the body of a write: `?quantity=-3`."""
    names = {
        each.name
        for each in endpoint.parameters
        if each.source == "query"
        and each.name.lower().endswith(AMOUNTS)
        and each.type in ("builtins.int", "builtins.float", "decimal.Decimal")
        and not each.has_minimum
    }
    if not names or not endpoint.is_write or not endpoint.changes:
        return
    looked: set[str] = set()
    for frame in frames:
        for function, held in _places(app, inputs, frame, names):
            for node in function.walk():
                looked |= _compared(node, held)
    for name in sorted(names - looked)[:1]:
        yield (
            f"`{endpoint.title}` takes `{name}`, which may be below zero",
            "say the least that makes sense: `Query(gt=0)` for a quantity, `Query(ge=0)` for a price",
        )


def _places(
    app: Application, inputs: Inputs, frame: Frame, wanted: set[str]
) -> Iterator[tuple[Function, dict[str, str]]]:
    """Functions with their expressions, as written, that hold one of the parameters."""
    held = {
        local: given.name
        for local, given in frame.held.items()
        if given.source == "query" and given.name in wanted
    }
    if held:
        yield frame.function, held
    for call in s.calls_in(*frame.function.body):
        made = app.project.classes.get(call.refers) if call.refers else None
        if isinstance(made, Class) and "__init__" not in made.methods:
            fields = {
                f"self.{each.name}": held[each.value.id]
                for each in call.keywords
                if isinstance(each.value, s.Name) and each.value.id in held
            }
            for method in made.methods.values() if fields else ():
                yield method, fields


def _named(node: s.Node | None, names: dict[str, str]) -> set[str]:
    if node is None:
        return set()
    return {
        names[text]
        for each in s.walk(node)
        if isinstance(each, s.Name | s.Attribute) and (text := s.written(each)) in names
    }


def _counted(node: s.Node, names: dict[str, str]) -> set[str]:
    """The parameters that a slice, a division or the sum for an offset is made of."""
    match node:
        case s.Range(low=low, high=high):
            return _named(low, names) | _named(high, names)
        case s.Operation(operator="/" | "//" | "%", operands=[_, divisor]):
            return _named(divisor, names)
        case s.Operation(operator="*", operands=operands):
            taken = [each for each in operands if isinstance(each, s.Operation) and each.operator == "-"]
            return {name for each in taken for name in _named(each, names)}
    return set()


def _compared(node: s.Node, names: dict[str, str]) -> set[str]:
    """The parameters of which somebody asks whether they are too small, or that are pulled up."""
    match node:
        case s.Operation(operator="<" | "<=" | ">" | ">=", operands=operands):
            lowest = [each for each in operands if s.constant(each) in (0, 1, -1)]
            return {names[text] for each in operands if lowest and (text := s.written(each)) in names}
        case s.Operation(operator="not", operands=[inner]):
            return _named(inner, names) if isinstance(inner, s.Name | s.Attribute) else set()
        case s.Operation(operator="or", operands=[first, *_]):
            return _named(first, names) if isinstance(first, s.Name | s.Attribute) else set()
        case s.Call() if node.name != "min" and set(words(node.name)) & LOOKING:
            given = [*node.args, *(each.value for each in node.keywords)]
            return {names[text] for each in given if (text := s.written(each)) in names}
    return set()


# Texts


def _numbers(endpoint: Endpoint, inputs: Inputs, frames: list[Frame]) -> Said | None:
    """A text that stands for a number in a statement."""
    for frame in frames:
        for before, value in _joined(frame.function):
            given = _text_from(endpoint, inputs, frame, value)
            if given is not None and UNQUOTED.search(before) and STATEMENT.search(before):
                return (
                    f"`{endpoint.title}` takes `{given.name}` as any text and compares it with a number",
                    "take it as a number: `int` in the signature or the path, or `int(…)` with an answer of 400",
                )
    return None


def _addresses(endpoint: Endpoint, inputs: Inputs, frames: list[Frame]) -> Said | None:
    """A text that is put into a command."""
    for frame in frames:
        runs = [each for each in s.calls_in(*frame.function.body) if each.refers in COMMANDS]
        told = {node.id for call in runs for node in s.walk(*call.args) if isinstance(node, s.Name)}
        texts = [each for call in runs for each in call.args]
        texts += [value for name in told for value in frame.function.values_of(name)]
        for node in (inner for each in texts for inner in s.walk(each)):
            if isinstance(node, s.Name | s.Item | s.Call | s.Attribute):
                given = _text_from(endpoint, inputs, frame, node)
                if given is not None:
                    return (
                        f"`{endpoint.title}` takes `{given.name}` as any text and puts it into a command",
                        "take a type that says what it is (`IPvAnyAddress`, an `Enum`), or match it against a pattern",
                    )
    return None


def _text_from(endpoint: Endpoint, inputs: Inputs, frame: Frame, node: s.Expression) -> Input | None:
    """The parameter that an expression is, where it is a text of which nobody asks more."""
    given = inputs.of(node, frame)
    if given is None or not given.name or given.schema is not None:
        return None
    if given.source not in ("query", "path", "form", "body", "typed"):
        return None
    if any(each.name == given.name and each.type not in TEXTS for each in endpoint.parameters):
        return None
    for each in frame.function.walk():
        match each:
            case s.Call() if set(words(each.name)) & LOOKING:
                base = each.callee.base if isinstance(each.callee, s.Attribute) else None
                values = [*each.args, *(keyword.value for keyword in each.keywords), base]
                if any(inputs.of(value, frame) == given for value in values):
                    return None
            case s.Operation(operator="in" | "not in", operands=[one, _]) if inputs.of(one, frame) == given:
                return None
    return given


def _joined(function: Function) -> Iterator[tuple[str, s.Expression]]:
    """The values that are put into texts, with all of the text before them."""
    for node in function.walk():
        match node:
            case s.Text(parts=parts):
                before = ""
                for part in parts:
                    text = s.text_of(part)
                    if text is None:
                        yield before, part
                    before += text if text is not None else "?"
            case s.Operation(operator="+", operands=[left, right]):
                first = next((text for each in s.walk(left) if (text := s.text_of(each))), "")
                last = left.operands[-1] if isinstance(left, s.Operation) else left
                yield f"{first} {s.text_of(last) or ''}", right
            case s.Operation(operator="%", operands=[s.Literal(value=str(text)), value]):
                values = value.items if isinstance(value, s.Group) else [value]
                yield from zip(_cut(text, "%"), values, strict=False)
            case s.Call(callee=s.Attribute(base=s.Literal(value=str(text)), name="format"), args=args):
                yield from zip(_cut(text, "{"), args, strict=False)


def _cut(text: str, mark: str) -> list[str]:
    """A text up to each place where a value is put in."""
    return [text[: each.start()] for each in re.finditer(re.escape(mark), text)]
