"""Search on PostgreSQL: a generated `tsvector` column with a GIN index.

What lives here: the column, its function and its queries. What must not: what a user's words mean (`search.py`).

Words are normalised before PostgreSQL sees them, the same way in the column (by an immutable SQL function) and
in a query (here): accents off, lower case, everything that is no letter or digit a blank. So no extension and
no dictionary is needed, and its parser has nothing left to be clever about. Other alphabets' capital letters
are folded as the database's locale says; give it a UTF-8 one (`C.UTF-8`).

Columns are told apart by the weights A to D, in the order of their names, so that a caller who may not read
all of them can search the rest. From the fourth column on they share D, and are then searched only by those
who may read all that share it. A lexeme that no word can be stands between columns, so that no phrase reaches
from one into the next.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Select, Table, bindparam, func, literal_column
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY, TSVECTOR
from sqlalchemy.types import Float, String

if TYPE_CHECKING:
    from backwright.search import Term, Wanted

DOCUMENT: Final = "search_document"
"""The generated column. Models do not declare it."""

NOTHING: Final = ""
"""A query that no row matches."""

_LABELS: Final = "ABCD"
_BREAK: Final = "/x/y"
"""What stands between columns: to the parser it is one word, and no query has a word with a slash."""
_MARKS: Final = r"[\u0300-\u036F]"
_BLANKS: Final = (
    r"[\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00A9\u00AB-\u00B4\u00B6-\u00B9\u00BB-\u00BF\u00D7\u00F7"
    r"\u2000-\u206F\u2E00-\u2E7F\u3000-\u303F\uFE00-\uFE0F\uFF00-\uFF0F]+"
)
_UPPER: Final = (
    "".join(map(chr, [*range(0x0391, 0x03A2), *range(0x03A3, 0x03AA), *range(0x0400, 0x0430)])) + "\u03c2"
)
_LOWER: Final = _UPPER[:-1].lower().replace("\u03c2", "\u03c3") + "\u03c3"
_FOLD: Final = str.maketrans(_UPPER, _LOWER)

FUNCTION: Final = f"""
CREATE OR REPLACE FUNCTION backwright_words(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT regexp_replace(translate(lower(
    CASE WHEN octet_length(value) = length(value) THEN value
    ELSE regexp_replace(normalize(value, NFD), '{_MARKS}', '', 'g') END
), '{_UPPER}', '{_LOWER}'), '{_BLANKS}', ' ', 'g') $$
"""


def creation(name: str, columns: Sequence[str]) -> list[str]:
    """The statements that make a table searchable; its rows that are there already are indexed with it."""
    parts = [
        f"setweight(to_tsvector('simple', coalesce(backwright_words(\"{column}\"), '')), '{label}')"
        for column, label in zip(sorted(columns), _labels(len(columns)), strict=True)
    ]
    document = f" || to_tsvector('simple', '{_BREAK}') || ".join(parts)
    return [
        FUNCTION,
        f'ALTER TABLE "{name}" ADD COLUMN {DOCUMENT} tsvector GENERATED ALWAYS AS ({document}) STORED',
        f'CREATE INDEX "ix_{name}_search" ON "{name}" USING gin ({DOCUMENT})',
    ]


def removal(name: str) -> list[str]:
    """The statements that undo it. The function stays: other tables use it."""
    return [f'ALTER TABLE "{name}" DROP COLUMN {DOCUMENT}']


def query(wanted: "Wanted", columns: Sequence[str], among: Sequence[str]) -> str:
    """The text for `to_tsquery`. It holds quoted words of letters and digits, and the operators, nothing else."""
    labels = _visible(columns, among) if columns else ""
    if not wanted.groups or labels is None:
        return NOTHING
    groups = [_terms(group, labels) for group in wanted.groups]
    if not all(groups):
        return NOTHING
    found = " & ".join(f"({' | '.join(group)})" for group in groups)
    unwanted = _terms(wanted.unwanted, labels)
    return f"({found}) & !({' | '.join(unwanted)})" if unwanted else found


def _terms(terms: "Sequence[Term]", labels: str) -> list[str]:
    """Those that have a word left when they are normalised."""
    return [found for term in terms if (found := _term(term, labels))]


def _term(term: "Term", labels: str) -> str:
    words = normalised(term.text).split()
    if not words:
        return ""
    marks = [labels] * (len(words) - 1) + [labels if term.is_phrase else f"*{labels}"]
    parts = [f"'{word}'" + (f":{mark}" if mark else "") for word, mark in zip(words, marks, strict=True)]
    return f"({' <-> '.join(parts)})" if len(parts) > 1 else "".join(parts)


def normalised(text: str) -> str:
    """Words as the function in the database makes them."""
    bare = re.sub(_MARKS, "", unicodedata.normalize("NFD", text))
    lower = "".join(low if len(low := each.lower()) == 1 else each for each in bare)
    return re.sub(_BLANKS, " ", lower.translate(_FOLD))


def _labels(count: int) -> str:
    return _LABELS[:count].ljust(count, _LABELS[-1])


def _visible(columns: Sequence[str], among: Sequence[str]) -> str | None:
    """The labels that only visible columns have; `None`: there are none."""
    labelled = list(zip(sorted(among), _labels(len(among)), strict=True))
    hidden = {label for column, label in labelled if column not in columns}
    found = "".join(dict.fromkeys(label for _, label in labelled if label not in hidden))
    return found or None


def narrowed(statement: Select[Any], table: Table, name: str) -> Select[Any]:
    """The statement for the rows that match the parameter `q`."""
    return statement.where(_document(table).op("@@")(_asked()))


def score(table: Table) -> ColumnElement[float]:
    """PostgreSQL's rank, every column weighing the same."""
    rank = func.ts_rank(literal_column("'{1,1,1,1}'::float4[]"), _document(table), _asked(), type_=Float())
    return -rank


def _document(table: Table) -> ColumnElement[Any]:
    return literal_column(f'"{table.name}".{DOCUMENT}', TSVECTOR())


def _asked() -> ColumnElement[Any]:
    simple: ColumnElement[Any] = literal_column("'simple'", REGCONFIG())
    return func.to_tsquery(simple, bindparam("q", type_=String()), type_=TSQUERY())
