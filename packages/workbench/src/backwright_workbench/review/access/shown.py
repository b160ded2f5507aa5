"""Whether a template that is given rows shows all of them: `{{ row }}`, `{{ row[2] }}`, `{{ user.password }}`.

What lives here: rows in templates. What must not: rows in other answers, findings.
"""

import re

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.templates import templates
from backwright_workbench.review.access.outputs import is_fetched

RENDERING = frozenset(["render_template", "render", "TemplateResponse"])
LOOP = re.compile(r"\{%-?\s*for\s+(\w+)(?:\s*,\s*\w+)*\s+in\s+([A-Za-z_]\w*)")


def shows_rows(app: Application, handler: Function, value: s.Expression, secret: str) -> bool:
    """Whether rows with a secret go to a template that shows them, or to one that nobody can read."""
    if not isinstance(value, s.Call) or value.name not in RENDERING:
        return False
    name = next((text for each in value.args[:2] if (text := s.text_of(each)) and "." in text), "")
    text = templates(app).text(name) if name else ""
    return any(_is_shown(text, variable, secret) for variable in _rows(handler, value))


def _rows(handler: Function, call: s.Call) -> list[str]:
    """The variables of the template that hold rows."""
    given = [(each.name, each.value) for each in call.keywords]
    for each in (*call.args, call.keyword("context")):
        if isinstance(each, s.Pairs):
            given += [
                (s.text_of(key) or "", inner) for key, inner in zip(each.keys, each.values, strict=False)
            ]
    return [
        name for name, inner in given if name and isinstance(inner, s.Name) and is_fetched(handler, inner.id)
    ]


def _is_shown(text: str, variable: str, secret: str) -> bool:
    if not text:
        return True  # the template is not among the files: it may show all that it gets
    names = {variable} | {each.group(1) for each in LOOP.finditer(text) if each.group(2) == variable}
    names |= {each.group(1) for each in LOOP.finditer(text) if each.group(2) in names}
    either = "|".join(map(re.escape, sorted(names)))
    column = re.escape(secret)
    shown = (
        rf"\{{\{{-?\s*(?:{either})(?:\s*(?:\||-?\}}\}})|\.{column}\b|\[[\"']{column}[\"']\]|\[\w+\]\[\w+\])"
    )
    return re.search(shown, text) is not None
