"""What must never reach a log: found by key and by pattern, and replaced.

What lives here: pure functions on values. `logging.py` applies them to everything that it writes.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

HIDDEN: Final = "[hidden]"

_KEYS: Final = re.compile(
    r"pass(?:word|wd|phrase)|(?:^|_)pass$|secret|token|authorization|cookie|api_?key|private_?key|credential|csrf|signature|^otp$",
    re.IGNORECASE,
)
API_KEY: Final = r"([a-z][a-z0-9]{1,19}_[0-9A-Za-z]{22})\.[0-9A-Za-z]{20,}"
"""A key (`api_key_form.py`), whole or cut: what stands before the dot is no secret and says which one to revoke."""

_PATTERNS: Final = (
    (re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), r"\1 " + HIDDEN),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){1,4}"), HIDDEN),
    (re.compile(r"(://[^/\s:@]*):[^/\s@]+@"), r"\1:" + HIDDEN + "@"),
    (
        re.compile(
            r"""(["']?\b\w*(?:password|passwd|secret|token|api_?key|authorization|cookie)["']?\s*[:=]\s*)"""
            r"""(?:"[^"]*"|'[^']*'|[^\s,;&)}\]]+)""",
            re.IGNORECASE,
        ),
        r"\1" + HIDDEN,
    ),
    (re.compile(API_KEY), r"\1." + HIDDEN),
    (re.compile(r"\$argon2id?\$[^\s'\"]+"), HIDDEN),
    (re.compile(r"\[parameters: .*?\]$", re.MULTILINE), "[parameters: " + HIDDEN + "]"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL), HIDDEN),
)
_MARKS: Final = re.compile(
    r"bearer|basic|eyJ|://|pass|secret|token|key|authorization|cookie|argon2|\[param|_\w{22}\.", re.I
)

CONTROLS: Final = {
    code: f"\\u{code:04x}"
    for code in (
        *range(0x20),
        *range(0x7F, 0xA0),
        0x2028,
        0x2029,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    )
}
"""Characters that could forge a line, move a terminal's cursor or turn text around (CWE-117)."""


def text(value: str) -> str:
    """`value` without what looks like a credential."""
    if _MARKS.search(value) is None:
        return value
    for pattern, replacement in _PATTERNS:
        value = pattern.sub(replacement, value)
    return value


def visible(value: str) -> str:
    """`value` with control characters written out, so that one entry stays one line."""
    return value.translate(CONTROLS)


def clean(key: str, value: Any, depth: int = 0) -> Any:
    """The value to log under `key`: hidden if the key says secret; text and containers looked through."""
    if _KEYS.search(key):
        return HIDDEN
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth > 4:
        return "…"
    if isinstance(value, Mapping):
        return {str(name): clean(str(name), each, depth + 1) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [clean(key, each, depth + 1) for each in value]
    return visible(text(str(value)))
