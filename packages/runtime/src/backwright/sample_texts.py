"""Plausible texts for a column: what its name, its format and its entity suggest, within its length.

What lives here: the choice of words. What must not: the words (`sample_words.py`), values that are no texts.
"""

import re
import string
from collections.abc import Mapping
from random import Random
from typing import Any, Final

from sqlalchemy import Column

from backwright import sample_words as words
from backwright.columns import rules_of

Row = Mapping[str, Any]

_DIGITS: Final = string.digits + string.ascii_lowercase
"""What numbers are written with where a text has no room for more."""


def text(column: Column[Any], entity: str, row: Row, number: int, random: Random) -> str:
    """A text that fits the column's name, format and length."""
    name, format_ = column.key, rules_of(column.info).format
    length = getattr(column.type, "length", None) or 200
    if format_ == "email":
        return email(row, number, random)[-length:]
    if format_ == "phone":
        return phone(number)
    if format_ == "url":
        return f"https://www.example.com/{_words_of(entity)[-1]}/{number + 1}"
    return fitted(_phrase(name, entity, row, number, random), length)


def _phrase(name: str, entity: str, row: Row, number: int, random: Random) -> str:
    tokens, of_entity = set(name.split("_")), set(_words_of(entity))
    last = name.split("_")[-1]
    if tokens & {"first", "given", "forename"}:
        return random.choice(words.FIRST_NAMES)
    if tokens & {"last", "family", "surname"}:
        return random.choice(words.LAST_NAMES)
    if tokens & {"street", "address"}:
        return f"{random.randrange(1, 120)} {random.choice(words.STREETS)}, {random.choice(words.CITIES)}"
    if tokens & {"zip", "postcode", "postal"}:
        return f"{random.randrange(10_000, 99_999)}"
    if tokens & words.PROSE:
        return " ".join(random.sample(words.SENTENCES, random.randint(1, 2)))
    if tokens & words.CODES:
        return f"{''.join(each[0] for each in _words_of(entity)).upper()}-{1001 + number}"
    if tokens & {
        "company",
        "supplier",
        "vendor",
        "employer",
        "organisation",
        "organization",
        "publisher",
        "customer",
    }:
        return random.choice(words.COMPANIES)
    if last in words.CHOICES and last not in {"name", "title"}:
        return random.choice(words.CHOICES[last])
    if tokens & {"author", "contact", "person", "assignee", "owner", "doctor", "teacher", "recipient"}:
        return person(random)
    if tokens & {"name", "title", "subject", "label", "headline", "topic"}:
        return _called(entity, of_entity, number, random)
    return f"{name.replace('_', ' ').capitalize()} {number + 1}"


def _called(entity: str, of_entity: set[str], number: int, random: Random) -> str:
    """What a row of this entity is called."""
    if of_entity & words.FIRMS:
        return random.choice(words.COMPANIES)
    if of_entity & words.PEOPLE:
        return person(random)
    for thing, named in words.THINGS.items():
        if of_entity & set(named):
            return words.TITLES[thing][number * 7 % len(words.TITLES[thing])]  # all before any comes again
    return f"{' '.join(_words_of(entity)).capitalize()} {random.choice(words.TITLES['group']).lower()}"


def person(random: Random) -> str:
    """A full name."""
    return f"{random.choice(words.FIRST_NAMES)} {random.choice(words.LAST_NAMES)}"


def email(row: Row, number: int, random: Random) -> str:
    """An address that belongs to the person in the row, if there is one; its number keeps it unique."""
    name = row.get("name") or row.get("full_name")
    if not isinstance(name, str):
        name = f"{row.get('first_name') or 'info'} {row.get('last_name') or ''}"
    local = re.sub(r"[^a-z]+", ".", name.lower()).strip(".")[:40] or "info"
    return f"{local}.{number + 1}@example.com"


def phone(number: int) -> str:
    """A telephone number in London."""
    return f"+44 20 {79_460_000 + number}"


def marked(column: Column[Any], found: str, number: int) -> str:
    """The text with a number in it, within the column's format and length."""
    format_, length = rules_of(column.info).format, getattr(column.type, "length", None) or 200
    if format_ == "email":
        return re.sub(r"(\.\d+)?@", f".{number + 1}@", found, count=1)[-length:]
    if format_ == "phone":
        return phone(number)
    if format_ == "url":
        return f"{found.rpartition('/')[0]}/{number + 1}"
    mark = f" {number + 1}"
    if len(mark) < length:
        return (fitted(found, length - len(mark)) + mark).strip()
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


def fitted(found: str, length: int) -> str:
    """The text cut to a length, without a space at its end."""
    return found if len(found) <= length else found[:length].rstrip() or found[:length]


def _words_of(entity: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", re.sub(r"(?<!^)(?=[A-Z])", "_", entity).lower()) or ["row"]
