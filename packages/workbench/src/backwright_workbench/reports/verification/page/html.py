"""Markup, put together so that text stays text.

What lives here: elements and escaping. What must not: what a page says.
"""

import re
from collections.abc import Iterable
from html import escape
from urllib.parse import quote

UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What HTML cannot hold."""
LONGEST = 10_000
EMPTY = {"meta", "br", "hr", "input"}

Attribute = str | float | bool | None

Content = Iterable["Content"] | str | None
"""Text, markup, nothing, or several of them."""


class Html(str):
    """Markup that was made here: it is not escaped again. Everything else is."""

    __slots__ = ()


def tag(name: str, /, *content: Content, **attributes: Attribute) -> Html:
    """An element. `class_` is the attribute `class`, `stroke_width` is `stroke-width`; `None` leaves one out."""
    head = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in EMPTY:
        return Html(f"<{name}{head}>")
    return Html(f"<{name}{head}>{join(*content)}</{name}>")


def join(*content: Content) -> Html:
    """One after the other; what is not markup becomes text."""
    return Html("".join(_one(each) for each in content))


def text(value: str) -> Html:
    """Text as markup, cut where nobody reads on."""
    if len(value) > LONGEST:
        value = value[:LONGEST] + "…"
    return Html(escape(UNWRITABLE.sub("\ufffd", value)))


def address(path: str) -> str:
    """A path beside the page, as a link needs it; it leads nowhere else."""
    return quote(path.lstrip("/"), safe="/")


def _one(content: Content) -> str:
    if content is None:
        return ""
    if isinstance(content, Html):
        return content
    if isinstance(content, str):
        return text(content)
    return "".join(_one(each) for each in content)


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-") if key != "viewBox" else key
    if value is True:
        return f" {name}"
    said = f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
    return f' {name}="{text(said)}"'
