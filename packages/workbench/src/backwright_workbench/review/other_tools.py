"""What the rules of other tools are called here: by their names, or by the weakness (CWE) that they give.

What lives here: these tables. What must not: reading reports (`merge.py`).
"""

BY_RULE = {
    "B102 B307 S102 S307": "code-injection",
    "B105 B106 B107 S105 S106 S107": "hardcoded-secret",
    "B110 B112 S110 S112 BLE001 E722": "broad-except",
    "B113 S113": "missing-timeout",
    "B201 S201": "debug-on",
    "B202 S202": "path-traversal",
    "B301 B302 B403 B506 B614 S301 S302 S506": "unsafe-deserialization",
    "B310 S310": "ssrf",
    "B308 B701 B702 B703 S308 S701 S702 S703 S704": "xss",
    "B311 S311": "insecure-random",
    "B313 B314 B315 B316 B317 B318 B319 B320 S313 S314 S315 S316 S317 S318 S319 S320": "xxe",
    "B323 B501 S323 S501": "tls-verify-off",
    "B602 B603 B604 B605 B606 B607 B609 S602 S603 S604 S605 S606 S607 S609": "command-injection",
    "B608 B610 B611 S608 S610 S611": "sql-injection",
    "ASYNC210 ASYNC212 ASYNC220 ASYNC221 ASYNC222 ASYNC230 ASYNC251": "blocking-in-async",
    "DJ007": "mass-assignment",
}
BY_CWE = {
    20: "missing-validation",
    22: "path-traversal",
    23: "path-traversal",
    36: "path-traversal",
    73: "path-traversal",
    77: "command-injection",
    78: "command-injection",
    79: "xss",
    80: "xss",
    89: "sql-injection",
    94: "code-injection",
    95: "code-injection",
    117: "log-injection",
    203: "user-enumeration",
    204: "user-enumeration",
    209: "error-exposure",
    215: "debug-on",
    259: "hardcoded-secret",
    295: "tls-verify-off",
    306: "missing-auth",
    307: "missing-rate-limit",
    321: "hardcoded-secret",
    330: "insecure-random",
    331: "insecure-random",
    338: "insecure-random",
    347: "jwt-misuse",
    352: "missing-csrf",
    384: "session-fixation",
    396: "broad-except",
    489: "debug-on",
    502: "unsafe-deserialization",
    532: "sensitive-logging",
    601: "open-redirect",
    611: "xxe",
    614: "insecure-cookie",
    639: "missing-authz",
    776: "xxe",
    798: "hardcoded-secret",
    862: "missing-authz",
    863: "missing-authz",
    915: "mass-assignment",
    916: "weak-password-hash",
    918: "ssrf",
    942: "cors-permissive",
    943: "nosql-injection",
    1004: "insecure-cookie",
    1021: "missing-security-headers",
    1088: "missing-timeout",
    1275: "insecure-cookie",
    1333: "redos",
}
NAMED = {name: rule for names, rule in BY_RULE.items() for name in names.split()}


def rule_for(name: str, cwe: tuple[int, ...]) -> str:
    """Our rule for one of another tool; empty where there is none."""
    known = NAMED.get(name)
    return known or next((BY_CWE[each] for each in cwe if each in BY_CWE), "")
