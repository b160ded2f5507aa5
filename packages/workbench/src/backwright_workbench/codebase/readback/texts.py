"""Docstrings as descriptions, and whether a value has the form that a blueprint asks for.

What lives here: text that people read, and the forms of single values. What must not: where either comes
from.
"""

import ast
import re
import warnings
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from backwright_workbench.blueprint.model import EntityName, Line, MediaType, Name, Provider, Rate, Slug
from backwright_workbench.codebase.readback.modules import Module

NAME: Final = TypeAdapter[str](Name)
PROVIDER: Final = TypeAdapter[str](Provider)
ENTITY: Final = TypeAdapter[str](EntityName)
LINE: Final = TypeAdapter[str](Line)
RATE: Final = TypeAdapter[str](Rate)
SLUG: Final = TypeAdapter[str](Slug)
MEDIA_TYPE: Final = TypeAdapter[str](MediaType)

_TRIPLE = re.compile(r'[rRuU]?("""|\'\'\')(.*)\1', re.DOTALL)


def fits(form: TypeAdapter[str], value: Any) -> bool:
    """Whether a value has the form."""
    if not isinstance(value, str):
        return False
    try:
        form.validate_python(value)
    except ValidationError:
        return False
    return True


def docstring(body: list[ast.stmt], module: Module) -> str:
    """The first paragraph of the docstring that a body begins with, as one line; empty without one."""
    return _paragraph(body[0], module) if body else ""


def after(node: ast.stmt, body: list[ast.stmt], module: Module) -> str:
    """The first paragraph of the string that stands right behind a statement and describes it."""
    at = body.index(node) + 1
    return _paragraph(body[at], module) if at < len(body) else ""


def is_text(node: ast.stmt) -> bool:
    """Whether a statement is nothing but a string."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _paragraph(node: ast.stmt, module: Module) -> str:
    """Read from the source where possible: spaces written as escapes are meant, others are layout."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return ""
    value = node.value.value
    if not isinstance(value, str):
        return ""
    written = _TRIPLE.fullmatch(ast.get_source_segment(module.text, node.value) or "")
    if written is None or written[1] in written[2]:
        return _first(value)
    prefix = written[0][: written[0].index(written[1])]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            read = ast.literal_eval(f"{prefix}{written[1]}{_first(written[2])} {written[1]}")
        except (SyntaxError, ValueError):
            return _first(value)
    return str(read)[:-1]


def _first(text: str) -> str:
    lines = [line.strip(" \t\r") for line in text.strip(" \t\r\n").split("\n")]
    end = lines.index("") if "" in lines else len(lines)
    return " ".join(lines[:end])
