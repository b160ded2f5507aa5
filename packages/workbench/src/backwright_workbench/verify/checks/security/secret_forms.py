"""What a secret looks like in a text: forms that say themselves what they are, and values with a telling name.

What lives here: pure functions on texts. What must not: files, history, or whether a find is a fault. What was found
is shown by its first characters and its length only.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from backwright import api_key_form

SHOWN = 4
"""Characters of a secret that may be shown: enough to recognise it, too few to use it."""


@dataclass(frozen=True, slots=True)
class Found:
    """One secret in a text. `is_certain`: its form alone says what it is; otherwise its name and its randomness do."""

    kind: str
    value: str
    line: int
    is_certain: bool

    @property
    def shown(self) -> str:
        """What may be written down of it."""
        if self.kind == "private key":
            return "a private key"
        return f"{self.value[:SHOWN]}…, {len(self.value)} characters"


FORMS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (kind, tuple(marks.split()), re.compile(pattern))
    for kind, marks, pattern in (
        ("AWS access key", "AKIA ASIA", r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])"),
        ("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", r"(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{36,251}"),
        ("GitHub token", "github_pat_", r"(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{60,}"),
        ("GitLab token", "glpat- gldt- glrt- glptt-", r"\bgl(?:pat|dt|rt|ptt)-[A-Za-z0-9_-]{20,}"),
        ("Slack token", "xox", r"\bxox[abeoprs]-(?:[A-Za-z0-9]+-){1,4}[A-Za-z0-9]{10,}"),
        ("Slack webhook", "hooks.slack.com", r"hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{20,}"),
        ("Stripe key", "k_live_", r"(?<![A-Za-z0-9])[rs]k_live_[A-Za-z0-9]{16,}"),
        ("webhook secret", "whsec_", r"\bwhsec_[A-Za-z0-9+/=]{24,}"),
        ("Google API key", "AIza", r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
        ("Google client secret", "GOCSPX-", r"\bGOCSPX-[A-Za-z0-9_-]{24,}"),
        ("Anthropic key", "sk-ant-", r"\bsk-ant-[A-Za-z0-9_-]{32,}"),
        ("OpenAI key", "sk-proj- sk-svcacct- sk-admin-", r"\bsk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{32,}"),
        ("npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
        ("PyPI token", "pypi-AgEI", r"\bpypi-AgEI[A-Za-z0-9_-]{50,}"),
        ("SendGrid key", "SG.", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
        ("Docker token", "dckr_pat_", r"\bdckr_pat_[A-Za-z0-9_-]{27,}"),
        ("DigitalOcean token", "_v1_", r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
        ("Shopify token", "shp", r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b"),
        ("Vault token", "hvs. hvb.", r"\bhv[sb]\.[A-Za-z0-9_-]{24,}"),
        ("Telegram bot token", ":AA", r"\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b"),
        ("Azure storage key", "AccountKey=", r"\bAccountKey=[A-Za-z0-9+/]{80,}={0,2}"),
        ("age key", "AGE-SECRET-KEY-1", r"\bAGE-SECRET-KEY-1[A-Z0-9]{58}"),
    )
)  # fmt: skip
"""What it is; texts of which one must be there, because a look for them is cheap; the form."""

PUT_TOGETHER = re.compile(r"""["'][ \t]*\+?[ \t]*["']""")
"""Between two texts in a line that make one: `"sk_live_" "51H…"` is a key all the same."""

PRIVATE = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
    r"(?:[\s\"',+|>]|\\[nr]|Proc-Type[^\n]*|DEK-Info[^\n]*|Version:[^\n]*|Comment:[^\n]*)*"
    r"([A-Za-z0-9+/=]{24,})"
)
JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}")
OURS = re.compile(rf"(?<![A-Za-z0-9]){api_key_form.PATTERN}(?![A-Za-z0-9])")
IN_URL = re.compile(r"://[^\s:/@'\"<>]{0,100}:([^\s/@'\"<>]{3,200})@([^\s/:'\"?#,)\]}>]+)")
KEYWORD = re.compile("passw|passphrase|secret|token|credential|key|pepper", re.IGNORECASE)

