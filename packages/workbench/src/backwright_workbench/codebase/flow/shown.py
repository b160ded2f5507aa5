"""Which values a line of text shows, and which of them are secrets by their names.

What lives here: names. What must not: which calls write lines.
"""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s

SECRET = re.compile(
    r"passw(?:or)?d|passwd|(?:^|_)pwd(?:$|_)|passphrase|secret|(?:^|_)token$|_tokens?$|(?:^|_)jwt(?:$|_)|api_?key"
    r"|private_?key|access_?key|auth(?:orization)?_?(?:header|key|token)|^authorization$|credential|(?:^|_)ssn(?:$|_)"
    r"|card_?(?:number|num|no)$|(?:^|_)cvv|(?:^|_)cvc|credit_?card|(?:^|_)otp(?:$|_)|session_?(?:key|token)"
    r"|social_security|accesstoken|refreshtoken|bearer|(?:^|_)pin$|reset_(?:link|url)|signing_key|encryption_key",
    re.I,
)
OTHER = re.compile(
    r"tokens$|count|num_|max_|min_|total|length|_len$|type|expir|name$|_id$|_ids$|valid|^has_|^is_|^use_|needs?_"
    r"|policy|field|column|path|file|format|algorithm|prefix|_at$|ttl|lifetime|status|error|exception|form|schema|limit"
    r"|budget|usage|attempt|izer|ized|version|class|backend|manager|service|repo|strength|change|require|enabled|result"
    r"|match|message|msg|page|view|template|endpoint|masked|redacted|hint|label|title|exist|missing|set$|hash_|created"
    r"|(?<!auth_)(?<!authorization_)(?<!auth)header|provider|scheme|parser|callback|handler|docs|help|^no_|rule|check|question|used|updated|csrf|next_|page|sync_token",
    re.I,
)
MASKING = re.compile(
    r"mask|redact|hide|obfusc|censor|scrub|sanitiz|fingerprint|hash|len|bool|type|isinstance|repr_safe", re.I
)
TRANSPARENT = frozenset(
    ["str", "repr", "format", "dumps", "dict", "decode", "encode", "strip", "list", "pformat", "model_dump", "lower",
     "upper", "join", "vars"]
)  # fmt: skip
GETTERS = frozenset(["get", "getenv", "pop", "get_secret_value", "getlist"])


def is_secret(name: str) -> bool:
    """Whether something of that name is a secret."""
    return SECRET.search(name) is not None and OTHER.search(name) is None


def shown(node: s.Node | None, depth: int = 0) -> Iterator[tuple[s.Expression, str]]:
    """The values that a text shows as they are, with the name of each that is a secret (else an empty text)."""
    if depth > 30:
        return
    match node:
        case s.Name(id=name) | s.Attribute(name=name):
            yield node, s.written(node) if is_secret(name) else ""
        case s.Item(key=key, base=base):
            found = s.text_of(key)
            if found is not None:
                yield node, f"{s.written(base)}[{found!r}]" if is_secret(found) else ""
        case s.Text(parts=inner) | s.Group(items=inner):
            for each in inner:
                yield from shown(each, depth + 1)
        case s.Operation(operator="+" | "%" | "or" | "and", operands=inner):
            for each in inner:
                yield from shown(each, depth + 1)
        case s.Pairs(values=inner):
            for each in inner:
                yield from shown(each, depth + 1)
        case s.Choice(yes=yes, no=no):
            yield from shown(yes, depth + 1)
            yield from shown(no, depth + 1)
        case s.Awaited(value=value) | s.Keyword(value=value) | s.Spread(value=value):
            yield from shown(value, depth + 1)
        case s.Call():
            yield from _called(node, depth)


def _called(node: s.Call, depth: int) -> Iterator[tuple[s.Expression, str]]:
    name = node.name
    if MASKING.search(name) and name not in TRANSPARENT:
        return
    if name in GETTERS:
        key = s.text_of(node.args[0]) if node.args else None
        if name == "get_secret_value":
            yield node, s.written(node)
        elif key is not None and is_secret(key):
            yield node, f"{s.written(node.callee)}({key!r})"
    elif name in TRANSPARENT:
        if isinstance(node.callee, s.Attribute) and not node.callee.refers:
            yield from shown(node.callee.base, depth + 1)
        for each in (*node.args, *node.keywords):
            yield from shown(each, depth + 1)
    elif re.match(r"(create|generate|make|get|encode|issue)_.*(token|password|jwt|secret|otp)$", name):
        yield node, s.written(node)
