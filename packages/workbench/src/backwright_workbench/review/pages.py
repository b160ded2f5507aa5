"""What the page of a rule says, part by part.

What lives here: cutting a page into its sections. What must not: rules, and how a report shows them.
"""

import re

FRAMEWORKS = {"fastapi": "FastAPI", "flask": "Flask", "django": "Django", "drf": "Django"}
FENCE = re.compile(r"^```.*?^```[ \t]*$\n?", re.M | re.S)


def lead(page: str) -> str:
    """The paragraph under the title."""
    return _paragraph(page.partition("\n")[2])


def section(page: str, title: str) -> str:
    """What stands under `## title`; empty if nothing does."""
    found = re.search(rf"^## {re.escape(title)}[ \t]*\n(.*?)(?=^## |\Z)", FENCE.sub("", page), re.M | re.S)
    return found[1].strip() if found else ""


def why(page: str) -> str:
    """The first paragraph of why it matters."""
    return _paragraph(section(page, "Why"))


def fix(page: str, frameworks: list[str]) -> str:
    """How to fix it: in the project's framework if the page says that, else in general."""
    text = section(page, "How to fix")
    general, *parts = re.split(r"^### ", text, flags=re.M)
    for framework in frameworks:
        wanted = FRAMEWORKS.get(framework, "")
        for part in parts:
            title, _, body = part.partition("\n")
            if wanted and title.strip() == wanted and _paragraph(body):
                return " ".join(filter(None, (_paragraph(general), _paragraph(body))))
    return _paragraph(general) or (_paragraph(parts[0].partition("\n")[2]) if parts else "")


def _paragraph(text: str) -> str:
    return " ".join(text.strip().partition("\n\n")[0].split())