NAMED = re.compile(
    r"""(?<![A-Za-z0-9])(?P<name>[A-Za-z0-9_.-]{0,60}(?:password|passwd|passphrase|secret|token|credential|
    (?:api|access|private|auth|account|encryption|signing|master|secret|shared)[_-]?key|pepper)[A-Za-z0-9_-]{0,20})
    ["'\]]{0,3}\s*(?::\s*(?:SecretStr|str|bytes|Final|Final\[str\])(?:\s*\|\s*None)?\s*=|[:=]>?|,)\s*
    (?:[A-Za-z_.]{0,30}\(\s*)?(?:[rbuf]{0,2}(?P<quote>["'])(?P<quoted>[^"'\n]{8,500})(?P=quote)|(?P<bare>[^\s"'`#,;(){}\[\]]{8,500}))""",
    re.IGNORECASE | re.VERBOSE,
)
HARMLESS_NAMES = re.compile(
    r"(?:url|uri|path|file|name|header|type|field|prefix|suffix|minutes|seconds|hours|days|endpoint|scheme|policy|"
    r"length|size|limit|bytes|ttl|audience|hint|label|title|ref|digest|sha256|checksum|"
    r"hash|version|param|error|message)s?$|public[_-]?key|^csrf",
    re.IGNORECASE,
)
PLACEHOLDERS = re.compile(
    r"example|change[-_ ]?(?:me|this|it)|place[-_ ]?holder|dummy|sample|^your|your[-_]|x{4,}|\*{3,}|to[-_]?do\b|"
    r"redacted|hidden|\bfake|not[-_]?(?:a[-_]?)?(?:real|secret|production)|insecure|replace|<[^>]+>|"
    r"\$\{|\$\(|\{\{|%\(|%s|\{[a-z_.]*\}|^[$@%]|\.\.\.|…|0123456789|abcdefgh|12345678|correct[-_ ]horse|deadbeef|"
    r"password|^(?:vault|aws-sm|file|env|ssm|gcp-sm):",
    re.IGNORECASE,
)
PATTERNS = re.compile(r"\[[^\]]*-[^\]]*\]|\\[a-zA-Z]|\(\?|JBSWY3DPEHPK3PXP")
"""A regular expression is none, and neither is the seed that every text about one-time passwords shows."""

COMMON = re.compile(
    "postgres|mysql|mariadb|redis|root|admin|secret|test|user|guest|minio|minioadmin|rabbitmq|local|localdev|app|"
    "development|devpass|pass|pwd|pw|token|changeit|none",
    re.IGNORECASE,
)
HERE = ("localhost", "127.", "0.0.0.0", "[::1]", "::1", "host.docker.internal")  # noqa: S104 names to compare with
LONGEST = 3_000
"""Characters of a line that are looked at; longer ones were written by a program."""

ASSIGNING = (
    ".env",
    ".ini",
    ".cfg",
    ".conf",
    ".toml",
    ".yaml",
    ".yml",
    ".properties",
    ".sh",
    ".tf",
    ".tfvars",
)
"""Endings of files in which a value needs no quotes."""


def secrets_in(text: str, path: str = "") -> Iterator[Found]:
    """Every secret in a text, each value once."""
    seen: set[str] = set()
    for found in _all(text, path):
        if found.value not in seen:
            seen.add(found.value)
            yield found


def _all(text: str, path: str) -> Iterator[Found]:
    if "PRIVATE KEY" in text:
        for match in PRIVATE.finditer(text):
            if entropy(match[1]) > 3:
                yield Found("private key", match[1], _line(match), True)
    whole = PUT_TOGETHER.sub("", text) if path.endswith((".py", ".js", ".ts")) else text
    for kind, marks, form in FORMS:
        if any(mark in whole for mark in marks):
            for match in form.finditer(whole):
                if not _is_made_up(match[0]):
                    yield Found(kind, match[0], _line(match), True)
    if "eyJ" in text:
        for match in JWT.finditer(text):
            if entropy(match[0].rpartition(".")[2]) > 3:
                yield Found("signed token (JWT)", match[0], _line(match), False)
    if api_key_form.holds_key(text.encode("utf-8", "replace")):
        for match in OURS.finditer(text):
            if api_key_form.read(match[0]) is not None:
                yield Found("API key of a service", match[0], _line(match), True)
    if "://" in text:
        for match in IN_URL.finditer(text):
            if _is_password(match[1], match[0]) and not match[2].startswith(HERE):
                yield Found("password in an address", match[1], _line(match), False)
    yield from _named(text, path)


