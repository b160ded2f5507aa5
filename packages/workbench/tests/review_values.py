"""A review put together by hand, with something of everything, for the tests of how it looks."""

from dataclasses import replace

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.review.engine import in_order
from backwright_workbench.review.finding import Confidence, Finding, Seen, Severity, Step
from backwright_workbench.review.outcome import Review, Suppressed
from backwright_workbench.review.rule import About, Rule

SECRET = "s3cr3t-of-the-shop"
FILES = {
    "app/main.py": f'''import sqlite3

from flask import Flask, request

app = Flask(__name__)
app.config["SECRET_KEY"] = "{SECRET}"
URL = "postgresql://shop:{SECRET}@db/shop"


@app.get("/orders")
def orders():
    name = request.args["name"]
    return str(sqlite3.connect(URL).execute(f"SELECT * FROM orders WHERE name = '{{name}}'").fetchall())


@app.get("/users")
def users():
    return "<b>\\x1b[31m"
''',
    "evil/<script>alert(1)</script>.py": "x = 1\n",
}
PAGE = """# {name}

{title}.

## Why

It **matters**. It does so for several reasons.

## How to fix

In general so.

### Flask

With `flask.escape`.
"""


def rule(name: str, severity: Severity, family: str = "security", title: str = "Something is wrong") -> Rule:
    """A rule that finds nothing by itself."""
    about = About(title, severity, (89,), ("API8:2023",))
    return Rule(name, family, about, lambda app: (), PAGE.format(name=name, title=title))


RULES = (
    rule("sql-injection", Severity.CRITICAL, title="A query is put together from input"),
    rule("hardcoded-secret", Severity.HIGH, title="A secret stands in the code"),
    rule("missing-auth", Severity.HIGH, title="A route lets everybody in"),
    rule("db-in-handler", Severity.LOW, "architecture", "A handler talks to the database"),
)


def finding(rule: Rule, seen: Seen, fingerprint: str) -> Finding:
    """What that rule would find."""
    severity = seen.severity or rule.about.severity
    cwe, owasp = rule.about.cwe, rule.about.owasp
    return Finding(rule.name, rule.family, severity, seen.confidence, cwe, owasp, seen, fingerprint)


def place(line: int, column: int = 0, path: str = "app/main.py") -> Place:
    """A line of the application."""
    return Place(path, line, line, column)


def full_review() -> Review:
    """Findings of every severity, with steps, a cause of several places, secrets and names that attack a report."""
    sql, secret, auth, layers = RULES
    steps = (Step(place(12, 4), "`request.args` is read"), Step(place(13, 15), "it is part of the statement"))
    evil = "evil/<script>alert(1)</script>.py"
    found = [
        finding(
            sql, Seen(place(13, 15), "`name` is put into the statement", steps=steps, fix="bind it"), "a" * 32
        ),
        finding(secret, Seen(place(6), "`SECRET_KEY` stands here"), "b" * 32),
        finding(auth, Seen(place(11), "`GET /orders` asks nobody", cause="app"), "c" * 32),
        finding(auth, Seen(place(17), "`GET /users` asks nobody", cause="app"), "d" * 32),
        finding(layers, Seen(place(1, path=evil), "`<img src=x>` \x1b[31m|`", Confidence.LOW), "e" * 32),
    ]
    left = finding(layers, Seen(place(18), "known"), "f" * 32)
    aside = Suppressed(finding(layers, Seen(place(5), "fine"), "0" * 32), "inSource", "a reason | of ours")
    foreign = replace(
        finding(layers, Seen(place(7), "odd (bandit: B999)"), "1" * 32),
        rule="bandit/B999",
        tools=("bandit",),
        is_foreign=True,
    )
    return Review(
        "shop <b>",
        read_application(FILES),
        RULES,
        in_order([*found, foreign]),
        suppressed=[aside],
        known=[left],
        since="main at 1a2b3c4d",
        below=2,
        remarks=["app/main.py:3: this comment suppresses nothing: it gives no reason"],
        left_out=[("logo.png", "binary"), ("node_modules", "dependencies, caches and folders of tools")],
        odd=[("old.py", "read as latin-1")],
        lines=19,
        seconds=0.25,
        command="backwright review shop",
    )


def empty_review() -> Review:
    """Nothing was found, and everything was looked at."""
    return Review(
        "shop", read_application({"a.py": "x = 1\n"}), RULES, [], lines=1, command="backwright review"
    )
