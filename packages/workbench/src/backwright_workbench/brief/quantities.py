"""Numbers with units: rates, times, sizes.

What lives here: patterns for quantities and turning them into blueprint values. What must not: what they
limit.
"""

import re
from math import gcd

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_UNITS = (
    ("second", ("s", "sec", "secs", "second", "seconds")),
    ("minute", ("m", "min", "mins", "minute", "minutes")),
    ("hour", ("h", "hr", "hrs", "hour", "hours", "hourly")),
    ("day", ("d", "day", "days", "daily")),
)
_UNIT_OF = {form: unit for unit, forms in _UNITS for form in forms}
_TIME = "|".join(sorted(_UNIT_OF, key=len, reverse=True))

NUMBER = r"\d[\d.,]*"

RATE = re.compile(
    rf"(?<!\S)(?P<count>{NUMBER}) ?(?P<thousand>k )?"
    r"(?P<what>(?:(?:api|http|read|write|login) )?(?:requests?|reqs?|calls?|hits?|queries"
    r"|attempts?|operations?|times) ?)?"
    rf"(?:(?:/|per|a|an|each|every|in|within|p) ?(?:(?P<every>\d+) )?(?P<unit>{_TIME}))(?!\S)"
    rf"|(?<!\S)(?P<short_count>{NUMBER}) ?(?P<short>rpm|rps|qps|rph)(?!\S)"
)
"""`100 requests / minute`, `5 per 15 min`, `1000 rpm`."""

DURATION = re.compile(rf"(?<!\S)(?P<count>\d+) ?(?P<unit>{_TIME}|ms|milliseconds?)(?!\S)")
SIZE_FORM = rf"(?P<count>{NUMBER}) ?(?P<unit>kb|kib|mb|mib|gb|gib|mbs|megabytes?|gigabytes?|kilobytes?)"
SIZE = re.compile(rf"(?<!\S){SIZE_FORM}(?!\S)")


def number(text: str) -> float:
    """`1,000` and `1000` and `1.5`; a comma before three digits parts thousands."""
    plain = re.sub(r",(?=\d{3}(?:\D|$))", "", text).replace(",", ".").strip(".")
    head, point, tail = plain.partition(".")
    if point and len(tail) == 3 and head not in ("", "0"):
        return float(head + tail.replace(".", ""))
    return float(head + point + tail.replace(".", ""))


def rate(match: re.Match[str]) -> tuple[str, bool] | None:
    """The blueprint's rate for a match of `RATE`, and whether it is exactly what was said; `None` if out of
    range.
    """
    if match["short"]:
        count, every, unit = (
            number(match["short_count"]),
            1,
            {"m": "minute", "s": "second", "h": "hour"}[match["short"][2]],
        )
    else:
        count, every, unit = (
            number(match["count"]),
            int((match["every"] or "1")[:6]) or 1,
            _UNIT_OF[match["unit"]],
        )
    count *= 1000 if match["thousand"] else 1
    if not 1 <= count < 10_000_000:
        return None
    exact = True
    if every > 1:
        count, unit, exact = _per_one(count, every, unit)
    return (f"{int(count)}/{unit}", exact) if 1 <= count < 10_000_000 else None


def _per_one(count: float, every: int, unit: str) -> tuple[float, str, bool]:
    """A rate per several units as one per a single unit: the next larger that it divides, else rounded
    down.
    """
    for larger, seconds in _SECONDS.items():
        span = _SECONDS[unit] * every
        if seconds >= span and gcd(seconds, span) == span:
            return count * (seconds // span), larger, seconds == span
    return count // every, unit, False


def seconds(match: re.Match[str]) -> int:
    """The seconds of a match of `DURATION`, at least 1."""
    if match["unit"] in ("ms", "millisecond", "milliseconds"):
        return max(1, int(match["count"][:9]) // 1000)
    return int(match["count"][:9]) * _SECONDS[_UNIT_OF[match["unit"]]]


def milliseconds(count: str, unit: str) -> int:
    """A time in milliseconds: `200` `ms`, `1.5` `s`."""
    return round(number(count) * (1000 if unit.startswith("s") else 1))


def megabytes(count: str, unit: str) -> float:
    """A size in megabytes: `5` `mb`, `1` `gb`."""
    return number(count) * {"k": 1 / 1024, "m": 1.0, "g": 1024.0}[unit[0]]
