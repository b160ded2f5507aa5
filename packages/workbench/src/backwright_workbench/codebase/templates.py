"""What templates put into pages without escaping it: `{{ value|safe }}`, `{% autoescape off %}`, `{{{ value }}}`.

What lives here: reading the text of templates. What must not: who renders them, and whether it matters.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application

ENDINGS = (".html", ".htm", ".jinja", ".jinja2", ".j2", ".xhtml")
MUSTACHE = (".mustache", ".hbs", ".handlebars")
MARKED = re.compile(
    r"\{\{-?\s*([^{}|]*?)\s*((?:\|\s*[\w.]+(?:\([^{}]*?\)|:[^{}|]*)?\s*)*)\|\s*safe(?:seq)?\b[^{}]*\}\}"
)
OFF = re.compile(r"\{%-?\s*autoescape\s+(?:off|false)\s*-?%\}(.*?)(?:\{%-?\s*endautoescape|\Z)", re.S | re.I)
PRINTED = re.compile(r"\{\{-?\s*([^{}|]*?)\s*((?:\|[^{}]*)?)-?\}\}")
TRIPLE = re.compile(r"\{\{\{\s*([\w.]+)()\s*\}\}\}")
LOOP = re.compile(r"\{%-?\s*for\s+([\w\s,]+?)\s+in\s+([A-Za-z_]\w*)")
GIVEN = re.compile(r"\{%-?\s*(?:set\s+(\w+)\s*=\s*([A-Za-z_]\w*)|with\s+(\w+)\s*=\s*([A-Za-z_]\w*))")
INCLUDED = re.compile(r"\{%-?\s*include\s+[\"']([^\"']+)[\"']")
ROOT = re.compile(r"[A-Za-z_]\w*")
LAST = re.compile(r"[.\[][\"']?(\w+)[\"']?\]?$")
CLEANING = re.compile(r"\|\s*(?:tojson|json|escape|e|force_escape|clean\w*|sanitiz\w*|bleach\w*|striptags|urlencode"
                      r"|linebreaks\w*|urlize|markdown\w*|length|escapejs|json_script)\b")  # fmt: skip
"""Filters before `safe` after which nothing of a value is markup, or somebody has thought of it."""
ESCAPING = re.compile(r"\|\s*(?:e|escape|force_escape|tojson|bleach\w*|striptags|int|length|urlencode)\b")


@dataclass(frozen=True, slots=True)
class Raw:
    """A value that a template does not escape; `root` is the variable of the page that it comes from."""

    value: str
    filters: str
    root: str
    path: str
    line: int

    @property
    def column(self) -> str:
        """The attribute or key that it ends with: `text` of `note.text`."""
        found = LAST.search(self.value)
        return found.group(1) if found else ""


@lru_cache(maxsize=4000)
def raws(text: str, path: str = "") -> tuple[Raw, ...]:
    """What a text of a template does not escape."""
    found: dict[tuple[int, str], Raw] = {}
    aliases: dict[str, str] = {}
    for pattern in (LOOP, GIVEN):
        for each in pattern.finditer(text):
            names, source = [part for part in each.groups() if part]
            for name in names.split(","):
                aliases.setdefault(name.strip(), source)
    for start, value, filters in _marked(text):
        if CLEANING.search(filters):
            continue
        line = text.count("\n", 0, start) + 1
        root = _root(value, aliases)
        found.setdefault((line, value), Raw(value, filters, root, path, line))
    return tuple(found.values())


def _marked(text: str) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = []
    if "safe" in text:
        found += [(each.start(), each.group(1).strip(), each.group(2)) for each in MARKED.finditer(text)]
    if "autoescape" in text:
        for block in OFF.finditer(text):
            for each in PRINTED.finditer(text, block.start(1), block.end(1)):
                if not ESCAPING.search(each.group(2)):
                    found.append((each.start(), each.group(1).strip(), each.group(2)))
    if "{{{" in text:
        found += [(each.start(), each.group(1), "") for each in TRIPLE.finditer(text)]
    return found


def _root(value: str, aliases: dict[str, str]) -> str:
    begin = ROOT.match(value)
    root = begin.group() if begin else ""
    for _ in range(4):  # a loop in a loop in a loop
        if root not in aliases or aliases[root] == root:
            break
        root = aliases[root]
    return root


@dataclass(slots=True, eq=False)
class Templates:
    """The templates of a project, to be asked by the name that code gives them."""

    paths: dict[str, list[str]]
    files: dict[str, str]

    def named(self, name: str) -> str:
        """The path of a template; empty if it is not there, or several could be meant."""
        last = name.rpartition("/")[2]
        found = [each for each in self.paths.get(last, []) if each == name or each.endswith(f"/{name}")]
        return min(found, key=len) if found else ""

    def text(self, name: str) -> str:
        """Its text; empty if it is not there."""
        return self.files.get(self.named(name), "")

    def raws(self, name: str, depth: int = 0) -> list[Raw]:
        """What a template and those that it includes do not escape."""
        path = self.named(name)
        text = self.files.get(path, "")
        found = list(raws(text, path)) if text else []
        for each in INCLUDED.finditer(text) if depth < 3 else ():
            found += self.raws(each.group(1), depth + 1)
        return found


def templates(app: Application) -> Templates:
    """The templates among the files; looked for once."""
    return app.once(_templates)


def unescaped(app: Application, call: s.Call, first: str | None = None) -> list[Raw]:
    """What the template that a call renders does not escape; `first` is its first argument where that is known."""
    if call.name == "render_template_string":
        return list(raws(first or "", "")) if first and "\0" not in first else []
    given = [*call.args[:2], call.keyword("name"), call.keyword("template_name")]
    name = next((text for each in given if (text := s.text_of(each)) and "." in text), "")
    return templates(app).raws(name) if name else []


def _templates(app: Application) -> Templates:
    paths: dict[str, list[str]] = {}
    for path in app.files:
        if path.endswith((*ENDINGS, *MUSTACHE)):
            paths.setdefault(path.rpartition("/")[2], []).append(path)
    return Templates(paths, app.files)