def _line(match: re.Match[str]) -> int:
    return match.string.count("\n", 0, match.start()) + 1


def _named(text: str, path: str) -> Iterator[Found]:
    """Random values that are assigned to a name which says that they are secret."""
    bare_counts = path.rpartition("/")[2].startswith((".env", "Dockerfile")) or path.endswith(ASSIGNING)
    for number, lines in _telling(text):
        for match in NAMED.finditer(lines):
            if "\n" in lines[: match.start("name")]:
                continue  # the next line has its own turn
            value = match["quoted"] or (match["bare"] if bare_counts else None)
            if value and not HARMLESS_NAMES.search(match["name"]) and is_random(value):
                yield Found(f"value of {match['name'].strip('._-')}", value, number, is_certain=False)


def _telling(text: str) -> Iterator[tuple[int, str]]:
    """Each line that has a telling word in it, with the line after it; a look for the word alone is cheap."""
    end, number, counted = -1, 1, 0
    for match in KEYWORD.finditer(text):
        if match.start() < end:
            continue
        start = text.rfind("\n", 0, match.start()) + 1
        end = (text.find("\n", start) + 1 or len(text) + 1) - 1
        below = text.find("\n", end + 1)
        number += text.count("\n", counted, start)
        counted = start
        yield number, text[start : min(len(text) if below < 0 else below, start + LONGEST)]


def is_random(value: str) -> bool:
    """Whether a value was made to be secret: no word, name, address or placeholder, and hard to guess."""
    if (
        PLACEHOLDERS.search(value)
        or PATTERNS.search(value)
        or COMMON.fullmatch(value)
        or " " in value.strip()
    ):
        return False
    if re.fullmatch(r"[a-z]+([_.:/-][a-z]+)*|[A-Z]+(_[A-Z]+)*|[A-Za-z]+", value) or "://" in value:
        return False
    if value.startswith(("/", "./", "../", "~/", "sha256:", "sha512:")) or re.fullmatch(
        r"[\w.]+\([^)]*\)", value
    ):
        return False
    if re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z_][A-Za-z_0-9]*)+", value) and len(value) < 40:
        return False  # a dotted name
    kinds = sum(bool(re.search(each, value)) for each in ("[a-z]", "[A-Z]", "[0-9]", r"[^A-Za-z0-9]"))
    if re.fullmatch(r"[0-9a-fA-F-]+", value):
        return len(value) >= 24 and entropy(value) >= 3
    if re.search(r"[^A-Za-z0-9+/=_~.-]", value):
        return len(value) >= 10 and kinds >= 4
    return (
        len(value) >= 16 and kinds >= 2 and entropy(value) >= 3.5 and bool(re.search("[0-9]", value))
    ) or (len(value) >= 12 and kinds >= 4)


def entropy(value: str) -> float:
    """Bits for each character, as its own characters are distributed."""
    if not value:
        return 0.0
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


def _is_made_up(value: str) -> bool:
    """Whether a value in the form of a key is there to show the form."""
    return (
        bool(re.search(r"example|x{6,}|0{8,}|1234567890|your|fake|dummy|\.\.\.", value, re.I))
        or entropy(value) < 2.8
    )


def _is_password(value: str, address: str) -> bool:
    user = address.partition("://")[2].partition(":")[0]
    return (
        not COMMON.fullmatch(value)
        and value.lower() not in (user.lower(), user.lower().replace("_", "-"))
        and not PLACEHOLDERS.search(value)
        and not re.search(r"[{}$%*]|^[A-Z_]+$|^\.+$|^pass|^secret|^pw", value)
    )
