"""Writes docs/reference/runtime/ from the runtime's docstrings, docs/reference/verify.md from the checks and
docs/reference/review/ from the rules; with --check says whether they are up to date.

One module, one page, under the same name. The text of a page is the module's head docstring and what it defines for
others: a page cannot say something else than the code, because it is the code's own words.
"""

import ast
import sys
from pathlib import Path

import reference_checks
import reference_rules

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "packages/runtime/src/backwright"
PAGES = ROOT / "docs/reference/runtime"


def signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The definition as one line of source, without its body."""
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    prefix = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    return f"{prefix} {node.name}({ast.unparse(node.args)}){returns}"


def entry(title: str, source: str, text: str | None) -> list[str]:
    """One name: a heading, how it is written, what it says of itself."""
    return [f"### {title}", "", "```python", source, "```", "", (text or "").strip(), ""]


def of_class(node: ast.ClassDef) -> list[str]:
    """A class with its public methods."""
    bases = f"({', '.join(ast.unparse(base) for base in node.bases)})" if node.bases else ""
    found = entry(node.name, f"class {node.name}{bases}", ast.get_docstring(node))
    for part in node.body:
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and not part.name.startswith("_"):
            text = (ast.get_docstring(part) or "").split("\n\n")[0].replace("\n", " ")
            found += [f"- `{signature(part)}`  ", f"  {text}", ""]
    return found


def page(path: Path) -> str:
    """The page of one module."""
    tree = ast.parse(path.read_text())
    lines = [f"# backwright.{path.stem}", "", ast.get_docstring(tree) or "", ""]
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            lines += of_class(node)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
            lines += entry(node.name, signature(node), ast.get_docstring(node))
    return "\n".join(lines).rstrip() + "\n"


def pages() -> dict[Path, str]:
    """Every page, and the list of them."""
    modules = sorted(path for path in SOURCE.glob("*.py") if not path.stem.startswith("_"))
    found = {PAGES / f"{path.stem}.md": page(path) for path in modules}
    rows = []
    for path in modules:
        head = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n\n")[0].replace("\n", " ")
        rows.append(f"| [`{path.stem}`]({path.stem}.md) | {head} |")
    index = ["# The runtime, module by module", "", "| module | what it is |", "| --- | --- |", *rows, ""]
    return {
        **found,
        PAGES / "README.md": "\n".join(index),
        reference_checks.PAGE: reference_checks.page(),
        **reference_rules.pages(),
    }


def main() -> int:
    """Write the pages, or with --check compare them; 1 if they differ."""
    wanted = pages()
    places = [*PAGES.glob("*.md"), *reference_rules.PAGES.glob("*.md"), reference_checks.PAGE]
    there = {path: path.read_text() for path in places if path.exists()}
    stale = sorted(
        path.relative_to(ROOT).as_posix() for path in {*wanted, *there} if wanted.get(path) != there.get(path)
    )
    if "--check" in sys.argv:
        for name in stale:
            print(f"{name} is not what the code says; run: python scripts/reference.py")
        return 1 if stale else 0
    for folder in (PAGES, reference_rules.PAGES):
        folder.mkdir(parents=True, exist_ok=True)
    for path in there.keys() - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
