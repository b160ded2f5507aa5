"""Values for the tests of a written service: some that a field takes, some that it must refuse.

What lives here: values as source text. What must not: the tests that use them.
"""

from decimal import Decimal

from backwright_workbench.blueprint import naming
from backwright_workbench.blueprint.model import FieldModel
from backwright_workbench.codegen.columns import DECIMAL_DIGITS, DECIMAL_PLACES, STRING_MAX, TEXT_MAX
from backwright_workbench.codegen.source import literal


def largest(field: FieldModel) -> int:
    """The largest whole number that fits the column."""
    if field.type == "integer":
        return 2**31 - 1
    return int(10 ** (DECIMAL_DIGITS - _places(field))) - 1


def _places(field: FieldModel) -> int:
    return DECIMAL_PLACES if field.places is None or field.type == "money" else field.places


def good(name: str, field: FieldModel, number: int = 1) -> str:
    """A JSON value that the field takes, as source text; another one for each `number` as far as the type has
    so many.
    """
    match field.type:
        case "string" | "text":
            return literal(_words(name, field, number))
        case "integer":
            return str(_whole(field, number))
        case "decimal" | "money":
            return literal(_exact(field, number))
        case "boolean":
            return str(number % 2 == 1)
        case "date":
            return literal(f"2026-03-{number:02}")
        case "datetime":
            return literal(f"2026-03-{number:02}T09:30:00Z")
        case "email":
            return literal(f"{name.replace('_', '.')}{number}@example.com")
        case "phone":
            return literal(f"+49 30 55512{number:02}")
        case "url":
            return literal(f"https://example.com/{number}")
        case "enum":
            return literal(field.values[(number - 1) % len(field.values)])
        case _:
            return f'{{"number": {number}}}'


def _words(name: str, field: FieldModel, number: int) -> str:
    size = field.max or (TEXT_MAX if field.type == "text" else STRING_MAX)
    words = f"{naming.title(name)} {number}"
    return words if len(words) <= size else f"{number}{'x' * size}"[:size]


def _whole(field: FieldModel, number: int) -> int:
    low = max(1, field.min) if field.min is not None else 1
    high = largest(field) if field.max is None else min(field.max, largest(field))
    start = low if low <= high else (high if field.min is None else field.min)
    return start + (number - 1) % (high - start + 1)


def _exact(field: FieldModel, number: int) -> str:
    return str(Decimal(_whole(field, number)).quantize(Decimal(1).scaleb(-_places(field))))


def bad(name: str, field: FieldModel) -> list[tuple[str, str]]:
    """(value as source text, what is wrong with it) for values that the field must refuse."""
    found = [] if field.optional else [("None", "nothing")]
    match field.type:
        case "string" | "text":
            size = field.max or (TEXT_MAX if field.type == "text" else STRING_MAX)
            found += [(f'"x" * {size + 1}', "too long"), ("7", "not a text")]
        case "integer" | "decimal" | "money":
            found += _bad_numbers(field)
        case "boolean":
            found.append(('"perhaps"', "neither true nor false"))
        case "date":
            found.append(('"2026-02-30"', "no such day"))
        case "datetime":
            found.append(('"2026-03-01T09:30:00"', "without a time zone"))
        case "email":
            found.append(('"nobody"', "no address"))
        case "phone":
            found.append(('"call me"', "no number"))
        case "url":
            found.append(('"javascript:alert(1)"', "not a web address"))
        case "enum":
            found.append(('"something else"', "not one of the values"))
        case "reference":
            found.append(('"not-an-id"', "not an id"))
        case _:
            pass
    return found


def _bad_numbers(field: FieldModel) -> list[tuple[str, str]]:
    high = largest(field) if field.max is None else min(field.max, largest(field))
    exact = field.type != "integer"
    above = literal(str(high + 1)) if exact else str(high + 1)
    found = [(above, "too large"), ('"many"', "not a number")]
    if field.min is not None:
        found.append((literal(str(field.min - 1)) if exact else str(field.min - 1), "too small"))
    return found
