"""What a text of SQL asks: tables, compared columns, order, limits.

What lives here: SQL → plain names. What must not: models, code.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from backwright_workbench.codebase.frameworks.sql_parsing import statements

LOOKS = re.compile(
    r"^\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*|\(\s*)*(?:select\b(?!\s+an?\s)|insert\s+(?:ignore\s+|or\s+\w+\s+)?into\b|update\s+\S+\s+(?:\w+\s+)?set\b"
    r"|delete\s+from\b|replace\s+into\b|with\s+(?:recursive\s+)?\S+\s*(?:\([^)]*\)\s*)?as\b|merge\s+into\b"
    r"|(?:create|drop|alter|truncate)\s+(?:or\s+replace\s+|unique\s+|temp(?:orary)?\s+)*(?:table|index|view|database|schema|"
    r"extension|type|function|user|role|trigger|sequence)\b|truncate\b|pragma\b|vacuum\b|explain\b|analyze\b|set\s+\w|show\s+\w|call\s+\w"
    r"|exec(?:ute)?\s+\w|grant\s|begin\b|commit\b|rollback\b|copy\s|lock\s|listen\s|notify\s|use\s+\w)",
    re.I | re.S,
)
STRONG = re.compile(
    r"^\s*(?:select\b.+?\bfrom\b|insert\s+(?:ignore\s+|or\s+\w+\s+)?into\s+\S+|update\s+\S+\s+set\s|delete\s+from\s+\S+|"
    r"with\s+\w+\s+as\s*\(|(?:create|drop|alter)\s+table\s)",
    re.I | re.S,
)
VALUES = re.compile(
    r"%\(\w+\)s|%s|(?<![:\w]):[a-zA-Z_]\w*|\$\d+|(?<![\w'])\?(?!\w)|'\{\}'|\"\{\}\"|'%s'|'?%?\{\}%?'?|@\w+"
)
IN_LIST = re.compile(
    r"\bin\s+(?=(?:%s|:\w+|\$\d+|\?|\{\}|%\(\w+\)s))(?:%s|:\w+|\$\d+|\?|\{\}|%\(\w+\)s)", re.I
)
DDL = ("create", "drop", "alter", "truncate", "grant", "comment")
KINDS = {"with": "select", "replace": "insert", "merge": "update"}
TABLE = re.compile(
    r"\b(?:from|into|update|join|table(?:\s+if\s+(?:not\s+)?exists)?)\s+[\"`\[]?([\w.]+)", re.I
)
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """`filters` and `orders` are (table, column); the table is empty where nothing tells it."""

    kind: str
    tables: tuple[str, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    equal: tuple[tuple[str, str], ...] = ()
    """Those that are compared by `=` with a value, all of which must hold."""
    orders: tuple[tuple[str, str], ...] = ()
    limited: bool = False


def looks_like_sql(text: str, strongly: bool = False) -> bool:
    """Whether a text is likely to be SQL; `strongly` where nothing else says so."""
    return bool((STRONG if strongly else LOOKS).match(text))


@lru_cache(maxsize=4096)
def asked(text: str) -> Asked:
    """What the first statement of a text asks."""
    first = re.sub(r"^\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*|\(\s*)*", "", text, flags=re.S).split(None, 1)
    word = first[0].lower().rstrip(";") if first else ""
    if word in DDL:
        return Asked("ddl", tuple(_named(text)))
    if (
        word not in ("select", "insert", "update", "delete", "with", "replace", "merge")
        or len(text) > LONGEST
    ):
        return Asked("commit" if word == "commit" else "other")
    return _parsed(text) or Asked(
        {"with": "select", "replace": "insert", "merge": "update"}.get(word, word), tuple(_named(text))
    )


def _named(text: str) -> Iterator[str]:
    """Tables as far as a glance tells."""
    for found in re.finditer(
        r"\b(?:from|into|update|join|table(?:\s+if\s+(?:not\s+)?exists)?)\s+[\"`\[]?([\w.]+)", text, re.I
    ):
        if found.group(1).lower() not in ("select", "set", "only"):
            yield found.group(1).rpartition(".")[2].lower()


def _parsed(text: str) -> Asked | None:
    from sqlglot import exp

    plain = VALUES.sub("1", IN_LIST.sub("in (1)", text)).replace("%%", "%").replace("{}", "1")
    found = statements(plain, "mysql" if "`" in plain else None)
    if not found:
        return None
    tree = found[0]
    kinds = (
        (exp.Insert, "insert"),
        (exp.Update, "update"),
        (exp.Delete, "delete"),
        (exp.Merge, "update"),
        (exp.Query, "select"),
    )
    kind = next((word for of, word in kinds if isinstance(tree, of)), "")
    return _told(tree, kind) if kind else None


def _told(tree: Any, kind: str) -> Asked:
    from sqlglot import exp

    common = {each.alias_or_name.lower() for each in tree.find_all(exp.CTE)}
    aliases: dict[str, str] = {}
    for table in tree.find_all(exp.Table):
        if table.name and table.name.lower() not in common:
            aliases[table.alias_or_name.lower()] = table.name.lower()
    tables = tuple(dict.fromkeys(aliases.values()))

    def known(column: Any) -> tuple[str, str]:
        owner = (
            aliases.get(column.table.lower(), "") if column.table else tables[0] if len(tables) == 1 else ""
        )
        return owner, column.name

    def columns(*kinds: Any) -> tuple[tuple[str, str], ...]:
        return tuple(
            dict.fromkeys(known(c) for part in tree.find_all(*kinds) for c in part.find_all(exp.Column))
        )

    joined = [join.args["on"] for join in tree.find_all(exp.Join) if join.args.get("on") is not None]
    filters = columns(exp.Where, exp.Having) + tuple(
        known(c) for on in joined for c in on.find_all(exp.Column)
    )
    equal = tuple(known(each.this) for each in _conditions(tree) if _is_by_value(each))
    selected = tree.expressions if isinstance(tree, exp.Select) else []
    counted = [each for each in selected if each.find(exp.AggFunc)]
    aggregate = bool(selected) and len(counted) == len(selected) and not tree.args.get("group")
    if aggregate and any(each.find(exp.Count) for each in counted):
        kind = "count"
    limited = (
        aggregate
        or bool(tree.args.get("limit"))
        or (isinstance(tree, exp.Select) and not tree.args.get("from_") and not tables)
    )
    return Asked(kind, tables, tuple(dict.fromkeys(filters)), equal, columns(exp.Order), limited)


def _is_by_value(node: Any) -> bool:
    from sqlglot import exp

    return (
        isinstance(node, exp.EQ)
        and isinstance(node.this, exp.Column)
        and not isinstance(node.expression, exp.Column)
    )


def _conditions(tree: Any) -> Iterator[Any]:
    """The conditions of the outermost `where` that must all hold."""
    from sqlglot import exp

    where = tree.args.get("where")
    waiting = [where.this] if where is not None else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, exp.And | exp.Paren):
            waiting += [
                each for each in (node.args.get("this"), node.args.get("expression")) if each is not None
            ]
        else:
            yield node
