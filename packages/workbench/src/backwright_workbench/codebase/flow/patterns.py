"""Whether a regular expression can take exponentially long.

What lives here: a small analysis of patterns. What must not: matching anything with them.
"""

import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

LONGEST = 2000
"""Characters of a pattern that are looked at."""
ASKED = [chr(code) for code in range(32, 127)] + ["\n", "\t", "é"]
"""Characters that stand for all."""
DEEPEST = 60


@lru_cache(maxsize=2000)
def is_catastrophic(pattern: str) -> bool:
    """Whether a repetition holds another one that can take the same characters, or alternatives that overlap.

    Only what can fail after the repetition counts: a pattern that ends with it matches at once.
    """
    if len(pattern) > LONGEST or not any(each in pattern for each in ("*", "+", "{")):
        return False
    try:
        from re import _parser as parser

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = parser.parse(pattern)
        return _has_nested(list(tree), False, 0)
    # backwright: ignore[broad-except] a private parser, given any text there is
    except Exception:
        return False


def _name(token: Any) -> str:
    return str(token[0])


def _has_nested(items: list[Any], can_fail: bool, depth: int) -> bool:
    """Whether one of the items is a repetition that can be gone through in exponentially many ways."""
    if depth > DEEPEST:
        return False
    for at, token in enumerate(items):
        fails = can_fail or any(_must_take(each) for each in items[at + 1 :])
        if _name(token) in ("MAX_REPEAT", "MIN_REPEAT"):
            _, high, body = token[1]
            inner = list(body)
            if high > 20 and fails and _is_ambiguous(inner, depth + 1):
                return True
            if _has_nested(inner, fails or high > 1, depth + 1):
                return True
        else:
            for below in _below(token):
                if _has_nested(below, fails, depth + 1):
                    return True
    return False


def _below(token: Any) -> Iterator[list[Any]]:
    """The sequences in a group, an alternative or an assertion."""
    match _name(token):
        case "SUBPATTERN":
            yield list(token[1][-1])
        case "BRANCH":
            yield from (list(each) for each in token[1][1])
        case "ASSERT" | "ASSERT_NOT":
            yield list(token[1][1])
        case "ATOMIC_GROUP":
            yield list(token[1])


def _must_take(token: Any) -> bool:
    """Whether something has to follow: then what stands before can be made to fail."""
    match _name(token):
        case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY" | "GROUPREF":
            return True
        case "AT":
            return "END" in str(token[1])
        case "MAX_REPEAT" | "MIN_REPEAT":
            return bool(token[1][0] > 0) and any(_must_take(each) for each in token[1][2])
        case "SUBPATTERN":
            return any(_must_take(each) for each in token[1][-1])
        case "BRANCH":
            return all(any(_must_take(each) for each in way) for way in token[1][1])
    return False


def _is_ambiguous(body: list[Any], depth: int) -> bool:
    """Whether a text can be cut into rounds of the body in several ways."""
    body = _unwrapped(body)
    if len(body) == 1 and _name(body[0]) == "BRANCH":
        return _overlap([list(each) for each in body[0][1][1]])
    solid = [each for each in body if _name(each) not in ("AT", "ASSERT", "ASSERT_NOT")]
    repeated = [
        at for at, each in enumerate(solid) if _name(each) in ("MAX_REPEAT", "MIN_REPEAT") and each[1][1] > 20
    ]
    for at in repeated:
        shared = _characters(list(solid[at][1][2]))
        for index, each in enumerate(solid):
            if index != at and not _can_be_empty(each):
                shared = shared & _characters([each])
        if shared:  # a text of one of these can be cut into rounds anywhere
            return True
    return False


def _unwrapped(body: list[Any]) -> list[Any]:
    while len(body) == 1 and _name(body[0]) == "SUBPATTERN":
        body = list(body[0][1][-1])
    return body


def _overlap(ways: list[list[Any]]) -> bool:
    """Whether two alternatives take the same text: both a single character, or equal ones, or a repetition."""
    short = [
        _characters(way)
        for way in ways
        if len(way) == 1 and _name(way[0]) in ("LITERAL", "IN", "ANY", "NOT_LITERAL")
    ]
    for at, one in enumerate(short):
        if any(one & other for other in short[at + 1 :]):
            return True
    return any(
        len(way) == 1 and _name(way[0]) in ("MAX_REPEAT", "MIN_REPEAT") and way[0][1][1] > 20 for way in ways
    )


def _can_be_empty(token: Any) -> bool:
    match _name(token):
        case "MAX_REPEAT" | "MIN_REPEAT":
            return bool(token[1][0] == 0) or all(_can_be_empty(each) for each in token[1][2])
        case "SUBPATTERN":
            return all(_can_be_empty(each) for each in token[1][-1])
        case "BRANCH":
            return any(all(_can_be_empty(each) for each in way) for way in token[1][1])
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return True
    return False


def _characters(body: list[Any]) -> set[str]:
    """The characters that can begin a sequence, or be all of it where it is a single one."""
    found: set[str] = set()
    for token in body:
        found |= _of(token)
        if not _can_be_empty(token):
            break
    return found


def _of(token: Any) -> set[str]:
    kind, value = _name(token), token[1]
    match kind:
        case "LITERAL":
            return {chr(value)}
        case "NOT_LITERAL":
            return set(ASKED) - {chr(value)}
        case "ANY":
            return set(ASKED) - {"\n"}
        case "IN":
            return _class(value)
        case "MAX_REPEAT" | "MIN_REPEAT":
            return _characters(list(value[2]))
        case "SUBPATTERN":
            return _characters(list(value[-1]))
        case "BRANCH":
            return set().union(*(_characters(list(each)) for each in value[1]))
    return set()


def _class(items: Any) -> set[str]:
    found: set[str] = set()
    negated = False
    for item in items:
        kind, value = _name(item), item[1]
        if kind == "NEGATE":
            negated = True
        elif kind == "LITERAL":
            found.add(chr(value))
        elif kind == "RANGE":
            found |= {each for each in ASKED if value[0] <= ord(each) <= value[1]}
        elif kind == "CATEGORY":
            found |= _category(str(value))
    return set(ASKED) - found if negated else found


def _category(name: str) -> set[str]:
    tests: dict[str, Callable[[str], bool]] = {
        "DIGIT": lambda each: each.isdigit(),
        "SPACE": lambda each: each.isspace(),
        "WORD": lambda each: each.isalnum() or each == "_",
    }
    for word, test in tests.items():
        if word in name:
            inside = {each for each in ASKED if test(each)}
            return set(ASKED) - inside if "NOT" in name else inside
    return set()
