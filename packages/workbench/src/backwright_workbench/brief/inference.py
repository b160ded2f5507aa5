"""Fields by their names, and entities that the catalogue does not know.

What lives here: the two functions that guess. What must not: the table they guess by (`field_names.py`).
"""

import re
from collections.abc import Iterable
from functools import cache

from backwright_workbench.blueprint.model import FieldModel
from backwright_workbench.blueprint.naming import title
from backwright_workbench.brief.entry import Entry
from backwright_workbench.brief.field_names import STRING, TABLE


def infer_field(name: str) -> FieldModel:
    """The field that a name in snake_case suggests: `unit_price` is money, `due_at` a moment.

    A name that suggests nothing is an optional string of up to 200 characters: it takes what people write,
    and narrowing it later loses no data that was right.
    """
    for pattern, field in _patterns():
        if pattern.fullmatch(name):
            return field
    return STRING


def generic_entity(name: str, field_names: Iterable[str] = ()) -> Entry:
    """An entry for a noun that the catalogue does not know, with inferred fields.

    Without field names it has a `name` and a `description`. It has no access: nobody
    but the brief knows whom such rows concern.
    """
    names = tuple(dict.fromkeys(field_names)) or ("name", "description")
    fields = {field: infer_field(field) for field in names}
    noun = title(name).lower()
    return Entry(
        name=name,
        domain="general",
        description=f"{'An' if noun[0] in 'aeiou' else 'A'} {noun}.",
        fields=fields,
        filters=tuple(n for n, f in fields.items() if f.type in ("enum", "boolean", "date") or n in _GROUPS),
        sorts=(*(n for n, f in fields.items() if n in ("name", "title") or f.type in _SORTED), "created_at"),
        search=tuple(n for n, f in fields.items() if f.type in ("string", "text", "email") and _is_prose(n)),
    )


_GROUPS = ("type", "kind", "category", "genre", "department", "city", "country", "brand")
_SORTED = ("date", "datetime", "money", "integer")
_PROSE = re.compile(
    r"(.*_)?(name|title|description|subject|notes|body|content|email|summary|sku|code|number|author|headline)"
)


def _is_prose(name: str) -> bool:
    return bool(_PROSE.fullmatch(name))


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], FieldModel], ...]:
    """The table with each line's patterns as one expression."""
    return tuple(
        (re.compile("|".join(re.escape(p).replace(r"\*", "[a-z0-9_]+") for p in patterns.split())), field)
        for patterns, field in TABLE
    )
