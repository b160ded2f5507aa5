"""The forms of single values: what is taken, and that everything near it is not."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from backwright import scalars
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

ID = "01935b2e-7c00-7000-8000-000000000001"


def reader(annotation: Any) -> TypeAdapter[Any]:
    """What a strict body reads with."""
    return TypeAdapter(annotation)


def refused(annotation: Any, json: str) -> str:
    """Why a JSON value is not taken."""
    with pytest.raises(ValidationError) as caught:
        reader(annotation).validate_json(json, strict=True)
    return str(caught.value.errors()[0]["msg"])


def taken(annotation: Any, json: str) -> Any:
    """What a JSON value is read as."""
    return reader(annotation).validate_json(json, strict=True)


def test_an_id_has_one_form() -> None:
    """36 characters with dashes, in either case; no braces, no URN, no bare digits, no number."""
    assert taken(scalars.Identifier, f'"{ID}"') == UUID(ID) == taken(scalars.Identifier, f'"{ID.upper()}"')
    for other in (f"{{{ID}}}", f"urn:uuid:{ID}", ID.replace("-", ""), ID + " ", "", "1"):
        assert "UUID" in refused(scalars.Identifier, f'"{other}"')
    assert "UUID" in refused(scalars.Identifier, "1")


def test_a_value_that_is_one_already_stays() -> None:
    """Python code may hand in the value itself."""
    at = datetime(2026, 1, 15, 9, tzinfo=UTC)
    assert reader(scalars.Identifier).validate_python(UUID(ID)) == UUID(ID)
    assert reader(scalars.Moment).validate_python(at) == at
    assert reader(scalars.Day).validate_python(at.date()) == date(2026, 1, 15)


def test_a_time_is_kept_in_utc() -> None:
    """Offsets are converted, fractions cut at microseconds, lower-case letters taken (RFC 3339 §5.6)."""
    expected = datetime(2026, 1, 15, 9, 30, 0, 123456, tzinfo=UTC)
    for text in (
        "2026-01-15T09:30:00.123456Z",
        "2026-01-15T11:30:00.1234567+02:00",
        "2026-01-15t09:30:00.123456z",
    ):
        assert taken(scalars.Moment, f'"{text}"') == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-15T09:30:00", "2026-01-15", "1700000000", "2026-01-15T09:30Z", "2026-02-30T00:00:00Z", "",
        "2026-01-15T24:00:00Z", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "2026-01-15T09:30:00+25:00",
        "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "٢٠٢٦-01-15T09:30:00Z", "now",
    ],
)  # fmt: skip
def test_a_time_without_a_zone_or_beyond_the_calendar_is_refused(text: str) -> None:
    """Naive, incomplete, impossible, out of range in UTC: each gets a sentence, none an exception."""
    assert "must" in refused(scalars.Moment, f'"{text}"')


def test_a_time_is_no_number() -> None:
    """Seconds since 1970 are a guess about units."""
    assert "time zone" in refused(scalars.Moment, "1700000000")


def test_the_first_and_last_moments_are_taken() -> None:
    """The whole range of years that every engine stores."""
    assert taken(scalars.Moment, '"0001-01-01T00:00:00Z"').year == 1
    assert taken(scalars.Moment, '"9999-12-31T23:59:59.999999Z"').year == 9999


def test_a_day_is_a_day() -> None:
    """No times, no seconds, no days that do not exist."""
    assert taken(scalars.Day, '"2024-02-29"') == date(2024, 2, 29)
    for other in (
        '"2026-02-29"',
        '"2026-01-15T00:00:00Z"',
        '"0"',
        "0",
        '"20260115"',
        '"0000-01-01"',
        '"10000-01-01"',
    ):
        assert "day" in refused(scalars.Day, other)


MONEY = scalars.decimal(14, 2, Decimal("-999999999999.99"), Decimal("999999999999.99"))


def test_an_exact_number_is_digits_in_a_string() -> None:
    """Never a float, so that no amount is ever rounded on its way."""
    assert taken(MONEY, '"12.50"') == Decimal("12.50")
    assert taken(MONEY, '"-999999999999.99"') == Decimal("-999999999999.99")
    for other in (
        "12.5",
        "12",
        '"1e3"',
        '"1.005"',
        '"NaN"',
        '"Infinity"',
        '" 1"',
        '"1_0"',
        '"+1"',
        '".5"',
        '"٣"',
        '""',
    ):
        assert "digits in a string" in refused(MONEY, other)
    assert "digits" in refused(MONEY, f'"{"9" * 400}"')


def test_an_exact_number_keeps_to_its_range() -> None:
    """And says which one."""
    percent = scalars.decimal(14, 2, Decimal(0), Decimal(100))
    assert taken(percent, '"100.00"') == 100
    assert refused(percent, '"100.01"').endswith("must be from 0 to 100")
    assert "digits" in refused(percent, '"-1"')


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=2))
def test_every_amount_survives(value: Decimal) -> None:
    """What is sent is what is stored."""
    assert taken(MONEY, f'"{value:.2f}"') == value


def test_a_whole_number_is_whole() -> None:
    """In either notation of JSON; true, halves and texts are none, and the range holds."""
    small = scalars.integer(0, 2**31 - 1)
    for json in ("7", "7.0", "70e-1"):
        assert taken(small, json) == 7
    for other in ("true", "1.5", "1e20", "NaN", "1e400", '"1"', "-1", "2147483648", "9" * 400):
        assert refused(small, other)


def test_text_is_kept_composed() -> None:
    """Two ways to write é are one text (Unicode NFC)."""
    assert taken(scalars.text(10), '"e\\u0301"') == "\xe9"


def test_text_is_bounded_also_after_composition() -> None:
    """Some characters become longer by normalisation; the limit is that of the column."""
    assert taken(scalars.text(2), '"\\ufb1d"') == "\u05d9\u05b4"
    assert "at most 1" in refused(scalars.text(1), '"\\ufb1d"')


def test_text_has_no_nul_and_no_half_characters() -> None:
    """NUL and lone surrogates break databases and clients."""
    assert refused(scalars.text(10), '"a\\u0000b"')
    assert refused(scalars.text(10), '"\\ud800"')
    assert refused(scalars.text(10, 1), '""')


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        (
            "email",
            ["Ada@Example.com", "a.b+c@x-y.org"],
            [
                "ada",
                "ada@",
                "@x.org",
                "a b@x.org",
                "a@b",
                "a@x..org",
                "a@x-.org",
                "a..b@x.org",
                ".a@x.org",
                f"{'a.' * 33}a@x.org",
            ],
        ),
        ("phone", ["+44 20 7946 0000", "(030) 123-45"], ["call me", "12", "+", "123456x"]),
        (
            "url",
            ["https://example.com/a?b#c", "http://[::1]:8000/"],
            [
                "javascript:alert(1)",
                "//x",
                "https://",
                "https://-",
                "https://x:port",
                "https://u:p@x/",
                "https://x/ y",
                "https://x/%zz",
            ],
        ),
    ],
)
def test_formats_are_checked(form: str, good: list[str], bad: list[str]) -> None:
    """Addresses, telephone numbers and web addresses look like it."""
    annotation = scalars.formatted(form, 254)
    for text in good:
        assert taken(annotation, f'"{text}"')
    for text in bad:
        assert refused(annotation, f'"{text}"')


def test_an_address_is_kept_in_lower_case() -> None:
    """So that two spellings are one account."""
    assert taken(scalars.formatted("email", 254), '"ADA@Example.COM"') == "ada@example.com"


@given(st.text())
def test_patterns_are_quick_and_never_fail(text: str) -> None:
    """Whatever is typed, the answer is yes or no."""
    for form in ("email", "phone", "url"):
        try:
            reader(scalars.formatted(form, 254)).validate_python(text)
        except ValidationError:
            continue


def deep(levels: int) -> str:
    """Lists in lists."""
    return "[" * levels + "]" * levels


@pytest.mark.parametrize(
    ("json", "reason"),
    [
        ("NaN", "does not have"),
        ("1e400", "does not have"),
        ('{"a": Infinity}', "does not have"),
        (deep(18), "deeper"),
        ('{"a": ' * 17 + "1" + "}" * 17, "deeper"),
        ("[" + "1," * 1000 + "1]", "items"),
        ("{" + ",".join(f'"{n}": 1' for n in range(257)) + "}", "keys"),
        ('"a\\u0000"', "NUL"),
        ('{"a\\u0000": 1}', "NUL"),
        (str(2**53), "exactly"),
        ("9" * 400, "exactly"),
        ('"' + "x" * 32_769 + '"', "characters"),
    ],
)
def test_free_json_is_bounded(json: str, reason: str) -> None:
    """Depth, width, size and numbers, so that no reader chokes on it."""
    assert reason in refused(scalars.JsonValue, json)


def test_free_json_within_bounds_is_kept_as_it_is() -> None:
    """Every kind of value."""
    json = '{"a": [1, -2.5, true, null, "\\u00e9"], "b": {"c": {}}}'
    assert taken(scalars.JsonValue, json) == {"a": [1, -2.5, True, None, "\xe9"], "b": {"c": {}}}


def test_an_object_is_an_object() -> None:
    """A list, a text or null is none."""
    assert taken(scalars.JsonObject, "{}") == {}
    for other in ("[]", '"{}"', "null", "1"):
        assert "object" in refused(scalars.JsonObject, other)


def test_a_list_of_texts_is_bounded() -> None:
    """In number and in length."""
    assert taken(scalars.Texts, '["a", "b"]') == ["a", "b"]
    for other in ('[""]', "[1]", '"a"', "[" + '"a",' * 100 + '"a"]', '["' + "x" * 201 + '"]'):
        assert refused(scalars.Texts, other)
