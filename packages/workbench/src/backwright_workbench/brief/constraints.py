"""What may stand in a field, in words: types, limits, defaults, lists of values.

What lives here: patterns for these and applying them to a field. What must not: which words name the field
(`fields.py`).
"""

import re
from typing import Any

from backwright_workbench.blueprint.checks.fields import (
    BOUNDED,
    ENCRYPTED,
    MAX_LENGTH,
    MAX_NUMBER,
    MAX_UNIQUE_LENGTH,
    NUMBERS,
)
from backwright_workbench.blueprint.model import FieldModel, FieldType
from backwright_workbench.brief.field_names import STRING
from backwright_workbench.brief.lexicon import constraints as terms
from backwright_workbench.brief.quantities import number


class Constraints:
    """What words say about one field; `apply` lays it over what is usual for the name."""

    def __init__(self) -> None:
        self.type: FieldType | None = None
        self.flags: set[str] = set()
        self.low: float | None = None
        self.high: float | None = None
        self.places: int | None = None
        self.counts = False
        """Whether a range is one of numbers rather than of lengths."""
        self.default: str | None = None
        self.values: tuple[str, ...] = ()
        self.starts = False
        """Whether rows begin with the first of the values, as they do with states."""

    def read(self, text: str, *, bracketed: bool) -> list[tuple[int, int]]:
        """Take in what the words say; gives the character spans that were understood."""
        taken: list[tuple[int, int]] = []

        def match(pattern: re.Pattern[str]) -> re.Match[str] | None:
            found = pattern.search(text)
            if found and not any(a < found.end() and found.start() < b for a, b in taken):
                taken.append(found.span())
                return found
            return None

        match(terms.EXAMPLE)
        if found := match(terms.DEFAULT):
            self.default = found["default"].replace(" ", "_")
        if found := match(terms.PLACES):
            self.places = int(found["places"])
        if found := match(terms.RANGE):
            self.counts = not re.search(r"char|letter|long|length|digit", text)
            self.low, self.high = sorted((_signed(found["low"]), number(found["high"])))
        for flag in ("optional", "required", "unique", "read_only", "encrypted"):
            if match(terms.FLAGS[flag]):
                self.flags.add(flag)
        for pattern, least in terms.SIGNS:
            if self.low is None and match(pattern):
                self.low = least
        if self.high is None and (found := match(terms.MAX)):
            self.high = number(next(value for value in found.groups() if value))
        if self.low is None and (found := match(terms.MIN)):
            self.low = _signed(found["min"]) if found["min"] else _signed(found["above"]) + 1
        for word in re.finditer(r"\S+", text):
            types = terms.TYPES if bracketed else terms.SURE_TYPES
            if word.group() in types and not any(a <= word.start() < b for a, b in taken):
                self.type = self.type or types[word.group()]
                taken.append(word.span())
        return taken

    def apply(self, usual: FieldModel) -> FieldModel:
        """The usual field with what was said; what does not fit its type is left as usual."""
        if self.counts and self.type is None and usual.type == "string" and not self.values:
            self.type = "integer"
        field = dict(usual.model_dump(exclude_defaults=True), type=usual.type)
        if self.type == "text" and usual.type in ("string", "email", "phone", "url") and usual != STRING:
            self.type = None
        if self.values:
            field = self._enum(field)
        elif (
            self.type
            and self.type != usual.type
            and not (self.type == "decimal" and usual.type == "money")
            and self.type != "enum"
        ):
            field = {"type": self.type, "optional": usual.optional, "description": usual.description}
            field |= {"optional": False, "default": False} if self.type == "boolean" else {}
        if "unique" in self.flags and field["type"] == "text":
            field |= {"type": "string", "max": MAX_UNIQUE_LENGTH}
        field |= {"optional": "optional" in self.flags} if self.flags & {"optional", "required"} else {}
        field |= self._bounds(field["type"])
        if "unique" in self.flags and field["type"] not in ("text", "json", "boolean", "enum"):
            field |= {"unique": True} | ({} if "optional" in self.flags else {"optional": False})
        if field.get("unique") and field.get("max", 0) > MAX_UNIQUE_LENGTH:
            field["unique"] = False
        if "required" in self.flags:
            field["read_only"] = False
        if "read_only" in self.flags:
            field |= {"read_only": True, "optional": True}
        if not self.values:
            field |= self._default(field)
        if "encrypted" in self.flags and field["type"] in ENCRYPTED:
            field["encrypted"] = True
            field.pop("default", None)
        least, given = field.get("min"), field.get("default")
        if field["type"] in NUMBERS and given is not None and not _between(given, least, field.get("max")):
            del field["default"]
        return FieldModel.model_validate(field)

    def _enum(self, usual: dict[str, Any]) -> dict[str, Any]:
        default = self.default if self.default in self.values else None
        if default is None and "optional" not in self.flags and self.starts:
            default = self.values[0]
        said = {"type": "enum", "values": self.values, "optional": "optional" in self.flags}
        return said | ({"default": default} if default else {})

    def _bounds(self, type_: str) -> dict[str, int]:
        bounds = {
            key: int(value) for key, value in (("min", self.low), ("max", self.high)) if value is not None
        }
        if type_ not in BOUNDED:
            return {}
        if type_ not in NUMBERS:
            top = MAX_LENGTH[type_]
            return {"max": bounds["max"]} if 1 <= bounds.get("max", 0) <= top else {}
        top = MAX_NUMBER[type_]
        bounds = {key: value for key, value in bounds.items() if abs(value) <= top}
        if self.places is not None and type_ == "decimal":
            bounds["places"] = self.places
        return bounds

    def _default(self, field: dict[str, Any]) -> dict[str, Any]:
        said = self.default
        if said is None or field.get("unique"):
            return {}
        match field["type"]:
            case "boolean" if said in ("true", "false", "yes", "no", "on", "off"):
                return {"default": said in ("true", "yes", "on"), "optional": False}
            case "integer" if re.fullmatch(r"-?\d{1,9}", said):
                inside = field.get("min", int(said)) <= int(said) <= field.get("max", int(said))
                return {"default": int(said), "optional": False} if inside else {}
            case "enum" if said in field.get("values", ()):
                return {"default": said, "optional": False}
            case "string" if re.fullmatch(r"[a-z0-9_]+", said):
                return {"default": said, "optional": False} if len(said) <= field.get("max", 200) else {}
        return {}


def _between(given: object, least: int | None, most: int | None) -> bool:
    value = float(str(given))
    return (least is None or value >= least) and (most is None or value <= most)


def _signed(text: str) -> float:
    return -number(text[1:].strip()) if text.startswith("-") else number(text)
