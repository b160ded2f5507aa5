"""Search on MariaDB: a table beside the searched one, with a FULLTEXT index over marked words.

What lives here: the table, its triggers and its queries. What must not: what a user's words mean (`search.py`).

Each word is stored with a mark of letters before it that says from which column it is: `axared axalamp axbdesk`.
So a caller who may not read all columns searches the rest, no phrase reaches from one column into the next, and
no word is shorter than the three letters, or on the list of stop words, below which InnoDB indexes nothing.
Operators of the boolean mode never come from a user: a query is made of marked letters and digits. Case and
accents fall away by the collation. Words of more than 80 letters are not found: InnoDB does not index them.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import ColumnElement, Select, Table, bindparam, column, literal_column, table, type_coerce
from sqlalchemy.dialects.mysql import match
from sqlalchemy.types import Float, String

from backwright.columns import Id

if TYPE_CHECKING:
    from backwright.search import Term, Wanted

NOTHING: Final = "+nothing"
"""A query that no row matches: every word of the index begins with a mark."""

_ID: Final = "CHAR(36) CHARACTER SET ascii COLLATE ascii_bin"
_FOLDED: Final = "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci"
_LETTERS: Final = "abcdefghijklmnopqrstuvw"
_UNNAMED: Final = 8
"""Columns that are looked into by a query that does not say which there are."""


def creation(name: str, columns: Sequence[str]) -> list[str]:
    """The statements that create the search objects of a table and fill them."""
    new = _document(columns, "NEW.")
    same = " AND ".join(f"OLD.`{each}` <=> NEW.`{each}`" for each in columns)
    add = f"INSERT IGNORE INTO `{name}_search` (id, words) "
    change = f"UPDATE `{name}_search` SET words = {new} WHERE id = NEW.id"  # noqa: S608 - names of columns
    return [
        f"CREATE TABLE `{name}_search` (id {_ID} NOT NULL PRIMARY KEY, words {_FOLDED} NOT NULL, "
        f"FULLTEXT KEY `ix_{name}_search` (words), CONSTRAINT `fk_{name}_search` FOREIGN KEY (id) "
        f"REFERENCES `{name}` (id) ON DELETE CASCADE) ENGINE=InnoDB CHARACTER SET utf8mb4",
        f"CREATE TRIGGER `{name}_search_insert` AFTER INSERT ON `{name}` FOR EACH ROW {add} VALUES (NEW.id, {new})",  # noqa: S608
        f"CREATE TRIGGER `{name}_search_update` AFTER UPDATE ON `{name}` FOR EACH ROW "
        f"IF NOT ({same}) THEN {change}; END IF",
        f"{add} SELECT id, {_document(columns, '')} FROM `{name}`",  # noqa: S608
        "COMMIT",  # what is not committed is not found; whatever alters a table commits here anyway
    ]


def removal(name: str) -> list[str]:
    """The statements that remove what `creation` made."""
    return [
        f"DROP TRIGGER IF EXISTS `{name}_search_insert`",
        f"DROP TRIGGER IF EXISTS `{name}_search_update`",
        f"DROP TABLE IF EXISTS `{name}_search`",
    ]


def _document(columns: Sequence[str], row: str) -> str:
    """The marked words of a row. Accents that are characters of their own go first: they would part a word."""
    parts = []
    for each, mark in _marks(columns).items():
        bare = f"regexp_replace(coalesce({row}`{each}`, ''), '\\\\p{{Mn}}+', '')"
        parts.append(f"'{mark}', regexp_replace({bare}, '[^\\\\p{{L}}\\\\p{{N}}]+', ' {mark}')")
    return "concat(" + ", ' ', ".join(parts) + ")"


def _marks(columns: Iterable[str]) -> dict[str, str]:
    """The mark of each column. The order of names decides, so that declaration and migration agree."""
    return {
        each: _LETTERS[at // len(_LETTERS)] + "x" + _LETTERS[at % len(_LETTERS)]
        for at, each in enumerate(sorted(columns))
    }


def query(wanted: "Wanted", columns: Sequence[str], among: Sequence[str]) -> str:
    """The text for `MATCH … AGAINST`: marked words of letters and digits, and the operators, nothing else."""
    marked = _marks(among or _LETTERS[:_UNNAMED])
    marks = [mark for name, mark in marked.items() if not columns or name in columns]
    groups = [_any(group, marks) for group in wanted.groups]
    if not groups or not all(groups):
        return NOTHING
    unwanted = _any(wanted.unwanted, marks)
    return " ".join([*(f"+({group})" for group in groups), *([f"-({unwanted})"] if unwanted else [])])


def _any(terms: "Sequence[Term]", marks: Sequence[str]) -> str:
    """What one of these terms matches, in one of these columns."""
    return " ".join(found for term in terms for mark in marks if (found := _term(term, mark)))


def _term(term: "Term", mark: str) -> str:
    words = [mark + word for word in normalised(term.text).split()]
    if not words:
        return ""
    if term.is_phrase:
        return f'"{" ".join(words)}"' if len(words) > 1 else words[0]
    if len(words) == 1:
        return f"{words[0]}*"
    return f"(+{' +'.join(words)}*)"  # a phrase cannot end in a beginning


def normalised(text: str) -> str:
    """Words as the triggers make them."""
    bare = "".join(each for each in unicodedata.normalize("NFC", text) if unicodedata.category(each) != "Mn")
    return re.sub(r"[\W_]+", " ", "".join(each if each.isalnum() else " " for each in bare))


def narrowed(statement: Select[Any], searched: Table, name: str) -> Select[Any]:
    """The statement joined to the rows that match the parameter `q`."""
    found = table(f"{name}_search", column("id", Id()), column("words", String()))
    return statement.join(found, found.c.id == searched.c.id).where(
        cast(ColumnElement[bool], _match(searched))
    )


def score(searched: Table) -> ColumnElement[float]:
    """InnoDB's relevance."""
    return -_match(searched)


def _match(searched: Table) -> ColumnElement[float]:
    words = literal_column(f"`{searched.name}_search`.words", String())
    relevance: ColumnElement[float] = type_coerce(
        match(words, against=bindparam("q", type_=String())).in_boolean_mode(), Float()
    )
    return relevance
