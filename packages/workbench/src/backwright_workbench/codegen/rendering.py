"""Printing templates: the only place that knows the template engine.

What lives here: one environment, strict about names. What must not: values, which are decided before
(`project.py`).
"""

from collections.abc import Mapping
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("backwright_workbench.codegen"),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701 - source text and Markdown, not HTML
)


def render(template: str, values: Mapping[str, object]) -> str:
    """The text of a template. Raises `jinja2.UndefinedError` for a name that has no value."""
    return _ENVIRONMENT.get_template(f"{template}.jinja").render(values).rstrip("\n") + "\n"
